using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>A keyframe on which nobody was found is no error, though it is one for the reference.</summary>
[Collection(TorchTests.Name)]
public sealed class EmptyInputTests
{
    static readonly DetectorOptions Plain = new() { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 2, StageBlocks = [1, 1] } } };

    static readonly FeatureBankHeadOptions Bank = new() { BankChannels = 4, WindowSize = 2, FeaturesPerSecond = 1, LatentChannels = 3 };

    static readonly Dictionary<string, DetectorOptions> Detectors = new()
    {
        ["plain"] = Plain,
        ["average over the grid"] = Plain with { Head = new() { SpatialPooling = SpatialPooling.Average, TemporalPooling = TemporalPooling.Max } },
        ["context"] = Plain with { RoIExtractor = new() { WithGlobal = true } },
        ["actor relations"] = Plain with { SharedHead = new ActorRelationOptions { Channels = 3, Convolutions = 2, Stride = 2 } },
        ["feature bank, average"] = Plain with { SharedHead = Bank with { Operator = FeatureBankOperator.Average } },
        ["feature bank, maximum"] = Plain with { SharedHead = Bank with { Operator = FeatureBankOperator.Max } },
        ["feature bank, non-local"] = Plain with { SharedHead = Bank },
        ["feature bank, activated behind"] = Plain with { SharedHead = Bank with { PreActivate = false } },
    };

    public static TheoryData<string> Names => [.. Detectors.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_boxes_give_no_rows_and_leave_the_heads_as_they_are(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        using Detector detector = new(Detectors[name].WithMatchingHead());
        Tensor clips = randn([2, 3, 2, 41, 36]);
        Tensor? longTerm = detector.SharedHead is FeatureBankHead ? zeros([0, 4, 2]) : null;
        float[] one = [1, 2, 3, 20, 30];
        foreach (bool training in (bool[])[false, true])
        {
            detector.train(training);
            Tensor features = detector.ExtractRoIFeatures(clips, ReadOnlyMemory<float>.Empty, longTerm);
            Tensor withOne = detector.ExtractRoIFeatures(clips, one, longTerm is null ? null : zeros([1, 4, 2]));
            Assert.Equal([0, .. withOne.shape[1..]], features.shape);
            Dictionary<string, Tensor> before = detector.state_dict().ToDictionary(p => p.Key, p => p.Value.clone());
            Tensor logits = detector.forward(clips, ReadOnlyMemory<float>.Empty, longTerm);
            Assert.Equal([0, 81], logits.shape);
            Assert.Equal([0, 81], detector.Head.Probabilities(logits).shape);
            Assert.Null(ActionLoss.Compute(logits, [], detector.Options.Head));
            foreach ((string key, Tensor value) in detector.state_dict())
                Assert.True(key.StartsWith("backbone.", StringComparison.Ordinal) || value.bytes.SequenceEqual(before[key].bytes), key);
        }
    }

    [Fact]
    public void An_image_without_boxes_beside_one_with_boxes_changes_nothing_for_it()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        using Detector detector = new(Plain.WithMatchingHead());
        detector.eval();
        Tensor clips = randn([2, 3, 2, 41, 36]);
        float[] rois = [1, 2, 3, 20, 30, 1, 0, 0, 36, 41], alone = [0, 2, 3, 20, 30, 0, 0, 0, 36, 41];
        Near.Absolute(detector.forward(clips.narrow(0, 1, 1), alone), detector.forward(clips, rois), 1e-6);
    }
}
