using MlAva.TestSupport;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Parameter names, types and shapes are the reference's, so its checkpoints fit.</summary>
[Collection(TorchTests.Name)]
public sealed class KeyListingTests
{
    static readonly SlowFastOptions FourBySixteen = new();

    static readonly SlowFastOptions EightByEight = new() { ResampleRate = 4, SpeedRatio = 4, FusionKernel = 7 };

    /// <summary>The published networks by the names of their listings, and their number of parameters (reference specification §1).</summary>
    public static IReadOnlyDictionary<string, (DetectorOptions Options, long Parameters)> Published { get; } = new Dictionary<string, (DetectorOptions, long)>
    {
        ["slowonly_r50"] = (new(), 31_800_465),
        ["slowonly_r101"] = (new() { Backbone = new SlowOnlyOptions { Pathway = new() { Depth = 101 } } }, 59_705_489),
        ["slowonly_r50_custom17"] = (new() { Head = new() { NumClasses = 17 } }, 31_669_329),
        ["slowonly_nl_r50"] = (new() { Backbone = new SlowOnlyOptions { Pathway = new() { NonLocal = new() } } }, 39_154_833),
        ["slowfast_r50_4x16_fk5"] = (With(FourBySixteen), 33_743_993),
        ["slowfast_r50_4x16_custom17"] = (With(FourBySixteen) with { Head = new() { NumClasses = 17, InputChannels = 2304 } }, 33_596_473),
        ["slowfast_context_r50_4x16_fk5"] = ((With(FourBySixteen) with { RoIExtractor = new() { WithGlobal = true } }).WithMatchingHead(), 33_930_617),
        ["slowfast_r50_8x8_fk7"] = (With(EightByEight), 33_830_265),
        ["slowfast_acrn_r50_8x8_fk7"] = ((With(EightByEight) with { SharedHead = new ActorRelationOptions() }).WithMatchingHead(), 92_232_057),
    };

    public static TheoryData<string> Listings => [.. Published.Keys];

    [SharedTheory("reference/keys")]
    [MemberData(nameof(Listings))]
    public void Every_parameter_has_the_name_type_shape_and_place_of_the_listing(string listing)
    {
        (DetectorOptions options, long total) = Published[listing];
        using Detector detector = new(options);
        string[] expected = [.. File.ReadLines(SharedData.Path($"reference/keys/{listing}.txt")).Where(l => l.Contains('\t', StringComparison.Ordinal))];
        // Optimisers number parameters by their order; torch's own listing here has the statistics behind the parameters.
        Assert.Equal(expected.Where(l => !IsStatistic(l)), detector.named_parameters().Select(p => Line(p.name, p.parameter)));
        Assert.Equal(expected.Where(IsStatistic), detector.named_buffers().Select(b => Line(b.name, b.buffer)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), detector.state_dict().Select(p => Line(p.Key, p.Value)).Order(StringComparer.Ordinal));
        Assert.Equal(total, detector.parameters().Sum(p => p.numel()));
    }

    [SharedFact("reference/keys")]
    public void Every_listing_is_of_a_published_network()
    {
        Assert.Equal(Directory.GetFiles(SharedData.Path("reference/keys"), "*.txt").Select(Path.GetFileNameWithoutExtension).Order(), Published.Keys.Order());
    }

    [Fact]
    public void The_default_network_has_the_published_number_of_parameters()
    {
        using Detector detector = new(new DetectorOptions());
        Assert.Equal(31_800_465, detector.parameters().Sum(p => p.numel()));
        Assert.Contains("backbone.layer3.0.conv1.conv.weight", detector.state_dict().Keys);
        Assert.Contains("roi_head.bbox_head.fc_cls.bias", detector.state_dict().Keys);
    }

    // Reference specification §2.6, which has no listing of it.
    [Fact]
    public void The_feature_bank_head_has_the_names_and_shapes_of_the_specification()
    {
        using FeatureBankHead head = new(new(), 2048);
        string[] expected =
        [
            .. Projection("st_feat_conv", 2048), .. Projection("lt_feat_conv", 2048),
            .. Enumerable.Range(1, 2).SelectMany(i => (string[])
            [
                .. Projection($"non_local_layer_{i}.st_feat_conv.conv", 512), .. Projection($"non_local_layer_{i}.lt_feat_conv.conv", 512),
                .. Projection($"non_local_layer_{i}.global_conv.conv", 512), $"fbo.non_local_layer_{i}.ln.weight\tf32\t[512,1,1,1]", $"fbo.non_local_layer_{i}.ln.bias\tf32\t[512,1,1,1]",
                .. Projection($"non_local_layer_{i}.out_conv.conv", 512),
            ]),
        ];
        Assert.Equal(expected, head.state_dict().Select(p => Line(p.Key, p.Value)));

        static string[] Projection(string name, int inputs) => [$"fbo.{name}.weight\tf32\t[512,{inputs},1,1,1]", $"fbo.{name}.bias\tf32\t[512]"];
    }

    static DetectorOptions With(SlowFastOptions backbone) => new DetectorOptions { Backbone = backbone }.WithMatchingHead();

    static bool IsStatistic(string line) => line.Contains(".running_", StringComparison.Ordinal) || line.Contains("num_batches_tracked", StringComparison.Ordinal);

    static string Line(string name, Tensor value) => $"{name}\t{(value.dtype == ScalarType.Int64 ? "i64" : "f32")}\t[{string.Join(",", value.shape)}]";
}
