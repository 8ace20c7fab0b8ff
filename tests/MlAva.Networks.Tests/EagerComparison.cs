using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>
/// Runs one network here and in its eager form, with the same random weights, clips and boxes, in scoring and in training.
/// </summary>
static class EagerComparison
{
    // Float64 maps agree to the last digits; behind them RoIAlign's shares, float32 on every way here, leave a trace.
    const double Exact = 1e-10, Near = 1e-6;

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
        List<(string What, Tensor Value)> single = Scores(detector, clips, rois, longTerm),
            ownSingle = EagerScores(detector, clips, rois, longTerm);
        detector.to(ScalarType.Float64);
        (clips, longTerm) = (clips.to(ScalarType.Float64), longTerm?.to(ScalarType.Float64));
        List<(string What, Tensor Value)> values = Scores(detector, clips, rois, longTerm),
            expected = EagerScores(detector, clips, rois, longTerm);
        for (int i = 0; i < expected.Count; i++)
        {
            (string what, Tensor value) = expected[i];
            Same(value, values[i].Value, what.StartsWith("map", StringComparison.Ordinal) ? Exact : Near, $"{what} of {about}");
            // A softmax over large products may lose digits: float32 is measured by how far the eager network's own float32 run is off.
            double noise = Distance(value, ownSingle[i].Value);
            Same(value, single[i].Value, 2e-5, $"float32 {what} of {about}", allowance: 10 * noise);
        }
        Trains(detector, clips, rois, longTerm, about);
    }

    static string Describe(DetectorOptions options, long[] clipShape) =>
        $"[{string.Join(", ", clipShape)}] {JsonSerializer.Serialize(options)}";

    static List<(string What, Tensor Value)> Scores(Detector detector, Tensor clips, float[] rois, Tensor? longTerm)
    {
        using var _ = no_grad();
        detector.eval();
        IReadOnlyList<Tensor> maps = detector.Backbone.forward(clips);
        Assert.Equal(detector.Backbone.OutputChannels, maps.Select(m => (int)m.shape[1]));
        return
        [
            .. maps.Select((map, i) => ($"map {i}", map)),
            ("RoI features", detector.ExtractRoIFeatures(clips, rois, longTerm)), ("logits", detector.forward(clips, rois, longTerm)),
        ];
    }

    static List<(string What, Tensor Value)> EagerScores(Detector detector, Tensor clips, float[] rois, Tensor? longTerm)
    {
        using var _ = no_grad();
        Dictionary<string, Tensor> state = Copy(detector);
        EagerNetwork eager = new(detector.Options, state);
        List<(string, Tensor)> scores =
        [
            .. eager.Backbone(clips).Select((map, i) => ($"map {i}", map)), ("RoI features", eager.Features(clips, rois, longTerm)),
            ("logits", eager.Logits(clips, rois, longTerm)),
        ];
        Assert.Equal(state.Keys.Where(k => !IsCounter(k)).Order(StringComparer.Ordinal), eager.Used.Order(StringComparer.Ordinal));
        return scores;
    }

    static void Trains(Detector detector, Tensor clips, float[] rois, Tensor? longTerm, string about)
    {
        detector.train();
        Dictionary<string, Tensor> state = Copy(detector);
        foreach ((string name, Parameter parameter) in detector.named_parameters())
        {
            bool isFrozen = IsFrozen(name, detector.Options.Backbone);
            Assert.True(parameter.requires_grad == !isFrozen, $"gradient of {name} in {about}");
            if (!isFrozen) state[name].requires_grad_();
        }
        EagerNetwork eager = new(detector.Options, state, layer =>
            !IsFrozen(layer + ".", detector.Options.Backbone) && !HasFixedStatistics(layer, detector.Options.Backbone));
        Tensor expected = eager.Logits(clips, rois, longTerm), actual = detector.forward(clips, rois, longTerm);
        Same(expected, actual, Near, $"training logits of {about}");
        Tensor weights = randn_like(expected);
        expected.mul(weights).sum().backward();
        actual.mul(weights).sum().backward();

        double largest = state.Values.Max(v => v.grad is { } gradient ? Largest(gradient) : 0);
        Assert.True(largest > 0, $"no gradient in {about}");
        foreach ((string name, Parameter parameter) in detector.named_parameters())
            Same(state[name].grad ?? zeros_like(state[name]), parameter.grad ?? zeros_like(parameter), 10 * Near,
                $"gradient of {name} in {about}", largest * 1e-3);
        foreach ((string name, Tensor after) in detector.state_dict())
        {
            string what = $"{name} after training of {about}";
            if (IsCounter(name)) Assert.True(after.item<long>() == (eager.BatchesSeen.Contains(name) ? 1 : 0), what);
            if (name.Contains(".running_", StringComparison.Ordinal)) Same(state[name], after, Near, what);
        }
    }

    /// <summary>The largest difference is at most a share of the largest value, and an allowance.</summary>
    static void Same(Tensor expected, Tensor actual, double tolerance, string what, double least = 1e-3, double allowance = 0)
    {
        Assert.True(expected.shape.SequenceEqual(actual.shape),
            $"[{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]: {what}");
        double scale = Math.Max(Largest(expected), least), worst = Distance(expected, actual);
        Assert.True(worst <= tolerance * scale + allowance,
            FormattableString.Invariant($"{worst} apart where the largest is {scale}: {what}"));
    }

    static double Distance(Tensor expected, Tensor actual)
    {
        using DisposeScope scope = NewDisposeScope();
        return Largest(expected.detach().add(actual.detach().to(ScalarType.Float64).neg(), One));
    }

    static double Largest(Tensor values)
    {
        using Tensor largest = values.detach().abs().max(), wide = largest.to(ScalarType.Float64, copy: true);
        return wide.item<double>();
    }

    // Reference specification §2.5; of the laterals only those behind frozen stages, so never the one behind the stem.
    static bool IsFrozen(string name, BackboneOptions backbone)
    {
        (ResNet3dOptions? pathway, string inside) = Pathway(name, backbone);
        if (pathway is null) return false;
        if (pathway.FrozenNorm && inside.Contains(".bn.", StringComparison.Ordinal) && !inside.Contains(".non_local_block.", StringComparison.Ordinal)) return true;
        if (pathway.FrozenStages < 0) return false;
        return inside.StartsWith("conv1.", StringComparison.Ordinal) || Enumerable.Range(1, pathway.FrozenStages).Any(
            i => inside.StartsWith($"layer{i}.", StringComparison.Ordinal)
                || inside.StartsWith($"layer{i}_lateral.", StringComparison.Ordinal));
    }

    static bool HasFixedStatistics(string layer, BackboneOptions backbone) => Pathway(layer, backbone).Options?.NormEval ?? false;

    static (ResNet3dOptions? Options, string Inside) Pathway(string name, BackboneOptions backbone)
    {
        (string Prefix, ResNet3dOptions Options)[] pathways = backbone is SlowFastOptions two
            ? [("backbone.slow_path.", two.Slow), ("backbone.fast_path.", two.Fast)]
            : [("backbone.", ((SlowOnlyOptions)backbone).Pathway)];
        (string prefix, ResNet3dOptions? options) = pathways.FirstOrDefault(p => name.StartsWith(p.Prefix, StringComparison.Ordinal));
        return options is null ? (null, name) : (options, name[prefix.Length..]);
    }

    static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static Dictionary<string, Tensor> Copy(Detector detector) =>
        detector.state_dict().ToDictionary(p => p.Key, p => p.Value.detach().clone());

    static DetectorOptions WithoutDropout(DetectorOptions options) => options with
    {
        Head = options.Head with { DropoutRatio = 0 },
        SharedHead = options.SharedHead is FeatureBankHeadOptions bank
            ? bank with { PersonDropout = 0, BankDropout = 0, LayerDropout = 0 } : options.SharedHead,
    };

    // Nothing keeps a value at which a forgotten step would not show: no statistic of 0 or 1, no weight of 0.
    static void Randomise(Detector detector)
    {
        using var _ = no_grad();
        foreach ((string name, Tensor value) in detector.state_dict())
        {
            if (IsCounter(name)) continue;
            bool isNormalization = name.Contains(".bn.", StringComparison.Ordinal) || name.Contains(".ln.", StringComparison.Ordinal);
            bool isScale = isNormalization && name.EndsWith(".weight", StringComparison.Ordinal);
            if (isScale || name.EndsWith("running_var", StringComparison.Ordinal)) nn.init.uniform_(value, 0.5, 1.5);
            else if (value.dim() > 1 && !isNormalization) nn.init.normal_(value, 0, 1 / Math.Sqrt(value.numel() / value.shape[0]));
            else nn.init.normal_(value, 0.1, 0.2);
        }
    }

    static Tensor? LongTerm(DetectorOptions options, int rows) =>
        options.SharedHead is FeatureBankHeadOptions bank ? randn([rows, bank.BankChannels, bank.BankFeatures()]) : null;

    /// <summary>
    /// Boxes inside, over the whole clip, across its borders, outside, without width, without height, without both, smaller than a cell and
    /// larger than everything, in no order of the clips; the last of several clips has none.
    /// </summary>
    static float[] Boxes(long[] clipShape, Random random)
    {
        (int clips, float h, float w) = ((int)clipShape[0], clipShape[3], clipShape[4]);
        float[][] boxes =
        [
            [w * 0.1f, h * 0.2f, w * 0.7f, h * 0.9f], [0, 0, w, h], [-w * 0.4f, h * 0.3f, w * 0.5f, h * 1.6f],
            [w * 2, h * 2, w * 3, h * 2.5f], [-3 * w, 0, -2 * w, h], [w * 0.3f, h * 0.1f, w * 0.3f, h * 0.8f],
            [w * 0.2f, h * 0.5f, w * 0.9f, h * 0.5f], [w - 1, h - 1, w - 1, h - 1], [w * 0.4f, h * 0.4f, w * 0.4f + 3, h * 0.4f + 2],
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
