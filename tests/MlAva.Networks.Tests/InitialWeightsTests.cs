using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>How weights begin: as the reference's constructors leave them, and as <see cref="Detector.InitializeWeights"/> starts them (reference specification §2.5).</summary>
[Collection(TorchTests.Name)]
public sealed class InitialWeightsTests
{
    static readonly ResNet3dOptions Small = new() { BaseChannels = 8, StageBlocks = [1, 1] };

    static readonly NonLocalOptions NonLocal = new() { Blocks = [[true], [true]] };

    [SharedTheory("golden/components/init_stats.json")]
    [InlineData(0, "slowonly_r50")]
    [InlineData(1, "slowonly_nl_r50")]
    [InlineData(2, "slowfast_context_r50_4x16_fk5")]
    public void A_new_detector_of_full_size_is_distributed_as_the_reference_one(int index, string listing)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(17);
        using Detector detector = new(KeyListingTests.Published[listing].Options);
        Dictionary<string, Parameter> parameters = detector.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        JsonProperty[] expected = [.. GoldenJson.Read("init_stats.json")[index].GetProperty("parameters").EnumerateObject()];
        Assert.Equal(expected.Select(e => e.Name), parameters.Keys);
        foreach (JsonProperty entry in expected)
        {
            Statistics reference = new(entry.Value), own = new(parameters[entry.Name]);
            Assert.Equal(GoldenJson.Ints(entry.Value.GetProperty("shape")).Select(s => (long)s), parameters[entry.Name].shape);
            // Six standard errors of the difference of two samples.
            double n = parameters[entry.Name].numel(), error = 6 * reference.Deviation * Math.Sqrt(2 / n);
            Near.Value(reference.Mean, own.Mean, error, $"mean of {entry.Name}");
            Near.Value(reference.Deviation, own.Deviation, error, $"deviation of {entry.Name}");
            // The extremes tell a normal distribution from a uniform one: the largest of n draws lies where the other sample's does.
            bool isUniform = entry.Name.Contains("fc_cls", StringComparison.Ordinal);
            double spread = (isUniform ? 0.05 : 0.5) * (reference.Largest - reference.Smallest);
            Near.Value(reference.Smallest, own.Smallest, spread, $"smallest of {entry.Name}");
            Near.Value(reference.Largest, own.Largest, spread, $"largest of {entry.Name}");
        }
    }

    [Fact]
    public void The_classifier_of_a_new_detector_is_uniform_and_then_normal()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = Small with { BaseChannels = 32 } } }.WithMatchingHead());
        double bound = 1 / Math.Sqrt(256);
        foreach (string name in (string[])["fc_cls.weight", "fc_cls.bias"])
        {
            Statistics own = new(Parameter(detector, "roi_head.bbox_head." + name));
            Assert.InRange(own.Largest, 0.9 * bound, bound + 1e-7);
            Assert.InRange(own.Smallest, -bound - 1e-7, -0.9 * bound);
        }
        detector.InitializeWeights();
        Statistics weight = new(Parameter(detector, "roi_head.bbox_head.fc_cls.weight")), bias = new(Parameter(detector, "roi_head.bbox_head.fc_cls.bias"));
        Near.Value(0.01, weight.Deviation, 0.0003, "deviation");
        Assert.InRange(weight.Largest, 0.03, 0.06);
        Assert.Equal((0, 0), (bias.Smallest, bias.Largest));
    }

    [Theory]
    [InlineData(NonLocalMode.EmbeddedGaussian, true)]
    [InlineData(NonLocalMode.EmbeddedGaussian, false)]
    [InlineData(NonLocalMode.Gaussian, true)]
    [InlineData(NonLocalMode.DotProduct, false)]
    [InlineData(NonLocalMode.Concatenation, true)]
    public void Non_local_blocks_begin_as_identity(NonLocalMode mode, bool normalize)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(4);
        using SlowOnly plain = new(new() { Pathway = Small }), related = new(new() { Pathway = Small with { NonLocal = NonLocal with { Mode = mode, Normalize = normalize } } });
        Tensor clips = randn([2, 3, 2, 33, 36]);
        foreach (bool startedAnew in (bool[])[false, true])
        {
            if (startedAnew)
            {
                Fill(related, 7);
                related.InitializeWeights();
            }
            Assert.Empty(ModuleState.Load(plain, related.state_dict()).Missing);
            foreach (bool training in (bool[])[false, true])
            {
                plain.train(training);
                related.train(training);
                Near.Absolute(plain.forward(clips)[0], related.forward(clips)[0], 0);
            }
        }
        double projections = new Statistics(Parameter(related, "layer1.0.non_local_block.g.0.conv.weight")).Deviation;
        Near.Value(0.01, projections, 0.002, "deviation of g");
    }

    public static TheoryData<string> Shapes => ["SlowOnly", "non-local", "SlowFast", "actor relations", "feature bank"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_weight_is_started_anew(string shape)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(5);
        DetectorOptions options = new() { Backbone = new SlowOnlyOptions { Pathway = Small } };
        options = shape switch
        {
            "non-local" => options with { Backbone = new SlowOnlyOptions { Pathway = Small with { NonLocal = NonLocal } } },
            "SlowFast" => options with { Backbone = new SlowFastOptions { Slow = Small with { BaseChannels = 16 }, Fast = Small, ChannelRatio = 2, LateralNorm = true } },
            "actor relations" => options with { SharedHead = new ActorRelationOptions { Channels = 24, Convolutions = 3 } },
            "feature bank" => options with { SharedHead = new FeatureBankHeadOptions { BankChannels = 32, LatentChannels = 24 } },
            _ => options,
        };
        using Detector detector = new(options.WithMatchingHead());
        Fill(detector, 7);
        detector.InitializeWeights();
        foreach ((string name, Parameter parameter) in detector.named_parameters())
        {
            Statistics own = new(parameter);
            bool isScale = name.EndsWith("bn.weight", StringComparison.Ordinal) || name.EndsWith("ln.weight", StringComparison.Ordinal);
            if (isScale || name.EndsWith("bias", StringComparison.Ordinal))
            {
                bool isZero = !isScale || name.EndsWith("conv3.bn.weight", StringComparison.Ordinal) || name.EndsWith("conv_out.bn.weight", StringComparison.Ordinal);
                Assert.Equal((isZero ? 0 : 1, isZero ? 0 : 1), (own.Smallest, own.Largest));
                continue;
            }
            long[] s = parameter.shape;
            bool isProjection = name.Contains("non_local_block", StringComparison.Ordinal) && !name.Contains("conv_out", StringComparison.Ordinal);
            double expected = isProjection || name.EndsWith("fc_cls.weight", StringComparison.Ordinal) ? 0.01 : Math.Sqrt(2.0 / (s[0] * s[2] * s[3] * s[4]));
            Near.Value(expected, own.Deviation, 5 * expected / Math.Sqrt(2.0 * parameter.numel()), $"deviation of {name}");
            Near.Value(0, own.Mean, 5 * expected / Math.Sqrt(parameter.numel()), $"mean of {name}");
        }
    }

    static Parameter Parameter(nn.Module module, string name) => module.named_parameters().Single(p => p.name == name).parameter;

    static void Fill(nn.Module module, double value)
    {
        using var _ = no_grad();
        foreach ((string _, Parameter parameter) in module.named_parameters()) nn.init.constant_(parameter, value);
    }

    sealed record Statistics(double Mean, double Deviation, double Smallest, double Largest)
    {
        public Statistics(JsonElement golden)
            : this(golden.GetProperty("mean").GetDouble(), golden.GetProperty("std").GetDouble(), golden.GetProperty("min").GetDouble(), golden.GetProperty("max").GetDouble())
        {
        }

        public Statistics(Parameter parameter)
            : this(parameter.mean().item<float>(), parameter.std().item<float>(), parameter.min().item<float>(), parameter.max().item<float>())
        {
        }
    }
}
