using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Training in float32, which own kernels may compute, against float64, which they never do.</summary>
[Collection(TorchTests.Name)]
public sealed class TrainingKernelTests
{
    static readonly float[] RoIs = [0, 2, 3, 25, 30, 0, 10, 0, 40, 31, 1, 0, 4, 20, 28];

    [Theory]
    [InlineData(16, false)]
    [InlineData(64, false)]
    [InlineData(32, true)]
    public void Gradients_in_float32_are_those_in_float64_but_for_rounding(int width, bool slowFast)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        ResNet3dOptions pathway = new() { BaseChannels = width, StageBlocks = [1, 1, 1, 1] };
        DetectorOptions options = new DetectorOptions
        {
            Backbone = slowFast
                ? new SlowFastOptions { Slow = pathway, Fast = pathway with { BaseChannels = width / 2, StemKernel = [5, 7, 7], Inflate = [true, true, true, true] }, ChannelRatio = 2, ResampleRate = 4, SpeedRatio = 4 }
                : new SlowOnlyOptions { Pathway = pathway },
            Head = new() { NumClasses = 9, DropoutRatio = 0 },
        }.WithMatchingHead();
        using Detector single = new(options), twice = new(options);
        ModuleState.LoadStrict(twice, single.state_dict(), "the same weights");
        twice.to(ScalarType.Float64);
        Tensor clips = randn([2, 3, 8, 48, 40]);

        Dictionary<string, Tensor> own = Gradients(single, clips), exact = Gradients(twice, clips.to(ScalarType.Float64));

        // One ReLU or maximum decided the other way moves what lies before it; most parameters see none.
        double[] apart = [.. own.Select(g => g.Value.to(ScalarType.Float64).sub(exact[g.Key]).norm().item<double>() / (exact[g.Key].norm().item<double>() + 1e-9)).Order()];
        Assert.InRange(apart[apart.Length / 2], 0, 2e-3);
        Assert.InRange(apart[^1], 0, 0.1);
    }

    static Dictionary<string, Tensor> Gradients(Detector detector, Tensor clips)
    {
        detector.train();
        float[] labels = new float[27];
        (labels[2], labels[9 + 4], labels[18 + 7]) = (1, 1, 1);
        ActionLoss.Compute(detector.forward(clips, RoIs), labels, detector.Options.Head)!.Loss.backward();
        return detector.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => ((Parameter)p.parameter).grad!);
    }
}
