using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>SlowOnly detectors agree with the reference implementation: forward, training forward, loss, gradients, statistics, steps.</summary>
[Collection(TorchTests.Name)]
public sealed class DetectorParityTests
{
    const string Tiny = "tiny_slowonly";

    [Fact]
    public void The_shipped_case_agrees_in_scoring() => Scoring(GoldenCase.Shipped(Tiny));

    [Fact]
    public void The_shipped_case_agrees_in_training() => Training(GoldenCase.Shipped(Tiny));

    [Fact]
    public void The_shipped_case_agrees_in_every_gradient() => ExactGradients(GoldenCase.Shipped(Tiny));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_shipped_case_agrees_over_training_steps(int run) => Steps(GoldenCase.Shipped(Tiny), run, 1e-5);

    [SharedTheory("golden")]
    [InlineData("slowonly_r50_4x16")]
    [InlineData("slowonly_r50_4x16_large")]
    [InlineData("slowonly_r101_8x8")]
    [InlineData("slowonly_custom_classes")]
    public void Each_case_agrees_in_scoring(string name) => Scoring(SharedData.Path($"golden/{name}"));

    [SharedTheory("golden")]
    [InlineData("slowonly_r50_4x16")]
    [InlineData("slowonly_r50_4x16_large")]
    [InlineData("slowonly_r101_8x8")]
    [InlineData("slowonly_custom_classes")]
    public void Each_case_agrees_in_training(string name) => Training(SharedData.Path($"golden/{name}"));

    [SharedTheory("golden")]
    [InlineData("slowonly_r50_4x16")]
    [InlineData("slowonly_r50_4x16_large")]
    [InlineData("slowonly_r101_8x8")]
    [InlineData("slowonly_custom_classes")]
    public void Each_case_agrees_in_every_gradient(string name) => ExactGradients(SharedData.Path($"golden/{name}"));

    static void Scoring(string folder)
    {
        using GoldenCase golden = new(folder);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor input = golden.Tensor("input.npy");
        Near.Absolute(golden.Tensor("feat.npy"), golden.Detector.Backbone.forward(input).Single(), 1e-4);
        float[] rois = golden.Floats("rois.npy");
        if (File.Exists(golden.Path("roi_feat.npy"))) Near.Absolute(golden.Tensor("roi_feat.npy"), golden.Detector.ExtractRoIFeatures(input, rois), 1e-4);
        Tensor logits = golden.Detector.forward(input, rois);
        Near.Absolute(golden.Tensor("cls_score.npy"), logits, 1e-4);
        Near.Absolute(golden.Tensor("scores.npy"), golden.Detector.Head.Probabilities(logits), 1e-5);
    }

    static void Training(string folder)
    {
        using GoldenCase golden = new(folder);
        using DisposeScope scope = NewDisposeScope();
        golden.Detector.train();
        Tensor logits = golden.Detector.forward(golden.Tensor("input.npy"), golden.Floats("train_rois.npy"));
        Near.Absolute(golden.Tensor("train_cls_score.npy"), logits, 1e-4);

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
            // In float32 one ReLU or maximum decided the other way moves a small network's gradient by up to a few percent; float64 below is exact.
            double l2 = entry.Value.GetProperty("l2").GetDouble();
            Near.Value(l2, parameters[entry.Name].grad!.norm().item<float>(), l2 * 0.03 + 1e-6, $"gradient norm of {entry.Name}");
        }
        int index = 0;
        foreach (JsonProperty named in gradients.RootElement.GetProperty("named").EnumerateObject())
        {
            Tensor reference = golden.Tensor($"grad_{index++}.npy");
            Near.Absolute(reference, parameters[named.Name].grad!, reference.abs().max().item<float>() * 0.01);
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
        Tensor logits = golden.Detector.forward(golden.Tensor("input.npy").to(ScalarType.Float64), golden.Floats("train_rois.npy"));
        ActionLoss.Compute(logits, golden.Floats("train_labels.npy"), golden.Options.Head)!.Loss.backward();
        using JsonDocument gradients = golden.Json("grads.json");
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in golden.Detector.named_parameters())
        {
            double expected = gradients.RootElement.GetProperty("all").GetProperty(name).GetProperty("l2_float64").GetDouble();
            // RoIAlign's weights are float32 on every way, which leaves a trace of about 1e-7.
            Near.Value(expected, parameter.grad!.norm().item<double>(), expected * 1e-4 + 1e-9, $"gradient norm of {name}");
        }
    }

    static void Steps(string folder, int run, double tolerance)
    {
        using GoldenCase golden = new(folder);
        using JsonDocument document = golden.Json("train_steps.json");
        JsonElement recorded = document.RootElement[run];
        using Sgd optimizer = new(golden.Detector.named_parameters(), new()
        {
            Momentum = recorded.GetProperty("optimizer").GetProperty("momentum").GetDouble(),
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
                golden.Detector.forward(golden.Tensor("input.npy"), golden.Floats("train_rois.npy")), golden.Floats("train_labels.npy"), golden.Options.Head)!;
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
