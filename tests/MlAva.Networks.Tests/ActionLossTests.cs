using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Loss, its gradient and the logged figures (reference specification §4.3, §4.4).</summary>
[Collection(TorchTests.Name)]
public sealed class ActionLossTests
{
    [SharedFact("golden/components/losses.json")]
    public void Losses_gradients_and_figures_are_the_reference_ones()
    {
        int compared = 0, gradients = 0;
        foreach (JsonElement golden in GoldenJson.Read("losses.json").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            string name = $"case {golden.GetProperty("case")}";
            JsonElement scores = golden.GetProperty("cls_score"), losses = golden.GetProperty("losses");
            Tensor logits = tensor(GoldenJson.Floats(scores), GoldenJson.Shape(scores)).requires_grad_();
            ActionLossResult? result = ActionLoss.Compute(logits, GoldenJson.Floats(golden.GetProperty("labels")), Options(golden));
            compared++;
            double loss = GoldenJson.Number(losses.GetProperty("loss_action_cls"));
            // Where no row has a label the reference's mean over nothing is NaN; here there is no loss.
            Assert.Equal(double.IsNaN(loss), result is null);
            if (result is null) continue;

            Near.Value(loss, result.Loss.item<float>(), 1e-6 * Math.Max(1, loss), $"loss of {name}");
            Near.Value(losses.GetProperty("recall@thr=0.5").GetDouble(), result.Metrics.Recall, 1e-6, $"recall of {name}");
            Near.Value(losses.GetProperty("prec@thr=0.5").GetDouble(), result.Metrics.Precision, 1e-6, $"precision of {name}");
            Assert.Equal(losses.EnumerateObject().Count(), 3 + 2 * result.Metrics.TopK.Count);
            foreach (TopKMetrics top in result.Metrics.TopK)
            {
                Near.Value(losses.GetProperty($"recall@top{top.K}").GetDouble(), top.Recall, 1e-6, $"recall@top{top.K} of {name}");
                Near.Value(losses.GetProperty($"prec@top{top.K}").GetDouble(), top.Precision, 1e-6, $"prec@top{top.K} of {name}");
            }
            if (!golden.TryGetProperty("grad_cls_score", out JsonElement gradient)) continue;
            result.Loss.backward();
            Near.Absolute(GoldenJson.Floats(gradient), logits.grad!.data<float>().ToArray(), 1e-6);
            gradients++;
        }
        Assert.Equal((10, 8), (compared, gradients));
    }

    // Reference specification §11, with the unused column 0 in front; the third row has no label and no part in anything.
    [Theory]
    [InlineData(1, 0, 0.430686542)]
    [InlineData(3, 1, 0.510058014)]
    public void The_worked_example_comes_out(double alpha, double gamma, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 9f, 0.5f, -1, 2, -9, -0.3f, 0.8f, 0.1f, 0, 1.2f, -0.7f, 0.4f }, [3, 4]);
        ActionLossResult result = ActionLoss.Compute(logits, [0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0], new() { NumClasses = 4, TopK = [], FocalAlpha = alpha, FocalGamma = gamma })!;
        Near.Value(expected, result.Loss.item<float>(), 1e-7, "loss");
        Near.Value(1, result.Metrics.Recall, 1e-9, "recall");
        Near.Value(0.749999625, result.Metrics.Precision, 1e-9, "precision");
    }

    [Fact]
    public void A_label_in_column_0_alone_is_no_label()
    {
        using Tensor logits = zeros(1, 4);
        Assert.Null(ActionLoss.Compute(logits, [1, 0, 0, 0], new() { NumClasses = 4, TopK = [] }));
    }

    [Fact]
    public void Labels_that_do_not_fit_the_logits_are_an_error_in_words()
    {
        using Tensor logits = zeros(2, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() => ActionLoss.Compute(logits, [0, 1, 0, 0], new() { NumClasses = 4, TopK = [] }));
        Assert.Contains("4 label entries; the logits are 2×4", error.Message, StringComparison.Ordinal);
    }

    static ActionHeadOptions Options(JsonElement golden)
    {
        JsonElement arguments = golden.GetProperty("arguments");
        ActionHeadOptions options = new()
        {
            InputChannels = 8,
            NumClasses = golden.GetProperty("num_classes").GetInt32(),
            FocalAlpha = GoldenJson.Number(arguments, "focal_alpha", 1),
            FocalGamma = GoldenJson.Number(arguments, "focal_gamma", 0),
            MultiLabel = !arguments.TryGetProperty("multilabel", out JsonElement multi) || multi.GetBoolean(),
        };
        if (arguments.TryGetProperty("topk", out JsonElement top)) options = options with { TopK = top.ValueKind == JsonValueKind.Null ? [] : GoldenJson.Ints(top) };
        options.Validate();
        return options;
    }
}
