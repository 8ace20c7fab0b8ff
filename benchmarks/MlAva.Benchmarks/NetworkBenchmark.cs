using System.Diagnostics;
using System.Globalization;
using MlAva.Networks;
using MlAva.Networks.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Benchmarks;

/// <summary>
/// One network, four ways: as plainly as PyTorch users write it (conv3d, batch_norm, relu on [N, C, T, H, W]), as this library trains it, as it prepares it for
/// inference, and in bfloat16. RoI extraction and head are this library's in all four. Rounds are interleaved, so that other programs disturb all alike.
/// </summary>
sealed class NetworkBenchmark : IDisposable
{
    const int GemmSize = 2048;
    static readonly float[] RoIs = [0, 10, 20, 100, 200, 0, 50, 60, 200, 250, 0, 100, 5, 180, 250];
    readonly Detector _modules, _prepared, _reduced;
    readonly EagerNetwork _eager, _eagerTraining;
    readonly Tensor _clip, _left, _right;
    readonly float[] _labels;

    public NetworkBenchmark(BackboneOptions backbone, int frames)
    {
        random.manual_seed(1);
        DetectorOptions options = new DetectorOptions { Backbone = backbone, Head = new() { DropoutRatio = 0 } }.WithMatchingHead();
        (_modules, _prepared, _reduced) = (new(options), new(options), new(options));
        Dictionary<string, Tensor> state = _modules.state_dict();
        foreach (Detector copy in (Detector[])[_prepared, _reduced]) ModuleState.LoadStrict(copy, state, "the first copy");
        _prepared.PrepareForInference();
        _reduced.PrepareForInference(new() { Precision = InferencePrecision.BFloat16 });
        _eager = new(options, state);
        _eagerTraining = new(options, state, _ => true);
        _clip = randn([1, 3, frames, 256, 256]);
        (_left, _right) = (randn([GemmSize, GemmSize]), randn([GemmSize, GemmSize]));
        _labels = new float[RoIs.Length / 5 * options.Head.NumClasses];
        for (int r = 0; r < RoIs.Length / 5; r++) _labels[r * options.Head.NumClasses + 5 + r] = 1;
    }

    public IEnumerable<string> Run(int rounds)
    {
        double gemm = double.MaxValue;
        double[] scoring = [.. Enumerable.Repeat(double.MaxValue, 4)], training = [.. Enumerable.Repeat(double.MaxValue, 2)];
        float[][] scores = new float[4][];
        using Sgd optimizer = new(_modules.named_parameters(), new());
        _modules.eval();
        for (int i = 0; i <= rounds; i++)
        {
            gemm = Math.Min(gemm, Seconds(() => _left.mm(_right).Dispose()));
            Func<Tensor>[] ways = [() => Head(_eager.Backbone(_clip)), () => _modules.forward(_clip, RoIs), () => _prepared.forward(_clip, RoIs), () => _reduced.forward(_clip, RoIs)];
            for (int w = 0; w < ways.Length; w++)
            {
                // bfloat16 is emulated, a hundred times as slowly, where the processor has no such numbers: once is enough.
                if (i > 1 && scoring[w] > 3 * scoring[0]) continue;
                double seconds = Seconds(() => scores[w] = Score(ways[w]));
                if (i > 0) scoring[w] = Math.Min(scoring[w], seconds); // the first round measures forms and touches memory
            }
        }
        // Only now, since training steps move the normalisation statistics that the other ways have copies of.
        _modules.train();
        for (int i = 0; i <= rounds; i++)
        {
            Func<Tensor>[] steps = [() => Head(_eagerTraining.Backbone(_clip)), () => _modules.forward(_clip, RoIs)];
            for (int w = 0; w < steps.Length; w++)
            {
                double seconds = Seconds(() => Step(steps[w], optimizer));
                if (i > 0) training[w] = Math.Min(training[w], seconds);
            }
        }
        double rate = 2e-9 * GemmSize * GemmSize * GemmSize / gemm, work = _prepared.InferencePlan.GigaFlop;
        string[] names = ["eager", "modules", "prepared", "prepared, bfloat16"];
        for (int w = 0; w < names.Length; w++)
        {
            double furthest = scores[w].Zip(scores[0]).Max(p => Math.Abs(p.First - p.Second));
            yield return string.Create(CultureInfo.InvariantCulture,
                $"clip, {names[w]} | {scoring[w]:F3} | {scoring[0] / scoring[w]:F2} | {work / scoring[w]:F0} | {work / scoring[w] / rate:P0} | {furthest:0.0e+00}");
        }
        yield return string.Create(CultureInfo.InvariantCulture, $"training step, eager | {training[0]:F3} | 1.00 | | | ");
        yield return string.Create(CultureInfo.InvariantCulture, $"training step, modules | {training[1]:F3} | {training[0] / training[1]:F2} | | | ");
        yield return string.Create(CultureInfo.InvariantCulture, $"GEMM {GemmSize}³ | {gemm:F3} | | {rate:F0} | 100 % | ");
    }

    // The rate is 0: a step costs what it costs, and the parameters stay what they are for the other ways.
    void Step(Func<Tensor> forward, Sgd optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.ZeroGradients();
        ActionLoss.Compute(forward(), _labels, _modules.Options.Head)!.Loss.backward();
        optimizer.Step(0);
    }

    static float[] Score(Func<Tensor> forward)
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return forward().sigmoid().cpu().data<float>().ToArray();
    }

    Tensor Head(IReadOnlyList<Tensor> maps) => _modules.Head.forward(_modules.RoIExtractor.Extract(maps, RoIs));

    static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_modules, _prepared, _reduced, _clip, _left, _right]) part.Dispose();
    }
}
