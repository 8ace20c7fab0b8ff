using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests;

/// <summary>Models live in ML.NET's model.zip and come back as their own types, in a fresh process too.</summary>
[Collection(TorchTests.Name)]
public sealed class PersistenceTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void A_detector_comes_back_in_a_fresh_process_with_the_same_scores_and_class_names()
    {
        MLContext context = new(1);
        AvaDataView data = set.Load(context);
        using TemporaryFolder folder = new();
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(set.Options).Fit(data);
        context.Model.Save(model, data.Schema, folder.File("model.zip"));
        float[] here = PredictHere(context, model);

        string[] lines = RunReader(folder.File("model.zip"));
        Assert.Contains($"type {typeof(ActionDetectorTransformer).FullName}", lines);
        Assert.Contains("names ,red,blue,move", lines);
        Assert.Equal(here, ScoresIn(lines));
    }

    [Fact]
    public void A_composed_pipeline_comes_back_in_a_fresh_process_part_by_part()
    {
        MLContext context = new(1);
        ActionDetectionCatalog catalog = context.ActionDetection();
        AvaDataView data = set.Load(context);
        using TemporaryFolder folder = new();
        TransformerChain<ScoreActionsTransformer> model = catalog.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(catalog.Transforms.LoadClip())
            .Append(catalog.Transforms.RandomRescaleClip(48, 52, seed: 3), TransformerScope.TrainTest)
            .Append(catalog.Transforms.RandomCropClip(48, seed: 3), TransformerScope.TrainTest)
            .Append(catalog.Transforms.RandomFlipClip(seed: 3), TransformerScope.TrainTest)
            .Append(catalog.Transforms.ResizeClip(48))
            .Append(catalog.Transforms.AssignBoxes(), TransformerScope.TrainTest)
            .Append(catalog.Transforms.ExtractRoIFeatures(new() { Network = set.Network }, seed: 2))
            .Append(catalog.Trainers.ActionHead(epochs: 2, batchSize: 8))
            .Fit(data);
        context.Model.Save(model, data.Schema, folder.File("whole.zip"));
        Assert.Equal(
            [typeof(SampleFramesTransformer), typeof(LoadClipTransformer), typeof(ClipStepTransformer), typeof(ClipStepTransformer), typeof(ClipStepTransformer),
                typeof(ClipStepTransformer), typeof(AssignBoxesTransformer), typeof(ExtractRoIFeaturesTransformer), typeof(ScoreActionsTransformer)],
            ((TransformerChain<ITransformer>)context.Model.Load(folder.File("whole.zip"), out _)).Select(t => t.GetType()));

        // What serves predictions is the scoring part: training steps ask for columns that a new video does not have.
        TransformerChain<ITransformer> scoring = model.GetModelFor(TransformerScope.Scoring);
        context.Model.Save(scoring, data.Schema, folder.File("model.zip"));
        string[] lines = RunReader(folder.File("model.zip"));
        Assert.Equal(
            [typeof(SampleFramesTransformer), typeof(LoadClipTransformer), typeof(ClipStepTransformer), typeof(ExtractRoIFeaturesTransformer), typeof(ScoreActionsTransformer)],
            lines.Where(l => l.StartsWith("type ", StringComparison.Ordinal)).Select(l => typeof(AvaColumns).Assembly.GetType(l[5..])));
        Assert.Equal(PredictHere(context, scoring), ScoresIn(lines));
    }

    [Fact]
    public void Saving_keeps_every_option()
    {
        MLContext context = new(1);
        using TemporaryFolder folder = new();
        AvaDataView data = set.Load(context);
        SampleFramesTransformer saved = context.ActionDetection().Transforms
            .SampleFrames(new SampleFramesOptions { RepeatKeyframe = true, Sampling = new() { ClipLength = 3, FrameInterval = 7, Fps = 12.5, LastFrame = 99 } }).Fit(data);
        LoadClipTransformer loads = context.ActionDetection().Transforms.LoadClip(new() { Template = Video.FrameTemplate.Parse("f_%06d.jpg"), Fps = 25 }).Fit(saved.Transform(data));
        context.Model.Save(new TransformerChain<ITransformer>(saved, loads), data.Schema, folder.File("model.zip"));
        ITransformer[] back = [.. (TransformerChain<ITransformer>)context.Model.Load(folder.File("model.zip"), out _)];
        Assert.Equal(saved.Options, ((SampleFramesTransformer)back[0]).Options);
        Assert.Equal(loads.Options, ((LoadClipTransformer)back[1]).Options);
    }

    [Fact]
    public void A_damaged_model_is_an_error_and_not_a_half_loaded_network()
    {
        MLContext context = new(1);
        AvaDataView data = set.Load(context);
        using TemporaryFolder folder = new();
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(set.Options with { Epochs = 1 }).Fit(data);
        context.Model.Save(model, data.Schema, folder.File("model.zip"));
        using (FileStream file = File.OpenWrite(folder.File("model.zip"))) file.SetLength(file.Length - 4096);
        Assert.ThrowsAny<Exception>(() => context.Model.Load(folder.File("model.zip"), out _));
    }

    float[] PredictHere(MLContext context, ITransformer model)
    {
        using PredictionEngine<Keyframe, Scored> engine = context.Model.CreatePredictionEngine<Keyframe, Scored>(model);
        return engine.Predict(new() { VideoId = "video", Timestamp = 902, Source = set.Source(0), Proposals = [0.1f, 0.1f, 0.6f, 0.9f, 1, 0.3f, 0.2f, 0.9f, 0.8f, 0.95f] }).Score;
    }

    string[] RunReader(string model)
    {
        string reader = Path.Combine(SharedData.RepositoryRoot, "tests", "MlAva.ModelReader", "bin",
            AppContext.BaseDirectory.Contains("Debug", StringComparison.Ordinal) ? "Debug" : "Release", "net10.0", new DirectoryInfo(AppContext.BaseDirectory).Name, "MlAva.ModelReader.dll");
        ProcessStartInfo start = new("dotnet", [reader, model, set.Source(0), "902"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static float[] ScoresIn(string[] lines) =>
        [.. lines.Single(l => l.StartsWith("score ", StringComparison.Ordinal))[6..].Split(',').Select(s => float.Parse(s, CultureInfo.InvariantCulture))];

    sealed class Keyframe
    {
        public string VideoId { get; set; } = "";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";

        public float[] Proposals { get; set; } = [];
    }

    sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
