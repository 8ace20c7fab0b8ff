using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests;

/// <summary>The README's program, compiled and run here; its text and this file's must not drift apart.</summary>
[Collection(TorchTests.Name)]
public sealed class ReadmeTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void The_program_of_the_readme_runs()
    {
        using TemporaryFolder folder = new();
        string model_zip = folder.File("model.zip");

        MLContext mlContext = new(seed: 1);
        ActionDetectionCatalog actions = mlContext.ActionDetection();
        AvaDataView train = actions.LoadAva(set.Annotations, set.Frames, set.Labels, set.Proposals);
        AvaDataView val = actions.LoadAva(set.Annotations, set.Frames, set.Labels, set.Proposals, testMode: true);

        using ActionDetectorTransformer model = actions.Trainers.ActionDetector(set.Options with { ValidationSet = val }).Fit(train);
        mlContext.Model.Save(model, train.Schema, model_zip);

        ActionDetectionMetrics metrics = actions.Evaluate(model.Transform(val));
        Assert.StartsWith("mAP@0.5IOU 0.", metrics.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, metrics.ToDataFrame().Rows.Count);

        var pipeline = actions.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(actions.Transforms.LoadClip())
            .Append(actions.Transforms.ResizeClip(shortSide: 48))
            .Append(actions.Transforms.AssignBoxes(), TransformerScope.TrainTest)
            .Append(actions.Transforms.ExtractRoIFeatures(model))
            .Append(actions.Trainers.ActionHead(epochs: 20));
        Assert.True(actions.Evaluate(pipeline.Fit(train).Transform(val)).MeanAveragePrecision > 0);
    }

    [Fact]
    public void Every_call_in_the_readme_is_made_here()
    {
        string here = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "tests", "MlAva.Tests", "ReadmeTests.cs"));
        string readme = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md"));
        string[] blocks = [.. readme.Split("```csharp").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])];
        Assert.Equal(2, blocks.Length);
        foreach (string call in blocks.SelectMany(Calls).Distinct()) Assert.Contains(call, here, StringComparison.Ordinal);

        // "actions.Trainers.ActionDetector(" and the like: names up to the bracket.
        static IEnumerable<string> Calls(string block) =>
            System.Text.RegularExpressions.Regex.Matches(block, @"(actions|mlContext|model|metrics)(\.\w+)+\(").Select(m => m.Value);
    }

    [Fact]
    public void The_commands_and_files_that_the_readme_names_exist()
    {
        string readme = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md"));
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(readme, @"\]\(([^)#]+)\)"))
            Assert.True(Path.Exists(Path.Combine(SharedData.RepositoryRoot, link.Groups[1].Value)), $"README links to {link.Groups[1].Value}");
        Assert.Contains("dotnet test MlAva.sln -c Release", File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, ".ci", "run")), StringComparison.Ordinal);
        Assert.Contains("dotnet test MlAva.sln -c Release", readme, StringComparison.Ordinal);
    }
}
