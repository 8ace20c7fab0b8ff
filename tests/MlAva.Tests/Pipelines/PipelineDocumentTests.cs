using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests.Pipelines;

/// <summary>The programs of docs/pipelines.md, compiled and run here; the page's text and this file's must not drift apart.</summary>
[Collection(TorchTests.Name)]
public sealed partial class PipelineDocumentTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void The_programs_of_the_page_run()
    {
        using TemporaryFolder folder = new();
        MLContext mlContext = new(seed: 1);
        ActionDetectionCatalog actions = mlContext.ActionDetection();
        AvaDataView data = actions.LoadAva(set.Annotations, set.Frames, set.Labels, set.Proposals);
        using ActionDetectorTransformer detector = actions.Trainers.ActionDetector(set.Options with { Epochs = 8 }).Fit(data);

        var training = actions.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(actions.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps, jitter: true, seed: 1),
                TransformerScope.TrainTest)
            .Append(actions.Transforms.LoadClip())
            .Append(actions.Transforms.RandomRescaleClip(48, 52, seed: 1), TransformerScope.TrainTest)
            .Append(actions.Transforms.RandomCropClip(48, seed: 1), TransformerScope.TrainTest)
            .Append(actions.Transforms.RandomFlipClip(0.5, seed: 1), TransformerScope.TrainTest)
            .Append(actions.Transforms.ResizeClip(shortSide: 48))
            .Append(actions.Transforms.AssignBoxes(), TransformerScope.TrainTest)
            .Append(actions.Transforms.ExtractRoIFeatures(detector))
            .Append(actions.Trainers.ActionHead(epochs: 20));
        ITransformer model = training.Fit(data).GetModelFor(TransformerScope.Scoring);
        Assert.True(actions.Evaluate(model.Transform(data)).MeanAveragePrecision > 0);

        var split = actions.TrainTestSplit(data, testFraction: 0.5, seed: 1);
        var features = actions.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(actions.Transforms.LoadClip())
            .Append(actions.Transforms.ResizeClip(shortSide: 48))
            .Append(actions.Transforms.AssignBoxes())
            .Append(actions.Transforms.ExtractRoIFeatures(detector))
            .Fit(split.TrainSet);
        IDataView train = actions.CacheRoIFeatures(features, split.TrainSet, folder.File("train.rois"), halfPrecision: true);
        IDataView test = actions.CacheRoIFeatures(features, split.TestSet, folder.File("test.rois"), halfPrecision: true);

        var persons = actions.Transforms.ExplodeBoxes().Fit(train);
        var red = mlContext.BinaryClassification.Trainers.SdcaLogisticRegression("Label1", "RoiFeatures").Fit(persons.Transform(train));
        Assert.True(mlContext.BinaryClassification.Evaluate(red.Transform(persons.Transform(test)), "Label1").AreaUnderRocCurve > 0.9);

        var several = mlContext.MulticlassClassification.Trainers.OneVersusAll(
            mlContext.BinaryClassification.Trainers.FastTree(featureColumnName: "RoiFeatures", minimumExampleCountPerLeaf: 1), "Label")
            .Fit(persons.Transform(train));
        Assert.True(mlContext.MulticlassClassification.Evaluate(several.Transform(persons.Transform(train)), "Label").MicroAccuracy > 0.9);
    }

    [Fact]
    public void Every_call_and_every_transform_on_the_page_is_there()
    {
        string here = File.ReadAllText(
            Path.Combine(SharedData.RepositoryRoot, "tests", "MlAva.Tests", "Pipelines", "PipelineDocumentTests.cs"));
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "pipelines.md"));
        string[] blocks = [.. page.Split("```csharp").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])];
        Assert.Equal(2, blocks.Length);
        string[] calls = [.. blocks.SelectMany(b => Call().Matches(b).Select(m => m.Value)).Distinct()];
        Assert.True(calls.Length > 15);
        Assert.All(calls, call => Assert.Contains(call, here, StringComparison.Ordinal));
        foreach (string transform in typeof(ActionDetectionTransforms).GetMethods()
            .Where(m => m.DeclaringType == typeof(ActionDetectionTransforms)).Select(m => m.Name)
            .Where(n => n != nameof(ActionDetectionTransforms.ChangeClip)))
        {
            Assert.Contains($"`{transform}`", page, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"(actions|mlContext|persons|red)(\.\w+)+\(")]
    private static partial Regex Call();
}
