using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Temporal strides under which the reference's own tensors would not fit together are refused in words.</summary>
[Collection(TorchTests.Name)]
public sealed class TemporalStrideTests
{
    [Fact]
    public void Frames_that_do_not_meet_are_an_error_in_words()
    {
        using DisposeScope scope = NewDisposeScope();
        ResNet3dOptions pathway = new() { BaseChannels = 2, StageBlocks = [1, 1, 1] };
        SlowFastOptions options = new() { Slow = pathway, Fast = pathway with { TemporalStrides = [1, 2, 1, 1] }, ChannelRatio = 1, ResampleRate = 2, SpeedRatio = 2 };
        using SlowFast network = new(options);
        ArgumentException error = Assert.Throws<ArgumentException>(() => network.forward(randn([1, 3, 8, 32, 32])));
        Assert.Contains("4 frames to stage 3 and the fast one 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("TemporalStrides", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(2, 2, false)]
    [InlineData(4, 1, false)]
    public void A_stage_without_a_convolution_on_its_identity_branch_has_none(int ratio, int spatial, bool refused)
    {
        ResNet3dOptions pathway = new() { BaseChannels = 2, StageBlocks = [1, 1, 1], SpatialStrides = [1, 2, spatial, 1], TemporalStrides = [1, 1, 2, 1] };
        SlowFastOptions options = new() { Slow = pathway with { BaseChannels = 2 * ratio }, Fast = pathway, ChannelRatio = ratio };
        Exception? error = Record.Exception(() =>
        {
            using Backbone network = options.Create();
        });
        Assert.Equal(refused, error is ArgumentException);
        if (refused) Assert.Contains("(1, 1, 2, 1); expected 1 for stage 3", error!.Message, StringComparison.Ordinal);
        else Assert.Null(error);
    }
}
