using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva.Tests;

[Collection(TorchTests.Name)]
public sealed class TrainerTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void Training_lowers_the_loss_and_learns_what_a_block_is()
    {
        MLContext context = new(1);
        AvaDataView data = set.Load(context);
        List<TrainingProgress> reports = [];
        ActionDetectorTrainer trainer = context.ActionDetection().Trainers.ActionDetector(set.Options with { Epochs = 30, ValidationSet = data, Progress = new Collect<TrainingProgress>(reports) });
        using ActionDetectorTransformer model = trainer.Fit(data);

        Assert.Equal(30, trainer.History.Count);
        Assert.True(trainer.History[^1].Loss < trainer.History[0].Loss * 0.7, $"loss went from {trainer.History[0].Loss} to {trainer.History[^1].Loss}");
        Assert.Equal(30, reports.Count(r => r.EpochFinished));
        Assert.All(reports.Where(r => r.EpochFinished), r => Assert.NotNull(r.Validation));

        ActionDetectionMetrics metrics = context.ActionDetection().Evaluate(model.Transform(set.Load(context, testMode: true)));
        Assert.Equal(trainer.History[^1].MeanAveragePrecision, metrics.MeanAveragePrecision, 0.02);
        Assert.True(metrics.Classes[0].AveragePrecision > 0.9, $"red blocks are told from blue ones: {metrics.Classes[0]}");
        Assert.Equal(["red", "blue", "move"], metrics.ToDataFrame()["Name"].Cast<string>());
    }

    [Fact]
    public void The_same_seed_gives_the_same_scores_to_the_bit_and_another_seed_others()
    {
        Assert.Equal(ScoresAfterTraining(set.Options), ScoresAfterTraining(set.Options with { LoaderThreads = 3 }));
        Assert.NotEqual(ScoresAfterTraining(set.Options), ScoresAfterTraining(set.Options with { Seed = 6 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_training_that_was_stopped_and_resumed_gives_the_same_scores_as_one_that_was_not(int stopAfterSteps)
    {
        float[] whole = ScoresAfterTraining(set.Options);
        using TemporaryFolder work = new();
        using CancellationTokenSource stop = new();
        int steps = 0;
        Collect<TrainingProgress> counter = new([], _ =>
        {
            if (++steps == stopAfterSteps) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Progress = counter, CancellationToken = stop.Token }));
        Assert.True(File.Exists(work.File("checkpoint.safetensors")));
        Assert.Single(Directory.GetFiles(work.Path));
        Assert.Equal(whole, ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Resume = true }));
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused_in_words_and_left_as_it_is()
    {
        using TemporaryFolder work = new();
        ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Epochs = 1 });
        byte[] before = File.ReadAllBytes(work.File("checkpoint.safetensors"));
        DetectorOptions wider = new() { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 8, StageBlocks = [1, 1, 1, 1] } } };
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(
            () => ScoresAfterTraining(set.Options with { Network = wider, WorkDirectory = work.Path, Resume = true }));
        Assert.Contains("checkpoint.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("network", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(work.File("checkpoint.safetensors")));
    }

    [Theory]
    [InlineData("schedule")]
    [InlineData("clips and augmentation")]
    [InlineData("optimiser")]
    [InlineData("seed")]
    [InlineData("batch size")]
    public void A_checkpoint_of_other_settings_is_refused_and_the_setting_named(string what)
    {
        using TemporaryFolder work = new();
        ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Epochs = 1 });
        ActionDetectorOptions other = what switch
        {
            "schedule" => set.Options with { Epochs = 1, Schedule = set.Options.Schedule with { LearningRate = 0.01 } },
            "optimiser" => set.Options with { Epochs = 1, Optimizer = new() { Momentum = 0.5 } },
            "seed" => set.Options with { Epochs = 1, Seed = 77 },
            "batch size" => set.Options with { Epochs = 1, BatchSize = 3 },
            _ => set.Options with { Epochs = 1, Clip = set.Clip with { ShortSide = 40 } },
        };
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => ScoresAfterTraining(other with { WorkDirectory = work.Path, Resume = true }));
        Assert.Contains($"another {what}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_checkpoint_is_refused_in_words()
    {
        using TemporaryFolder work = new();
        ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Epochs = 1 });
        using (FileStream file = File.OpenWrite(work.File("checkpoint.safetensors"))) file.SetLength(file.Length / 2);
        Assert.Throws<CheckpointFormatException>(() => ScoresAfterTraining(set.Options with { WorkDirectory = work.Path, Resume = true }));
    }

    [Fact]
    public void A_head_trained_on_extracted_features_scores_new_data()
    {
        MLContext context = new(1);
        ActionDetectionCatalog catalog = context.ActionDetection();
        EstimatorChain<ScoreActionsTransformer> pipeline = catalog.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(catalog.Transforms.LoadClip())
            .Append(catalog.Transforms.ResizeClip(48))
            .Append(catalog.Transforms.AssignBoxes(), TransformerScope.TrainTest)
            .Append(catalog.Transforms.ExtractRoIFeatures(new() { Network = set.Network }, seed: 2))
            .Append(catalog.Trainers.ActionHead(epochs: 60, batchSize: 8, learningRate: 0.5));
        ITransformer model = pipeline.Fit(set.Load(context));
        ActionDetectionMetrics metrics = catalog.Evaluate(model.Transform(set.Load(context, testMode: true)));
        Assert.True(metrics.MeanAveragePrecision > 0.6, metrics.ToString());
    }

    [Fact]
    public void Parts_of_a_trained_detector_can_be_recombined_with_a_new_head()
    {
        MLContext context = new(1);
        ActionDetectionCatalog catalog = context.ActionDetection();
        AvaDataView data = set.Load(context);
        using ActionDetectorTransformer detector = catalog.Trainers.ActionDetector(set.Options).Fit(data);
        IDataView features = detector.RoIFeatures.Transform(detector.Resize.Transform(detector.LoadClip.Transform(detector.SampleFrames.Transform(data))));
        Assert.NotNull(features.Schema.GetColumnOrNull(AvaColumns.RoIFeatures));
        float[] whole = Scores(detector.Transform(data)), parts = Scores(detector.Head.Transform(features));
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Repeating_the_keyframe_leaves_shapes_as_they_are_and_changes_scores()
    {
        MLContext context = new(1);
        AvaDataView data = set.Load(context);
        using ActionDetectorTransformer detector = context.ActionDetection().Trainers.ActionDetector(set.Options).Fit(data);
        float[] moving = Scores(detector.Transform(data)), still = Scores(detector.WithRepeatedKeyframe().Transform(data));
        Assert.Equal(moving.Length, still.Length);
        Assert.NotEqual(moving, still);
    }

    [Fact]
    public void Options_out_of_range_name_the_option_and_the_range()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new MLContext().ActionDetection().Trainers.ActionDetector(set.Options with { Epochs = 0 }));
        Assert.Contains("Epochs is 0; expected at least 1", error.Message, StringComparison.Ordinal);
    }

    float[] ScoresAfterTraining(ActionDetectorOptions options)
    {
        MLContext context = new(1);
        AvaDataView data = set.Load(context);
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(options).Fit(data);
        return Scores(model.Transform(data));
    }

    internal static float[] Scores(IDataView data)
    {
        List<float> all = [];
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[AvaColumns.Score]]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(data.Schema[AvaColumns.Score]);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            all.AddRange(value.DenseValues());
        }
        return [.. all];
    }

    sealed class Collect<T>(List<T> all, Action<T>? seen = null) : IProgress<T>
    {
        public void Report(T value)
        {
            all.Add(value);
            seen?.Invoke(value);
        }
    }
}
