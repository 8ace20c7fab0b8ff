using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Steps of the optimiser (reference specification §5.7).</summary>
[Collection(TorchTests.Name)]
public sealed class SgdTests
{
    [SharedFact("golden/components/sgd.json")]
    public void Parameters_and_gradient_norms_are_the_reference_ones_after_each_step()
    {
        int compared = 0;
        foreach (JsonElement golden in GoldenJson.Read("sgd.json").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Parameter[] parameters = [.. golden.GetProperty("start").EnumerateArray().Select(v => new Parameter(Values(v)))];
            using Sgd optimizer = new(parameters.Select((p, i) => ($"p{i}", p)), Options(golden));
            foreach (JsonElement step in golden.GetProperty("steps").EnumerateArray())
            {
                optimizer.ZeroGradients();
                for (int i = 0; i < parameters.Length; i++) parameters[i].grad = Values(step.GetProperty("grads")[i]);
                Near.Value(step.GetProperty("grad_norm").GetDouble(), optimizer.Step(step.GetProperty("lr").GetDouble()), 1e-6, "gradient norm");
                for (int i = 0; i < parameters.Length; i++) Near.Absolute(Values(step.GetProperty("after")[i]), parameters[i], 1e-6);
                compared++;
            }
        }
        Assert.Equal(24, compared);
    }

    [SharedFact("golden/components/sgd.json")]
    public void A_saved_and_restored_optimiser_goes_on_bit_for_bit()
    {
        JsonElement golden = GoldenJson.Read("sgd.json")[0];
        using DisposeScope scope = NewDisposeScope();
        JsonElement[] steps = [.. golden.GetProperty("steps").EnumerateArray()];
        float[] straight = Train(golden, steps, restart: false), restarted = Train(golden, steps, restart: true);
        Assert.Equal(straight, restarted);
    }

    [Fact]
    public void Parameters_without_a_gradient_stay_and_frozen_ones_have_no_state()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter moved = new(ones(2)), still = new(ones(2)), frozen = new(ones(2), requires_grad: false);
        using Sgd optimizer = new([("moved", moved), ("still", still), ("frozen", frozen)], new());
        Assert.Equal(0, optimizer.Step(0.1));
        moved.grad = ones(2);
        optimizer.Step(0.1);
        Assert.Equal(["moved"], optimizer.State().Keys);
        Assert.Equal([1, 1], still.data<float>().ToArray());
        Assert.Equal([1, 1], frozen.data<float>().ToArray());
        Assert.NotEqual(1, moved.data<float>()[0]);
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_in_words()
    {
        using DisposeScope scope = NewDisposeScope();
        using Sgd optimizer = new([("a", new Parameter(ones(2)))], new());
        ArgumentException unknown = Assert.Throws<ArgumentException>(() => optimizer.LoadState(new Dictionary<string, Tensor> { ["b"] = ones(2) }));
        Assert.Contains("'b'", unknown.Message, StringComparison.Ordinal);
        ArgumentException shape = Assert.Throws<ArgumentException>(() => optimizer.LoadState(new Dictionary<string, Tensor> { ["a"] = ones(3) }));
        Assert.Contains("[3]; expected [2]", shape.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Float64_parameters_are_trained_too()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = new(ones(2, ScalarType.Float64));
        using Sgd optimizer = new([("p", parameter)], new() { Momentum = 0, WeightDecay = 0, MaxGradientNorm = 0 });
        parameter.grad = tensor(new[] { 3.0, 4.0 });
        Near.Value(5, optimizer.Step(0.1), 1e-6, "norm");
        Near.Value(0.7, parameter[0].item<double>(), 1e-12, "parameter");
    }

    static float[] Train(JsonElement golden, JsonElement[] steps, bool restart)
    {
        Parameter parameter = new(Values(golden.GetProperty("start")[0]));
        Sgd optimizer = new([("p", parameter)], Options(golden));
        for (int i = 0; i < steps.Length; i++)
        {
            if (restart && i == 2)
            {
                Sgd next = new([("p", parameter)], Options(golden));
                next.LoadState(optimizer.State());
                optimizer.Dispose();
                optimizer = next;
            }
            parameter.grad = Values(steps[i].GetProperty("grads")[0]);
            optimizer.Step(0.1);
        }
        optimizer.Dispose();
        return parameter.data<float>().ToArray();
    }

    static SgdOptions Options(JsonElement golden)
    {
        JsonElement optimizer = golden.GetProperty("optimizer");
        return new()
        {
            Momentum = optimizer.GetProperty("momentum").GetDouble(),
            WeightDecay = optimizer.GetProperty("weight_decay").GetDouble(),
            Nesterov = optimizer.TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean(),
            MaxGradientNorm = golden.GetProperty("max_norm").GetDouble(),
        };
    }

    static Tensor Values(JsonElement value) => tensor(GoldenJson.Floats(value), GoldenJson.Shape(value));
}
