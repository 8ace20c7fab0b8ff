using MlAva.TestSupport;
using TorchSharp;

namespace MlAva.Networks.Tests;

/// <summary>Parameter names, types and shapes are the reference's, so its checkpoints fit.</summary>
[Collection(TorchTests.Name)]
public sealed class KeyListingTests
{
    [SharedTheory("reference/keys")]
    [InlineData("slowonly_r50", 50, 81, 31_800_465)]
    [InlineData("slowonly_r101", 101, 81, 59_705_489)]
    [InlineData("slowonly_r50_custom17", 50, 17, 31_669_329)]
    public void Every_parameter_has_the_name_type_and_shape_of_the_listing(string listing, int depth, int classes, long total)
    {
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { Depth = depth } }, Head = new() { NumClasses = classes } });
        string[] own = [.. detector.state_dict().Select(p => $"{p.Key}\t{(p.Value.dtype == torch.ScalarType.Int64 ? "i64" : "f32")}\t[{string.Join(",", p.Value.shape)}]").Order(StringComparer.Ordinal)];
        string[] expected = [.. File.ReadLines(SharedData.Path($"reference/keys/{listing}.txt")).Where(l => l.Contains('\t', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, own);
        Assert.Equal(total, detector.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void The_default_network_has_the_published_number_of_parameters()
    {
        using Detector detector = new(new DetectorOptions());
        Assert.Equal(31_800_465, detector.parameters().Sum(p => p.numel()));
        Assert.Contains("backbone.layer3.0.conv1.conv.weight", detector.state_dict().Keys);
        Assert.Contains("roi_head.bbox_head.fc_cls.bias", detector.state_dict().Keys);
    }
}
