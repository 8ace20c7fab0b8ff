using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>From RoI features to logits (reference specification §4.1).</summary>
[Collection(TorchTests.Name)]
public sealed class ActionHeadTests
{
    [SharedFact("golden/components/head/cases.json")]
    public void Each_way_of_pooling_gives_the_reference_logits()
    {
        (int[] shape, float[] values) = Npy.Read<float>(SharedData.Path("golden/components/head/input.npy"));
        int compared = 0;
        foreach (JsonElement golden in GoldenJson.Read("head/cases.json").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor input = tensor(values, [.. shape.Select(s => (long)s)]);
            JsonElement weight = golden.GetProperty("weight"), bias = golden.GetProperty("bias"), expected = golden.GetProperty("cls_score");
            using ActionHead head = new(new()
            {
                InputChannels = shape[1],
                NumClasses = bias.GetArrayLength(),
                TemporalPooling = golden.GetProperty("temporal_pool_type").GetString() == "avg" ? TemporalPooling.Average : TemporalPooling.Max,
                SpatialPooling = golden.GetProperty("spatial_pool_type").GetString() == "avg" ? SpatialPooling.Average : SpatialPooling.Max,
            });
            ModuleState.LoadStrict(head, new Dictionary<string, Tensor>
            {
                ["fc_cls.weight"] = tensor(GoldenJson.Floats(weight), GoldenJson.Shape(weight)),
                ["fc_cls.bias"] = tensor(GoldenJson.Floats(bias), GoldenJson.Shape(bias)),
            }, "cases.json");
            head.eval();
            Tensor logits = head.forward(input);
            Near.Absolute(tensor(GoldenJson.Floats(expected), GoldenJson.Shape(expected)), logits, 1e-6);
            Near.Absolute(logits, head.forward(head.Pool(input)), 1e-6);
            compared++;
        }
        Assert.Equal(4, compared);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dropout_acts_in_training_only(bool beforePooling)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(5);
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9, DropoutBeforePooling = beforePooling });
        Tensor input = rand([3, 6, 2, 4, 4]);
        head.train();
        using Tensor first = head.forward(input), second = head.forward(input);
        Assert.False(first.equal(second).all().item<bool>());
        head.eval();
        Near.Absolute(head.forward(input), head.forward(input), 0);
    }

    [Fact]
    public void Probabilities_are_sigmoids_or_one_softmax_a_row()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 0f, 1, -2, 3, 0, 0 }, [2, 3]);
        using ActionHead many = new(new() { InputChannels = 6, NumClasses = 3, TopK = [] }), one = new(new() { InputChannels = 6, NumClasses = 3, TopK = [], MultiLabel = false });
        Near.Absolute([0.5f, 0.7310586f, 0.1192029f, 0.9525741f, 0.5f, 0.5f], many.Probabilities(logits).data<float>().ToArray(), 1e-6);
        Near.Absolute([1, 1], one.Probabilities(logits).sum(1).data<float>().ToArray(), 1e-6);
    }

    [Fact]
    public void Features_of_another_width_are_an_error_in_words()
    {
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9 });
        using Tensor input = zeros([1, 5, 1, 8, 8]);
        Assert.Contains("5 channels; this head expects 6", Assert.Throws<ArgumentException>(() => head.forward(input)).Message, StringComparison.Ordinal);
    }
}
