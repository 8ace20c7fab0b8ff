using System.Text.Json;
using CsCheck;
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

    static readonly string[] Maps = ["map in training", "map when scored"];

    // Channels in eights, sixteens and neither; lines shorter than a tile and longer than many; single frames, rows and places.
    static readonly Gen<(ResNet3dOptions Pathway, long[] Clip)> Shapes =
        from inputs in Gen.Int[1, 4]
        from width in EagerGenerators.OneOf(8, 16, 24, 32, 40)
        from stages in Gen.Int[1, 2]
        from kernel in EagerGenerators.OneOf(1, 3, 5, 7).Array[3]
        from stem in Gen.Int[1, 2].Array[2]
        from space in Gen.Int[1, 2].Array[2]
        from time in Gen.Int[1, 2].Array[2]
        from dilations in Gen.Int[1, 3].Array[2]
        from inflate in Gen.Bool.Array[2]
        from inflateStyle in Gen.Enum<InflateStyle>()
        from switches in Gen.Bool.Array[2]
        from size in Gen.OneOf(Gen.Select(Gen.Int[1, 18], Gen.Int[1, 18]), Gen.Select(Gen.Int[1, 3], Gen.Int[90, 140]))
        from clips in Gen.Int[1, 2]
        from frames in Gen.Int[1, 5]
        select (new ResNet3dOptions
        {
            InputChannels = inputs, BaseChannels = width, StageBlocks = Enumerable.Repeat(1, stages).ToArray(), StemKernel = kernel, StemTemporalStride = stem[0], StemSpatialStride = stem[1],
            SpatialStrides = space, TemporalStrides = time, Dilations = dilations, Inflate = inflate, InflateStyle = inflateStyle, StemPooling = switches[0],
            // Few places have no statistics worth the name.
            NormEval = switches[1] || clips * frames * size.Item1 * size.Item2 < 1000,
        }, new long[] { clips, inputs, frames, size.Item1, size.Item2 });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_shape_trains_and_scores_in_float32_as_in_float64(uint stream)
    {
        PCG drawn = new(stream, 20261129);
        for (int i = 0; i < 20; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            (ResNet3dOptions pathway, long[] clip) = Shapes.Generate(drawn, null, out _);
            string about = $"[{string.Join(", ", clip)}] {JsonSerializer.Serialize(pathway)}";
            random.manual_seed(i);
            DetectorOptions options = new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = pathway } }.WithMatchingHead();
            using Detector single = new(options), twice = new(options);
            KeepFromZero(single);
            ModuleState.LoadStrict(twice, single.state_dict(), "the same weights");
            twice.to(ScalarType.Float64);
            Tensor clips = randn(clip);

            Dictionary<string, Tensor> own = Run(single, clips), exact = Run(twice, clips.to(ScalarType.Float64));

            Assert.Equal(exact.Keys, own.Keys);
            // Where sums cancel, as a bias's do ahead of the next statistics, what is left is measured by the others.
            double least = exact.Where(e => !Maps.Contains(e.Key)).Max(e => Largest(e.Value)) * 0.02;
            foreach ((string name, Tensor value) in exact)
            {
                Assert.Equal(value.shape, own[name].shape);
                double apart = Largest(own[name].to(ScalarType.Float64).sub(value)) / Math.Max(Largest(value), Maps.Contains(name) ? 0 : least);
                Assert.True(apart <= 1e-4, FormattableString.Invariant($"{name} is {apart} of its largest away: {about}"));
            }
        }
    }

    /// <summary>A backbone's map in training, the gradients of its sum with random weights, and its map when scored, prepared where it can be.</summary>
    static Dictionary<string, Tensor> Run(Detector detector, Tensor clips)
    {
        detector.train();
        Tensor map = detector.Backbone.forward(clips)[0];
        random.manual_seed(7);
        map.mul(randn(map.shape).to(map.dtype)).sum().backward();
        Dictionary<string, Tensor> all = detector.Backbone.named_parameters().ToDictionary(p => p.name, p => ((Parameter)p.parameter).grad!);
        using var noGrad = no_grad();
        detector.eval();
        all[Maps[0]] = map.detach();
        if (clips.dtype == ScalarType.Float32) detector.PrepareForInference(new() { Measure = false });
        all[Maps[1]] = detector.Backbone.forward(clips)[0];
        return all;
    }

    static double Largest(Tensor values) => values.detach().abs().max().to(ScalarType.Float64).item<double>();

    /// <summary>Offsets so large that no ReLU is decided by rounding: half of the channels pass, and half do not.</summary>
    static void KeepFromZero(Detector detector)
    {
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in detector.state_dict())
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal)) nn.init.uniform_(value, 0.5, 1.5);
            else if (name.EndsWith("running_mean", StringComparison.Ordinal)) nn.init.normal_(value, 0, 0.2);
            else if (name.EndsWith("bn.weight", StringComparison.Ordinal)) nn.init.uniform_(value, 0.5, 1);
            else if (name.EndsWith("bn.bias", StringComparison.Ordinal)) value.copy_(tensor(Enumerable.Range(0, (int)value.numel()).Select(c => c % 2 == 0 ? 6f : -6f).ToArray()));
            else if (value.dim() == 5) nn.init.normal_(value, 0, 1 / Math.Sqrt(value.numel() / value.shape[0]));
        }
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
