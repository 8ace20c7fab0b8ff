using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
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
        float[] here = ModelReader.ScoreHere(set, context, model);

        string[] lines = ModelReader.Run(set, folder.File("model.zip"));
        Assert.Contains($"type {typeof(ActionDetectorTransformer).FullName}", lines);
        Assert.Contains("names ,red,blue,move", lines);
        Assert.Equal(here, ModelReader.ScoresIn(lines));
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
        string[] lines = ModelReader.Run(set, folder.File("model.zip"));
        Assert.Equal(
            [typeof(SampleFramesTransformer), typeof(LoadClipTransformer), typeof(ClipStepTransformer), typeof(ExtractRoIFeaturesTransformer), typeof(ScoreActionsTransformer)],
            lines.Where(l => l.StartsWith("type ", StringComparison.Ordinal)).Select(l => typeof(AvaColumns).Assembly.GetType(l[5..])));
        Assert.Equal(ModelReader.ScoreHere(set, context, scoring), ModelReader.ScoresIn(lines));
    }

    [Fact]
    public void Saving_keeps_every_option()
    {
        MLContext context = new(1);
        using TemporaryFolder folder = new();
        AvaDataView data = set.Load(context);
        SampleFramesTransformer saved = context.ActionDetection().Transforms
            .SampleFrames(new SampleFramesOptions { RepeatKeyframe = true, Sampling = new() { ClipLength = 3, FrameInterval = 7, Fps = 12.5, LastFrame = 99 } }).Fit(data);
        LoadClipTransformer loads = context.ActionDetection().Transforms.LoadClip(new LoadClipOptions
        {
            Frames = new() { Template = Video.FrameTemplate.Parse("f_%06d.jpg"), Fps = 25 }, OnError = OnError.Skip, CacheMegabytes = 7,
        }).Fit(saved.Transform(data));
        context.Model.Save(new TransformerChain<ITransformer>(saved, loads), data.Schema, folder.File("model.zip"));
        ITransformer[] back = [.. (TransformerChain<ITransformer>)context.Model.Load(folder.File("model.zip"), out _)];
        Assert.Equal(saved.Options, ((SampleFramesTransformer)back[0]).Options);
        Assert.Equal(loads.Options, ((LoadClipTransformer)back[1]).Options);
    }

    [Fact]
    public void A_pipeline_that_was_saved_before_clips_had_options_of_their_own_is_read()
    {
        // SampleFrames(4, 3, fps: 5), LoadClip with the options of the frame store alone, ResizeClip(48).
        string path = Path.Combine(SharedData.RepositoryRoot, "tests", "MlAva.Tests", "Models", "pipeline-1.1.zip");
        MLContext context = new(1);
        ITransformer[] back = [.. (TransformerChain<ITransformer>)context.Model.Load(path, out DataViewSchema schema)];
        Assert.Equal(new LoadClipOptions { Frames = new() { Template = Video.FrameTemplate.Parse("f_%06d.jpg"), Fps = 5 } },
            ((LoadClipTransformer)back[1]).Options);

        // Saved again, it is in today's form.
        using TemporaryFolder folder = new();
        context.Model.Save(new TransformerChain<ITransformer>(back), schema, folder.File("model.zip"));
        ITransformer[] again = [.. (TransformerChain<ITransformer>)context.Model.Load(folder.File("model.zip"), out _)];
        Assert.Equal(((LoadClipTransformer)back[1]).Options, ((LoadClipTransformer)again[1]).Options);
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
}
