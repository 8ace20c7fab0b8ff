using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>What the layers inside the backbone give is what the reference's layers give.</summary>
[Collection(TorchTests.Name)]
public sealed class LayerTests
{
    public static TheoryData<string> Cases => [.. Enumerable.Concat<object[]>(DetectorParityTests.Shipped, DetectorParityTests.All).Select(row => (string)row[0])];

    [SharedTheory("golden")]
    [MemberData(nameof(Cases))]
    public void Every_layer_of_the_eager_network_is_the_reference_one(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        using GoldenCase golden = new(SharedData.Path($"golden/{name}"));
        EagerNetwork eager = new(golden.Options, golden.Detector.state_dict());
        eager.Backbone(golden.Tensor("input.npy"));
        using JsonDocument layers = golden.Json("layers.json");
        Assert.Equal(layers.RootElement.EnumerateObject().Select(l => l.Name), eager.Layers.Keys);
        foreach ((string layer, Tensor value) in eager.Layers) Same(layers.RootElement.GetProperty(layer), value, layer);
    }

    /// <summary>A network that ends behind a block gives that block's output, so every block can be looked at from outside.</summary>
    [SharedTheory("golden")]
    [MemberData(nameof(Cases))]
    public void Every_block_of_the_backbone_is_the_reference_one(string name)
    {
        using GoldenCase golden = new(SharedData.Path($"golden/{name}"));
        using JsonDocument layers = golden.Json("layers.json");
        Dictionary<string, Tensor> state = golden.Detector.Backbone.state_dict();
        IReadOnlyList<int> blocks = golden.Options.Backbone is SlowFastOptions two ? two.Slow.Blocks() : ((SlowOnlyOptions)golden.Options.Backbone).Pathway.Blocks();
        for (int stage = 0; stage < blocks.Count; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                using DisposeScope scope = NewDisposeScope();
                using var _ = no_grad();
                using Backbone part = EndingBehind(golden.Options.Backbone, [.. blocks.Take(stage), block + 1]).Create();
                Assert.Empty(ModuleState.Load(part, state).Missing);
                part.eval();
                IReadOnlyList<Tensor> maps = part.forward(golden.Tensor("input.npy"));
                string layer = $"layer{stage + 1}.{block}";
                string[] names = maps.Count == 1 ? [layer] : [$"slow_path.{layer}", $"fast_path.{layer}"];
                for (int i = 0; i < maps.Count; i++) Same(layers.RootElement.GetProperty(names[i]), maps[i], names[i]);
            }
        }
    }

    static BackboneOptions EndingBehind(BackboneOptions backbone, int[] blocks) => backbone switch
    {
        SlowOnlyOptions single => single with { Pathway = EndingBehind(single.Pathway, blocks) },
        SlowFastOptions two => two with { Slow = EndingBehind(two.Slow, blocks), Fast = EndingBehind(two.Fast, blocks) },
        _ => throw new ArgumentException($"no pathway in {backbone}"),
    };

    static ResNet3dOptions EndingBehind(ResNet3dOptions pathway, int[] blocks) => pathway with
    {
        StageBlocks = blocks,
        NonLocal = pathway.NonLocal is { } nonLocal ? nonLocal with { Blocks = [.. blocks.Select((count, i) => (IReadOnlyList<bool>)[.. nonLocal.Blocks[i].Take(count)])] } : null,
    };

    static void Same(JsonElement expected, Tensor value, string layer)
    {
        Assert.Equal(GoldenJson.Ints(expected.GetProperty("shape")).Select(s => (long)s), value.shape);
        double[] values = [.. value.contiguous().data<float>().ToArray().Select(v => (double)v)];
        double norm = expected.GetProperty("l2").GetDouble();
        Near.Value(expected.GetProperty("sum").GetDouble(), values.Sum(), 1e-5 * (1 + values.Sum(Math.Abs)), $"sum of {layer}");
        Near.Value(norm, Math.Sqrt(values.Sum(v => v * v)), 1e-5 * norm, $"norm of {layer}");
        Near.Absolute(GoldenJson.Floats(expected.GetProperty("first")), [.. values.Take(6).Select(v => (float)v)], 1e-4);
    }
}
