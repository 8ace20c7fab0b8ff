using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.Configs;
using MlAva.Evaluation;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva.Tests;

/// <summary>From a plain detector to a bank of its features, to a detector that looks at the bank, to a saved model and back.</summary>
[Collection(TorchTests.Name)]
public sealed class FeatureBankTrainingTests(FeatureBankTrainingTests.BankedSet banked) : IClassFixture<FeatureBankTrainingTests.BankedSet>
{
    readonly SmallSet _set = banked.Set;

    [Fact]
    public void A_bank_holds_what_the_detectors_head_would_see_in_half_precision()
    {
        MLContext context = new(1);
        using ActionDetectorTransformer plain = banked.Plain(context);
        IDataView features = plain.Transform(_set.Load(context, testMode: true));
        FeatureBank bank = banked.Bank;
        Assert.Equal(plain.RoIFeatures.FeatureCount, bank.Channels);
        Assert.Equal(["video0", "video1"], bank.Videos.Order());
        Assert.Equal([901, 902, 903, 904, 905], bank.Seconds("video0"));
        Assert.Equal(20, bank.Count);
        using DataViewRowCursor cursor = features.GetRowCursor(features.Schema);
        ValueGetter<ReadOnlyMemory<char>> video = cursor.GetGetter<ReadOnlyMemory<char>>(features.Schema[AvaColumns.VideoId]);
        ValueGetter<float> timestamp = cursor.GetGetter<float>(features.Schema[AvaColumns.Timestamp]);
        ValueGetter<VBuffer<float>> row = cursor.GetGetter<VBuffer<float>>(features.Schema[AvaColumns.RoIFeatures]);
        int rows = 0;
        for (ReadOnlyMemory<char> id = default; cursor.MoveNext(); rows++)
        {
            float time = 0;
            VBuffer<float> values = default;
            video(ref id);
            timestamp(ref time);
            row(ref values);
            Assert.Equal(values.DenseValues().Select(v => (Half)v), bank.Features(id.ToString(), (int)time).SelectMany(f => f));
        }
        Assert.Equal(10, rows);
    }

    [Fact]
    public void A_pipeline_without_a_head_builds_the_same_bank()
    {
        MLContext context = new(1);
        ActionDetectionTransforms transforms = context.ActionDetection().Transforms;
        using ActionDetectorTransformer plain = banked.Plain(context);
        AvaDataView data = _set.Load(context, testMode: true);
        ITransformer pipeline = transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps).Append(transforms.LoadClip()).Append(transforms.ResizeClip(48))
            .Append(transforms.ExtractRoIFeatures(plain)).Fit(data);
        AssertSame(banked.Bank, context.ActionDetection().BuildFeatureBank(pipeline, data));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_building_that_was_stopped_goes_on_to_the_same_bank(int stopAfter)
    {
        MLContext context = new(1);
        using ActionDetectorTransformer plain = banked.Plain(context);
        AvaDataView data = _set.Load(context, testMode: true);
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        FeatureBankBuildOptions options = new() { PartsFolder = folder.File("parts"), KeyframesPerPart = 3 };
        Assert.Throws<OperationCanceledException>(() => context.ActionDetection().BuildFeatureBank(plain, data, options with
        {
            CancellationToken = stop.Token, Progress = new Tell<FeatureBankProgress>(p =>
            {
                if (p.Keyframes == stopAfter) stop.Cancel();
            }),
        }));
        Assert.Equal((stopAfter + 2) / 3, Directory.GetFiles(folder.File("parts")).Length);
        List<FeatureBankProgress> reports = [];
        FeatureBank resumed = context.ActionDetection().BuildFeatureBank(plain, data, options with { Progress = new Tell<FeatureBankProgress>(reports.Add) });
        AssertSame(banked.Bank, resumed);
        Assert.Equal(new FeatureBankProgress(stopAfter + 1, stopAfter, 10, 2 * (stopAfter + 1)), reports[0]);
        Assert.Equal(10 - stopAfter, reports.Count);
        AssertSame(banked.Bank, context.ActionDetection().BuildFeatureBank(plain, data, options));
    }

    [Fact]
    public void Parts_of_another_model_or_of_other_keyframes_are_refused()
    {
        MLContext context = new(1);
        ActionDetectionCatalog catalog = context.ActionDetection();
        using ActionDetectorTransformer plain = banked.Plain(context);
        AvaDataView data = _set.Load(context, testMode: true);
        using TemporaryFolder folder = new();
        FeatureBankBuildOptions options = new() { PartsFolder = folder.Path, KeyframesPerPart = 4 };
        catalog.BuildFeatureBank(plain, data, options);

        AssertRefused("another model", () =>
        {
            using ActionDetectorTransformer other = catalog.Trainers.ActionDetector(_set.Options with { Epochs = 1, Seed = 99 }).Fit(data);
            catalog.BuildFeatureBank(other, data, options);
        });
        AssertRefused("other keyframes", () => catalog.BuildFeatureBank(plain, data.Where(k => k.Timestamp != 903), options));
        AssertRefused("other keyframes", () => catalog.BuildFeatureBank(plain, data.Where(k => k.VideoId == "video0"), options));
        using (FileStream part = File.OpenWrite(folder.File("part-00001.safetensors"))) part.SetLength(100);
        AssertRefused("part-00001", () => catalog.BuildFeatureBank(plain, data, options));
        using (FileStream part = File.Create(folder.File("part-00001.safetensors"))) banked.Bank.Write(part);
        AssertRefused("no part", () => catalog.BuildFeatureBank(plain, data, options));

        void AssertRefused(string words, Action build)
        {
            CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(build);
            Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Only_a_plain_detector_builds_a_bank()
    {
        MLContext context = new(1);
        ActionDetectionCatalog catalog = context.ActionDetection();
        AvaDataView data = _set.Load(context, testMode: true);
        using ActionDetectorTransformer looking = catalog.Trainers.ActionDetector(banked.Options(FeatureBankOperator.Average)).Fit(data);
        Assert.Contains("shared head", Assert.Throws<ArgumentException>(() => catalog.BuildFeatureBank(looking, data)).Message, StringComparison.Ordinal);
        Assert.Contains("ExtractRoIFeaturesTransformer", Assert.Throws<ArgumentException>(() => catalog.BuildFeatureBank(looking.Resize, data)).Message, StringComparison.Ordinal);
        Assert.Contains("KeyframesPerPart is 0", Assert.Throws<ArgumentException>(
            () => catalog.BuildFeatureBank(looking, data, new() { KeyframesPerPart = 0 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FeatureBankOperator.Average)]
    [InlineData(FeatureBankOperator.Max)]
    [InlineData(FeatureBankOperator.NonLocal)]
    public void A_detector_with_a_bank_comes_back_in_a_fresh_process_with_the_same_scores(FeatureBankOperator how)
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using TemporaryFolder folder = new();
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(banked.Options(how)).Fit(data);
        context.Model.Save(model, data.Schema, folder.File("model.zip"));
        float[] here = ModelReader.ScoreHere(_set, context, model);
        Assert.Equal(here, ModelReader.ScoresIn(ModelReader.Run(_set, folder.File("model.zip"))));
        Assert.Equal(8, here.Length);
        // What the bank holds has a part in the scores.
        Assert.NotEqual(here, ModelReader.ScoreHere(_set, context, model.WithFeatureBank(new() { Bank = banked.Doubled() })));
    }

    [Fact]
    public void A_bank_of_files_is_found_again_replaced_or_missed_in_words()
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using TemporaryFolder folder = new();
        FeatureBankSource files = new() { Files = [banked.Write(folder, "a.safetensors", "video0", "video"), banked.Write(folder, "b.pkl", "video1")] };
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(banked.Options(FeatureBankOperator.NonLocal) with { FeatureBank = files }).Fit(data);
        string zip = folder.File("model.zip"), moved = folder.File("moved");
        context.Model.Save(model, data.Schema, zip);
        float[] here = ModelReader.ScoreHere(_set, context, model);
        Assert.Equal(here, ModelReader.ScoresIn(ModelReader.Run(_set, zip)));
        using (ActionDetectorTransformer fromMemory = context.ActionDetection().Trainers.ActionDetector(banked.Options(FeatureBankOperator.NonLocal)).Fit(data))
            Assert.Equal(here, ModelReader.ScoreHere(_set, context, fromMemory));

        Directory.CreateDirectory(moved);
        File.Move(folder.File("b.pkl"), Path.Combine(moved, "b.pkl"));
        using ActionDetectorTransformer loaded = (ActionDetectorTransformer)context.Model.Load(zip, out _);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => TrainerTests.Scores(loaded.Transform(data)));
        Assert.Contains(folder.File("b.pkl"), error.Message, StringComparison.Ordinal);
        Assert.Contains("To mend: put the bank there", error.Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointFormatException>(() => loaded.RoIFeatures.CheckFeatureBank(data));
        ActionDetectorTransformer mended = loaded.WithFeatureBank(new() { Files = [files.Files[0], Path.Combine(moved, "b.pkl")] });
        mended.RoIFeatures.CheckFeatureBank(data);
        Assert.Equal(here, ModelReader.ScoreHere(_set, context, mended));
        File.Move(Path.Combine(moved, "b.pkl"), folder.File("b.pkl"));
        Assert.Equal(here, ModelReader.ScoreHere(_set, context, loaded));
    }

    [Fact]
    public void A_bank_can_travel_in_the_model()
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using TemporaryFolder folder = new();
        FeatureBankSource files = new() { Files = [banked.Write(folder, "bank.pkl", "video0", "video1", "video")], Embed = true };
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(banked.Options(FeatureBankOperator.Average) with { FeatureBank = files }).Fit(data);
        context.Model.Save(model, data.Schema, folder.File("model.zip"));
        File.Delete(files.Files[0]);
        Assert.Equal(ModelReader.ScoreHere(_set, context, model), ModelReader.ScoresIn(ModelReader.Run(_set, folder.File("model.zip"))));
        // And on from model to model.
        using ActionDetectorTransformer loaded = (ActionDetectorTransformer)context.Model.Load(folder.File("model.zip"), out _);
        context.Model.Save(loaded, data.Schema, folder.File("again.zip"));
        Assert.Equal(ModelReader.ScoreHere(_set, context, model), ModelReader.ScoresIn(ModelReader.Run(_set, folder.File("again.zip"))));
    }

    [Fact]
    public void Relative_paths_begin_at_the_current_folder_and_then_at_the_one_noted()
    {
        using TemporaryFolder folder = new();
        banked.Write(folder, "noted/bank.safetensors", "video0");
        FeatureBankSource source = new() { Files = ["bank.safetensors"], Folder = folder.File("noted") };
        Assert.Equal(10, source.Load().Count);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => (source with { Folder = folder.Path }).Load());
        Assert.Contains(Path.GetFullPath("bank.safetensors"), error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.File("bank.safetensors"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Splits_in_a_folder_are_found_in_either_form()
    {
        using TemporaryFolder folder = new();
        banked.Write(folder, "lfb_train.pkl", "video0");
        banked.Write(folder, "lfb_val.safetensors", "video1");
        Assert.Equal([folder.File("lfb_train.pkl"), folder.File("lfb_val.safetensors"), folder.File("lfb_test.safetensors")],
            FeatureBankSource.OfSplits(folder.Path, "train", "val", "test").Files);
        Assert.Equal(["video0", "video1"], FeatureBankSource.OfSplits(folder.Path, "train", "val").Load().Videos.Order());
    }

    [Fact]
    public void A_configuration_names_the_banks_that_its_trainer_reads()
    {
        DetectionConfig config = DetectionConfig.Load("lfb_max_kinetics_pretrained_slowonly_r50_4x16x1_20e_ava_rgb", ["data.root=elsewhere"]);
        ActionDetectorOptions options = config.ToTrainerOptions();
        options.Validate();
        Assert.Equal(["lfb_train.safetensors", "lfb_val.safetensors"], options.FeatureBank!.Files.Select(Path.GetFileName));
        Assert.All(options.FeatureBank.Files, f => Assert.StartsWith("elsewhere", f, StringComparison.Ordinal));
        Assert.Null(DetectionConfig.Load("slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb", []).ToFeatureBankSource());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_training_that_was_stopped_and_resumed_gives_the_same_scores_as_one_that_was_not(int stopAfterSteps)
    {
        ActionDetectorOptions options = banked.Options(FeatureBankOperator.NonLocal) with { Epochs = 2, LoaderThreads = 3 };
        float[] whole = ScoresAfterTraining(options with { LoaderThreads = 1 });
        using TemporaryFolder work = new();
        using CancellationTokenSource stop = new();
        int steps = 0;
        Tell<TrainingProgress> counter = new(_ =>
        {
            if (++steps == stopAfterSteps) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => ScoresAfterTraining(options with { WorkDirectory = work.Path, Progress = counter, CancellationToken = stop.Token }));
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(
            () => ScoresAfterTraining(options with { WorkDirectory = work.Path, Resume = true, FeatureBank = new() { Bank = banked.Doubled() } }));
        Assert.Contains("another feature bank", error.Message, StringComparison.Ordinal);
        Assert.Equal(whole, ScoresAfterTraining(options with { WorkDirectory = work.Path, Resume = true }));
    }

    [Fact]
    public void Scores_repeat_and_do_not_depend_on_what_was_scored_before()
    {
        // One feature a second out of two, so that there is something to draw.
        ActionDetectorOptions options = banked.Options(FeatureBankOperator.Max) with { Epochs = 1 };
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(options).Fit(data);
        float[] scores = TrainerTests.Scores(model.Transform(data));
        Assert.Equal(scores, TrainerTests.Scores(model.Transform(data)));
        float[] second = TrainerTests.Scores(model.Transform(data.Where(k => k.VideoId == "video1")));
        Assert.Equal(scores[(scores.Length / 2)..], second);
    }

    [Fact]
    public void Validation_sees_what_scoring_sees()
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        FrameMapResult? validation = null;
        ActionDetectorOptions options = banked.Options(FeatureBankOperator.NonLocal) with
        {
            BatchSize = 1, ValidationSet = data, Progress = new Tell<TrainingProgress>(p => validation = p.Validation ?? validation),
        };
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(options).Fit(data);
        Assert.Equal(context.ActionDetection().Evaluate(model.Transform(data)).MeanAveragePrecision, validation!.MeanAveragePrecision, 1e-9);
    }

    [Fact]
    public void What_is_wrong_with_a_bank_is_said_before_the_training_begins()
    {
        using TemporaryFolder folder = new();
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        ActionDetectorOptions options = banked.Options(FeatureBankOperator.Average);
        AssertMessage<ArgumentException>(() => Fit(options with { FeatureBank = null }), "FeatureBank is not set", "To mend: ");
        AssertMessage<ArgumentException>(() => Fit(_set.Options with { FeatureBank = options.FeatureBank }), "FeatureBank is set", "has no FeatureBankHead");
        AssertMessage<ArgumentException>(() => Fit(options with { FeatureBank = new() }), "neither Files nor a Bank");
        AssertMessage<CheckpointFormatException>(() => Fit(options with { FeatureBank = new() { Files = [folder.File("none.pkl")] } }), "none.pkl", "no such file", "To mend: ");
        AssertMessage<ArgumentException>(() => Fit(options with { FeatureBank = new() { Files = [banked.Write(folder, "half.pkl", "video0")] } }), "half.pkl", "1 of 2 videos (video1)");
        AssertMessage<ArgumentException>(
            () => Fit(options with { FeatureBank = new() { Files = [folder.File("half.pkl")] }, ValidationSet = data }, data.Where(k => k.VideoId == "video0")), "1 of 2 videos (video1)");
        FeatureBank narrow = new(3), late = new(banked.Bank.Channels);
        foreach (string video in banked.Bank.Videos)
        {
            narrow.Add(video, 902, new float[3]);
            late.Add(video, 2, new float[late.Channels]);
        }
        AssertMessage<ArgumentException>(() => Fit(options with { FeatureBank = new() { Bank = narrow } }), "BankChannels is 128", "3 numbers");
        AssertMessage<ArgumentException>(() => Fit(options with { FeatureBank = new() { Bank = late } }), "no feature within 3 seconds", "seconds 2 to 2", "time axis");

        void Fit(ActionDetectorOptions given, IDataView? rows = null) => context.ActionDetection().Trainers.ActionDetector(given).Fit(rows ?? data).Dispose();
    }

    [Fact]
    public void Scoring_an_unknown_video_is_an_error_that_a_check_finds_before()
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(banked.Options(FeatureBankOperator.Average)).Fit(data);
        using TemporaryFolder folder = new();
        ActionDetectorTransformer half = model.WithFeatureBank(new() { Files = [banked.Write(folder, "half.pkl", "video0")] });
        AssertMessage<ArgumentException>(() => half.RoIFeatures.CheckFeatureBank(data), "half.pkl", "video1");
        Exception error = Assert.ThrowsAny<Exception>(() => TrainerTests.Scores(half.Transform(data)));
        Assert.Contains("no video 'video1'", error.GetBaseException().Message, StringComparison.Ordinal); // ML.NET's threads wrap it
        AssertMessage<ArgumentException>(() => model.WithFeatureBank(new()), "neither Files nor a Bank");
        using ActionDetectorTransformer plain = banked.Plain(context);
        AssertMessage<ArgumentException>(() => plain.WithFeatureBank(new() { Bank = banked.Bank }), "has no FeatureBankHead");
        IDataView bare = context.Data.LoadFromEnumerable([new { Proposals = new float[] { 0, 0, 1, 1, 1 } }]);
        AssertMessage<ArgumentException>(() => model.GetOutputSchema(bare.Schema), "Column 'Timestamp'");
    }

    [Fact]
    public void A_composed_pipeline_takes_features_from_a_bank_with_weights_from_a_file()
    {
        MLContext context = new(1);
        ActionDetectionTransforms transforms = context.ActionDetection().Transforms;
        AvaDataView data = _set.Load(context);
        using TemporaryFolder folder = new();
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(banked.Options(FeatureBankOperator.NonLocal)).Fit(data);
        Checkpoints.DetectorCheckpoint.Save(model, folder.File("model.safetensors"));
        ExtractRoIFeaturesOptions options = new() { Network = model.RoIFeatures.Options.Network, FeatureBank = new() { Bank = banked.Bank } };
        Assert.Equal(TrainerTests.Scores(model.Transform(data)), TrainerTests.Scores(Composed(folder.File("model.safetensors")).Transform(data)));

        using ActionDetectorTransformer plain = banked.Plain(context);
        Checkpoints.DetectorCheckpoint.Save(plain, folder.File("plain.safetensors"));
        AssertMessage<CheckpointFormatException>(() => Composed(folder.File("plain.safetensors")), "plain.safetensors", "roi_head.shared_head.*");

        ITransformer Composed(string weights) => transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps).Append(transforms.LoadClip())
            .Append(transforms.ResizeClip(48)).Append(transforms.ExtractRoIFeatures(options, weights)).Fit(data).Append(model.Head);
    }

    [Fact]
    public void Actor_relations_come_back_in_a_fresh_process_with_the_same_scores()
    {
        MLContext context = new(1);
        AvaDataView data = _set.Load(context);
        using TemporaryFolder folder = new();
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(ActorRelations).Fit(data);
        context.Model.Save(model, data.Schema, folder.File("model.zip"));
        Assert.Equal(ModelReader.ScoreHere(_set, context, model), ModelReader.ScoresIn(ModelReader.Run(_set, folder.File("model.zip"))));
    }

    /// <summary>The reference computes boxes without labels too, and the relation head normalises over all boxes (reference specification §10, G36).</summary>
    [Fact]
    public void Boxes_without_labels_count_in_training_where_a_head_normalises_over_boxes()
    {
        string more = Path.Combine(_set.Root, "more.pkl");
        ProposalFile.Write(more, new(ProposalFile.Read(_set.Proposals).Entries.Select(p => KeyValuePair.Create(p.Key,
            new KeyframeProposals([.. p.Value.Boxes, new(0.7, 0.7, 0.9, 0.95)], [.. p.Value.Scores!, 0.97])))));
        Assert.NotEqual(ScoresAfterTraining(ActorRelations), ScoresAfterTraining(ActorRelations, more));
        Assert.Equal(ScoresAfterTraining(_set.Options), ScoresAfterTraining(_set.Options, more));
    }

    ActionDetectorOptions ActorRelations => _set.Options with { Epochs = 1, Network = _set.Network with { SharedHead = new ActorRelationOptions { Channels = 16 } } };

    float[] ScoresAfterTraining(ActionDetectorOptions options, string? proposals = null)
    {
        MLContext context = new(1);
        IDataView data = _set.Load(context);
        IDataView training = proposals is null ? data : context.ActionDetection().LoadAva(_set.Annotations, _set.Frames, _set.Labels, proposals);
        using ActionDetectorTransformer model = context.ActionDetection().Trainers.ActionDetector(options).Fit(training);
        return TrainerTests.Scores(model.Transform(data));
    }

    static void AssertMessage<T>(Action action, params string[] words)
        where T : Exception
    {
        T error = Assert.Throws<T>(action);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    static void AssertSame(FeatureBank expected, FeatureBank actual)
    {
        Assert.Equal((expected.Channels, expected.Count), (actual.Channels, actual.Count));
        Assert.Equal(expected.Videos.Order(), actual.Videos.Order());
        foreach (string video in expected.Videos)
        {
            Assert.Equal(expected.Seconds(video), actual.Seconds(video));
            foreach (int second in expected.Seconds(video)) Assert.Equal(expected.Features(video, second), actual.Features(video, second));
        }
    }

    sealed class Tell<T>(Action<T> seen) : IProgress<T>
    {
        public void Report(T value) => seen(value);
    }

    /// <summary>The small set, a plain detector for it, and the bank that this detector builds, with a video "video" more.</summary>
    public sealed class BankedSet : IDisposable
    {
        readonly TemporaryFolder _folder = new();

        public BankedSet()
        {
            MLContext context = new(1);
            AvaDataView data = Set.Load(context, testMode: true);
            using ActionDetectorTransformer plain = context.ActionDetection().Trainers.ActionDetector(Set.Options with { Epochs = 1 }).Fit(data);
            context.Model.Save(plain, data.Schema, _folder.File("plain.zip"));
            Bank = context.ActionDetection().BuildFeatureBank(plain, data);
            Whole = new(Bank.Channels);
            Whole.Merge(Bank);
            foreach (Half[] feature in Bank.Features("video1", 903)) Whole.Add("video", 903, feature);
        }

        public SmallSet Set { get; } = new();

        public FeatureBank Bank { get; }

        FeatureBank Whole { get; }

        public ActionDetectorTransformer Plain(MLContext context) => (ActionDetectorTransformer)context.Model.Load(_folder.File("plain.zip"), out _);

        public ActionDetectorOptions Options(FeatureBankOperator how) => Set.Options with
        {
            Epochs = 1,
            FeatureBank = new() { Bank = Whole },
            Network = Set.Network with
            {
                SharedHead = new FeatureBankHeadOptions { Operator = how, BankChannels = Bank.Channels, WindowSize = 6, FeaturesPerSecond = 1, LatentChannels = 8 },
            },
        };

        public FeatureBank Doubled()
        {
            FeatureBank doubled = new(Whole.Channels);
            foreach (string video in Whole.Videos)
            {
                foreach (int second in Whole.Seconds(video))
                {
                    foreach (Half[] feature in Whole.Features(video, second)) doubled.Add(video, second, [.. feature.Select(v => (float)v * 2)]);
                }
            }
            return doubled;
        }

        /// <summary>Writes some videos of the bank to a file, in the form that its ending names.</summary>
        public string Write(TemporaryFolder folder, string name, params string[] videos)
        {
            FeatureBank some = new(Whole.Channels);
            foreach (string video in videos)
            {
                foreach (int second in Whole.Seconds(video))
                {
                    foreach (Half[] feature in Whole.Features(video, second)) some.Add(video, second, feature);
                }
            }
            string path = folder.File(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream file = File.Create(path);
            if (Path.GetExtension(path) == ".pkl") some.WriteTorch(file);
            else some.Write(file);
            return path;
        }

        public void Dispose()
        {
            Set.Dispose();
            _folder.Dispose();
        }
    }
}
