using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Runs one network here and in its eager form, with the same random weights, clips and boxes, in scoring and in training.</summary>
static class EagerComparison
{
    // Of float32 against float64; a softmax over unscaled products can be this ill-conditioned. In float64 only RoIAlign's shares, which are float32 on
    // every way here, leave a trace.
    const double Single = 1e-4, Double = 1e-6, Exact = 1e-10;

    static readonly Scalar One = 1;

    /// <summary>Everything that the network gives, for clips [N, C, T, H, W] and boxes of every kind.</summary>
    public static void Agrees(DetectorOptions options, long[] clipShape, int seed = 1)
    {
        string about = Describe(options, clipShape);
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(seed);
        options = WithoutDropout(options).WithMatchingHead();
        using Detector detector = new(options);
        Randomise(detector);
        Tensor clips = randn(clipShape);
        float[] rois = Boxes(clipShape, new Random(seed));
        Tensor? longTerm = LongTerm(options, rois.Length / 5);
        Scores(detector, clips, rois, longTerm, Single, Single, about);
        detector.to(ScalarType.Float64);
        (clips, longTerm) = (clips.to(ScalarType.Float64), longTerm?.to(ScalarType.Float64));
        Scores(detector, clips, rois, longTerm, Exact, Double, about);
        Trains(detector, clips, rois, longTerm, about);
    }

    /// <summary>A network and its input in words, for messages.</summary>
    public static string Describe(DetectorOptions options, long[] clipShape) => $"[{string.Join(", ", clipShape)}] {JsonSerializer.Serialize(options)}";

    static void Scores(Detector detector, Tensor clips, float[] rois, Tensor? longTerm, double ofMaps, double ofFeatures, string about)
    {
        using var _ = no_grad();
        detector.eval();
        Dictionary<string, Tensor> state = Copy(detector);
        Tensor doubles = clips.to(ScalarType.Float64);
        EagerNetwork eager = new(detector.Options, state);
        Tensor[] expected = eager.Backbone(doubles);
        IReadOnlyList<Tensor> actual = detector.Backbone.forward(clips);
        Assert.True(expected.Length == actual.Count, about);
        for (int i = 0; i < expected.Length; i++) Same(expected[i], actual[i], ofMaps, $"map {i} of {about}");
        Assert.Equal(detector.Backbone.OutputChannels, actual.Select(m => (int)m.shape[1]));
        Tensor? bank = longTerm?.to(ScalarType.Float64);
        Same(eager.Features(doubles, rois, bank), detector.ExtractRoIFeatures(clips, rois, longTerm), ofFeatures, $"RoI features of {about}");
        Same(eager.Logits(doubles, rois, bank), detector.forward(clips, rois, longTerm), ofFeatures, $"logits of {about}");
        Assert.True(state.Keys.Where(k => !IsCounter(k)).ToHashSet().SetEquals(eager.Used), $"weights that are not used in {about}");
    }

    static void Trains(Detector detector, Tensor clips, float[] rois, Tensor? longTerm, string about)
    {
        detector.train();
        Dictionary<string, Tensor> state = Copy(detector);
        foreach ((string name, _) in detector.named_parameters()) state[name].requires_grad_();
        EagerNetwork eager = new(detector.Options, state, training: true);
        Tensor expected = eager.Logits(clips, rois, longTerm), actual = detector.forward(clips, rois, longTerm);
        Same(expected, actual, Double, $"training logits of {about}");
        Tensor weights = randn_like(expected);
        expected.mul(weights).sum().backward();
        actual.mul(weights).sum().backward();

        double largest = state.Values.Max(v => v.grad is { } gradient ? Largest(gradient) : 0);
        Assert.True(largest > 0, $"no gradient in {about}");
        foreach ((string name, Parameter parameter) in detector.named_parameters())
            Same(state[name].grad ?? zeros_like(state[name]), parameter.grad ?? zeros_like(parameter), 10 * Double, $"gradient of {name} in {about}", largest * 1e-3);
        foreach ((string name, Tensor after) in detector.state_dict())
        {
            if (name.Contains(".running_", StringComparison.Ordinal)) Same(state[name], after, Double, $"{name} after training of {about}");
        }
    }

    /// <summary>The largest difference is at most a share of the largest value.</summary>
    public static void Same(Tensor expected, Tensor actual, double tolerance, string what, double least = 1e-3)
    {
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"[{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]: {what}");
        if (expected.numel() == 0) return;
        using DisposeScope scope = NewDisposeScope();
        double scale = Math.Max(Largest(expected), least);
        Tensor difference = expected.detach().add(actual.detach().to(ScalarType.Float64).neg(), One);
        double worst = Largest(difference);
        Assert.True(worst <= tolerance * scale, FormattableString.Invariant($"{worst} apart where the largest is {scale}: {what}"));
    }

    static double Largest(Tensor values)
    {
        using Tensor largest = values.detach().abs().max();
        return largest.item<double>();
    }

    static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static Dictionary<string, Tensor> Copy(Detector detector) =>
        detector.state_dict().ToDictionary(p => p.Key, p => p.Value.detach().to(ScalarType.Float64, copy: true));

    static DetectorOptions WithoutDropout(DetectorOptions options) => options with
    {
        Head = options.Head with { DropoutRatio = 0 },
        SharedHead = options.SharedHead is FeatureBankHeadOptions bank ? bank with { PersonDropout = 0, BankDropout = 0, LayerDropout = 0 } : options.SharedHead,
    };

    // Nothing keeps a value at which a forgotten step would not show: no statistic of 0 or 1, no weight of 0.
    static void Randomise(Detector detector)
    {
        using var _ = no_grad();
        foreach ((string name, Tensor value) in detector.state_dict())
        {
            if (IsCounter(name)) continue;
            bool isScale = name.EndsWith("bn.weight", StringComparison.Ordinal) || name.EndsWith("ln.weight", StringComparison.Ordinal);
            if (isScale || name.EndsWith("running_var", StringComparison.Ordinal)) nn.init.uniform_(value, 0.5, 1.5);
            else if (value.dim() > 1 && !name.Contains(".ln.", StringComparison.Ordinal)) nn.init.normal_(value, 0, 1 / Math.Sqrt(value.numel() / value.shape[0]));
            else nn.init.normal_(value, 0.1, 0.2);
        }
    }

    static Tensor? LongTerm(DetectorOptions options, int rows) =>
        options.SharedHead is FeatureBankHeadOptions bank ? randn([rows, bank.BankChannels, bank.BankFeatures()]) : null;

    /// <summary>
    /// Boxes inside, over the whole clip, across its borders, outside, without width, without height, without both, smaller than a cell and larger than everything,
    /// in no order of the clips; the last of several clips has none.
    /// </summary>
    static float[] Boxes(long[] clipShape, Random random)
    {
        (int clips, float h, float w) = ((int)clipShape[0], clipShape[3], clipShape[4]);
        float[][] boxes =
        [
            [w * 0.1f, h * 0.2f, w * 0.7f, h * 0.9f], [0, 0, w, h], [-w * 0.4f, h * 0.3f, w * 0.5f, h * 1.6f], [w * 2, h * 2, w * 3, h * 2.5f], [-3 * w, 0, -2 * w, h],
            [w * 0.3f, h * 0.1f, w * 0.3f, h * 0.8f], [w * 0.2f, h * 0.5f, w * 0.9f, h * 0.5f], [w - 1, h - 1, w - 1, h - 1], [w * 0.4f, h * 0.4f, w * 0.4f + 3, h * 0.4f + 2],
            [-100, -120, w + 90, h + 110], Any(), Any(), Any(),
        ];
        random.Shuffle(boxes);
        return [.. boxes.SelectMany(b => (float[])[random.Next(Math.Max(clips - 1, 1)), .. b])];

        float[] Any()
        {
            float x = (random.NextSingle() * 1.2f - 0.2f) * w, y = (random.NextSingle() * 1.2f - 0.2f) * h;
            return [x, y, x + random.NextSingle() * w, y + random.NextSingle() * h];
        }
    }
}
