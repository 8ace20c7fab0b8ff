using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Detectors agree with the reference implementation: forward, training forward, loss, gradients, statistics, steps.</summary>
[Collection(TorchTests.Name)]
public sealed class DetectorParityTests : IDisposable
{
    // Torch adds batch statistics up in float32, a part for each thread: the fewer threads, the further off. A fixed number makes every
    // machine round alike.
    readonly int _threads = get_num_threads();

    public DetectorParityTests() => set_num_threads(2);

    public static TheoryData<string> Shipped => ["tiny_slowonly", "tiny_slowonly_nl", "tiny_slowfast"];

    public static TheoryData<string> All =>
    [
        "slowonly_r50_4x16", "slowonly_r50_4x16_large", "slowonly_r101_8x8", "slowonly_custom_classes", "slowonly_nl_r50_4x16", "slowonly_lfb_nl_r50_4x16",
        "slowfast_r50_4x16", "slowfast_r50_4x16_ratio8", "slowfast_r50_8x8", "slowfast_context_r50_4x16", "slowfast_temporal_max_r50_8x8",
        "slowfast_temporal_max_focal_r50_8x8", "slowfast_acrn_r50_8x8",
    ];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_case_agrees_in_scoring(string name) => Scoring(GoldenCase.Shipped(name));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_case_agrees_in_training(string name) => Training(GoldenCase.Shipped(name));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_case_agrees_in_every_gradient(string name) => ExactGradients(GoldenCase.Shipped(name));

    [Theory]
    [InlineData("tiny_slowonly", 0)]
    [InlineData("tiny_slowonly", 1)]
    [InlineData("tiny_slowonly_nl", 0)]
    [InlineData("tiny_slowonly_nl", 1)]
    [InlineData("tiny_slowfast", 0)]
    [InlineData("tiny_slowfast", 1)]
    public void A_shipped_case_agrees_over_training_steps(string name, int run) => Steps(GoldenCase.Shipped(name), run, 1e-5);

    [SharedTheory("golden")]
    [MemberData(nameof(All))]
    public void Each_case_agrees_in_scoring(string name) => Scoring(SharedData.Path($"golden/{name}"));

    [SharedTheory("golden")]
    [MemberData(nameof(All))]
    public void Each_case_agrees_in_training(string name) => Training(SharedData.Path($"golden/{name}"));

    [SharedTheory("golden")]
    [MemberData(nameof(All))]
    public void Each_case_agrees_in_every_gradient(string name) => ExactGradients(SharedData.Path($"golden/{name}"));

    public void Dispose() => set_num_threads(_threads);

    static void Scoring(string folder)
    {
        using GoldenCase golden = new(folder);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor input = golden.Tensor("input.npy");
        IReadOnlyList<Tensor> maps = golden.Detector.Backbone.forward(input);
        string[] files = maps.Count == 1 ? ["feat.npy"] : ["feat_slow.npy", "feat_fast.npy"];
        for (int i = 0; i < maps.Count; i++) Near.Absolute(golden.Tensor(files[i]), maps[i], 1e-4);
        float[] rois = golden.Floats("rois.npy");
        Tensor? longTerm = golden.LongTerm("lt_feat.npy");
        if (golden.Has("roi_feat.npy")) Near.Absolute(golden.Tensor("roi_feat.npy"), golden.Detector.RoIExtractor.Extract(maps, rois), 1e-4);
        if (golden.Has("shared_feat.npy")) Near.Absolute(golden.Tensor("shared_feat.npy"), golden.Detector.ExtractRoIFeatures(input, rois, longTerm), 1e-4);
        Assert.Equal(golden.Detector.SharedHead is not null, golden.Has("shared_feat.npy"));
        Tensor logits = golden.Detector.forward(input, rois, longTerm);
        Near.Absolute(golden.Tensor("cls_score.npy"), logits, 1e-4);
        Near.Absolute(golden.Tensor("scores.npy"), golden.Detector.Head.Probabilities(logits), 1e-5);
    }

    static void Training(string folder)
    {
        using GoldenCase golden = new(folder);
        using DisposeScope scope = NewDisposeScope();
        golden.Detector.train();
        Tensor logits = golden.Detector.forward(golden.Tensor("input.npy"), golden.Floats("train_rois.npy"), golden.LongTerm("train_lt_feat.npy"));
        Tensor trained = golden.Tensor("train_cls_score.npy");
        Near.Absolute(trained, logits, 1e-4 * Math.Max(1, trained.abs().max().item<float>()));

        ActionLossResult result = ActionLoss.Compute(logits, golden.Floats("train_labels.npy"), golden.Options.Head)!;
        using JsonDocument losses = golden.Json("losses.json");
        JsonElement expected = losses.RootElement.GetProperty("losses");
        Near.Value(expected.GetProperty("loss_action_cls").GetDouble(), result.Loss.item<float>(), 1e-5, "loss");
        Near.Value(expected.GetProperty("recall@thr=0.5").GetDouble(), result.Metrics.Recall, 1e-5, "recall");
        Near.Value(expected.GetProperty("prec@thr=0.5").GetDouble(), result.Metrics.Precision, 1e-5, "precision");
        foreach (TopKMetrics top in result.Metrics.TopK)
        {
            Near.Value(expected.GetProperty($"recall@top{top.K}").GetDouble(), top.Recall, 1e-5, $"recall@top{top.K}");
            Near.Value(expected.GetProperty($"prec@top{top.K}").GetDouble(), top.Precision, 1e-5, $"prec@top{top.K}");
        }

        result.Loss.backward();
        using JsonDocument gradients = golden.Json("grads.json");
        Dictionary<string, TorchSharp.Modules.Parameter> parameters = golden.Detector.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.Equal(gradients.RootElement.GetProperty("all").EnumerateObject().Count(), parameters.Count);
        foreach (JsonProperty entry in gradients.RootElement.GetProperty("all").EnumerateObject())
        {
            // In float32 one ReLU or maximum decided the other way moves a small network's gradient by a few percent; float64 below is exact.
            double l2 = entry.Value.GetProperty("l2").GetDouble();
            Near.Value(l2, parameters[entry.Name].grad!.norm().item<float>(), l2 * 0.1 + 1e-6, $"gradient norm of {entry.Name}");
        }
        int index = 0;
        foreach (JsonProperty named in gradients.RootElement.GetProperty("named").EnumerateObject())
        {
            Tensor reference = golden.Tensor($"grad_{index++}.npy");
            double apart = parameters[named.Name].grad!.sub(reference).norm().item<float>(), norm = reference.norm().item<float>();
            Near.Value(0, apart, norm * 0.15 + 1e-6, $"distance from the gradient of {named.Name}");
        }
        Assert.Equal(3, index);

        using JsonDocument statistics = golden.Json("bn_after_train.json");
        Dictionary<string, Tensor> state = golden.Detector.state_dict();
        foreach (JsonProperty layer in statistics.RootElement.EnumerateObject())
        {
            foreach (string buffer in (string[])["running_mean", "running_var"])
            {
                float[] values = [.. layer.Value.GetProperty(buffer).EnumerateArray().Select(v => v.GetSingle())];
                Near.Absolute(values, state[$"{layer.Name}.{buffer}"].data<float>().ToArray(), 1e-5);
            }
            Assert.Equal(layer.Value.GetProperty("num_batches_tracked").GetInt64(), state[$"{layer.Name}.num_batches_tracked"].item<long>());
        }
    }

    /// <summary>The gradient of every parameter in float64, where no decision lies within rounding.</summary>
    static void ExactGradients(string folder)
    {
        using GoldenCase golden = new(folder);
        using DisposeScope scope = NewDisposeScope();
        golden.Detector.to(ScalarType.Float64);
        golden.Detector.train();
        Tensor logits = golden.Detector.forward(golden.Tensor("input.npy").to(ScalarType.Float64), golden.Floats("train_rois.npy"), golden.LongTerm("train_lt_feat.npy")?.to(ScalarType.Float64));
        ActionLoss.Compute(logits, golden.Floats("train_labels.npy"), golden.Options.Head)!.Loss.backward();
        using JsonDocument gradients = golden.Json("grads.json");
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in golden.Detector.named_parameters())
        {
            double expected = gradients.RootElement.GetProperty("all").GetProperty(name).GetProperty("l2_float64").GetDouble();
            // RoIAlign's weights are float32 on every way, which leaves a trace of about 1e-7.
            Near.Value(expected, parameter.grad!.norm().item<double>(), expected * 1e-4 + 1e-9, $"gradient norm of {name}");
        }
        int index = 0;
        foreach (JsonProperty named in gradients.RootElement.GetProperty("named").EnumerateObject())
        {
            // The arrays are of the reference's float32 run, which says itself how far it is from its float64 run.
            double largest = named.Value.GetProperty("max_abs").GetDouble(), apart = named.Value.GetProperty("max_abs_diff_float64").GetDouble();
            Tensor gradient = golden.Detector.named_parameters().Single(p => p.name == named.Name).parameter.grad!;
            Near.Absolute(golden.Tensor($"grad_{index++}.npy"), gradient.to(ScalarType.Float32), (largest * 1e-3) + (apart * 1.1));
        }
        Assert.Equal(3, index);
    }

    static void Steps(string folder, int run, double tolerance)
    {
        using GoldenCase golden = new(folder);
        using JsonDocument document = golden.Json("train_steps.json");
        JsonElement recorded = document.RootElement[run];
        using Sgd optimizer = new(golden.Detector.named_parameters(), new()
        {
            Momentum = recorded.GetProperty("optimizer").GetProperty("momentum").GetDouble(),
            Nesterov = recorded.GetProperty("optimizer").TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean(),
            WeightDecay = recorded.GetProperty("optimizer").GetProperty("weight_decay").GetDouble(),
            MaxGradientNorm = recorded.GetProperty("grad_clip").GetProperty("max_norm").GetDouble(),
        });
        golden.Detector.train();
        JsonElement expected = recorded.GetProperty("float32");
        foreach (JsonElement step in expected.GetProperty("steps").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.ZeroGradients();
            ActionLossResult result = ActionLoss.Compute(
                golden.Detector.forward(golden.Tensor("input.npy"), golden.Floats("train_rois.npy"), golden.LongTerm("train_lt_feat.npy")), golden.Floats("train_labels.npy"), golden.Options.Head)!;
            result.Loss.backward();
            Near.Value(step.GetProperty("loss").GetDouble(), result.Loss.item<float>(), tolerance, "loss");
            Near.Value(step.GetProperty("grad_norm").GetDouble(), optimizer.Step(recorded.GetProperty("optimizer").GetProperty("lr").GetDouble()), tolerance * 10, "gradient norm");
        }
        Dictionary<string, Tensor> state = golden.Detector.state_dict();
        foreach (JsonProperty parameter in expected.GetProperty("params_after").EnumerateObject())
        {
            Near.Value(parameter.Value.GetProperty("l2").GetDouble(), state[parameter.Name].norm().item<float>(), 1e-4, parameter.Name);
            Near.Value(parameter.Value.GetProperty("sum").GetDouble(), state[parameter.Name].sum().item<float>(), 1e-3, parameter.Name);
        }
        foreach (JsonProperty layer in expected.GetProperty("bn_after").EnumerateObject())
        {
            Near.Value(layer.Value.GetProperty("mean_sum").GetDouble(), state[layer.Name + ".running_mean"].sum().item<float>(), 1e-4, layer.Name);
            Near.Value(layer.Value.GetProperty("var_sum").GetDouble(), state[layer.Name + ".running_var"].sum().item<float>(), 1e-4, layer.Name);
        }
    }
}
