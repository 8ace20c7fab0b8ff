using Microsoft.ML;
using MlAva.Checkpoints;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Transforms;
using TorchSharp;

namespace MlAva.Tests;

/// <summary>Training starts from a recogniser's weights, as far as they fit.</summary>
[Collection(TorchTests.Name)]
public sealed class WarmStartTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void Backbone_weights_come_from_the_checkpoint_and_the_rest_from_chance()
    {
        using TemporaryFolder folder = new();
        using Detector source = new(set.Network.WithMatchingHead());
        Dictionary<string, torch.Tensor> recogniser = source.state_dict().Where(p => p.Key.StartsWith("backbone.", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value);
        string path = folder.File("recogniser.pth");
        CheckpointExport.Write(path, recogniser);
        // A rate at which nothing moves: what is in the model is what it started from.
        using ActionDetectorTransformer model = Train(set.Options with { WarmStart = path, Schedule = new() { LearningRate = 1e-30, Warmup = 0 }, Optimizer = new() { WeightDecay = 0 } });
        IReadOnlyDictionary<string, torch.Tensor> state = DetectorCheckpoint.StateOf(model);
        foreach ((string name, torch.Tensor value) in recogniser.Where(p => p.Key.EndsWith("conv.weight", StringComparison.Ordinal)))
            Assert.True(value.bytes.SequenceEqual(state[name].bytes), name);
        Assert.Contains("roi_head.bbox_head.fc_cls.weight", state.Keys);
    }

    [Fact]
    public void A_checkpoint_of_something_else_is_refused_before_training()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("other.safetensors");
        using torch.Tensor other = torch.ones(3);
        CheckpointExport.Write(path, [new("something", other)]);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => Train(set.Options with { WarmStart = path }));
        Assert.Contains("other.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Train(set.Options with { WarmStart = folder.File("none.pth") }));
    }

    ActionDetectorTransformer Train(ActionDetectorOptions options)
    {
        MLContext context = new(seed: 1);
        return context.ActionDetection().Trainers.ActionDetector(options with { Epochs = 1 }).Fit(set.Load(context));
    }
}
