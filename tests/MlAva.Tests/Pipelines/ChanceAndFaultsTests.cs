using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;

namespace MlAva.Tests.Pipelines;

/// <summary>Chance in pipelines and trainers, and the reference's faults, which are mirrored when that is asked for.</summary>
[Collection(TorchTests.Name)]
public sealed class ChanceAndFaultsTests(SmallSet set) : IClassFixture<SmallSet>
{
    readonly MLContext _context = new(1);

    ActionDetectionTransforms Transforms => _context.ActionDetection().Transforms;

    [Fact]
    public void Jitter_moves_frames_within_half_an_interval_the_same_in_any_order_and_leaves_the_keyframe()
    {
        AvaDataView data = set.Load(_context);
        int[][] plain = Indices(Transforms.SampleFrames(8, 6, 25).Fit(data).Transform(data));
        IDataView moved = Transforms.SampleFrames(8, 6, 25, jitter: true, seed: 3).Fit(data).Transform(data);
        int[][] jittered = Indices(moved);
        int[] offsets = [.. plain.Zip(jittered).SelectMany(p => p.Second.Zip(p.First, (a, b) => a - b))];
        Assert.Equal([-3, -2, -1, 0, 1, 2], offsets.Distinct().Order());
        Assert.Equal(plain.Select(p => p[4]), moved.GetColumn<int>(AvaColumns.KeyframeIndex));
        Assert.Equal(jittered, Indices(moved));
        Assert.NotEqual(jittered, Indices(Transforms.SampleFrames(8, 6, 25, jitter: true, seed: 4).Fit(data).Transform(data)));
        Assert.Equal(jittered.OrderBy(Key), Indices(_context.Data.ShuffleRows(moved, 1)).OrderBy(Key));

        static string Key(int[] row) => string.Join(' ', row);
    }

    [Fact]
    public void A_jittered_clip_at_the_end_of_its_video_is_read()
    {
        // Frame 30 of 30: its own place in the clip is moved behind the end for some seeds.
        IDataView row = _context.Data.LoadFromEnumerable([new Keyframe { Timestamp = 905.8f, Source = set.Source(0) }]);
        HashSet<bool> beyond = [];
        for (ulong seed = 0; seed < 20; seed++)
        {
            IDataView clips = Transforms.SampleFrames(clipLength: 2, frameInterval: 8, fps: SmallSet.Fps, jitter: true, seed: seed)
                .Append(Transforms.LoadClip()).Fit(row).Transform(row);
            beyond.Add(clips.GetColumn<int[]>(AvaColumns.FrameIndices).Single()[1] > 30);
            Assert.Equal(2, clips.GetColumn<VideoClip>(AvaColumns.Clip).Single().Frames);
        }
        Assert.Equal([false, true], beyond.Order());
    }

    [Fact]
    public void Training_is_the_same_to_the_bit_on_one_two_and_eight_threads_with_a_cache_or_without()
    {
        AvaDataView data = set.Load(_context);
        float[] one = Train(data, set.Options with { LoaderThreads = 1 });
        Assert.Equal(one, Train(data, set.Options with { LoaderThreads = 2, CacheMegabytes = 1 }));
        Assert.Equal(one, Train(data, set.Options with { LoaderThreads = 8 }));
    }

    [Fact]
    public void Every_epoch_draws_anew_unless_the_reference_is_mirrored()
    {
        // One keyframe, no dropout and a rate too small to change a weight: the loss depends on the clip alone.
        AvaDataView one = set.Load(_context).Where(k => k is { VideoId: "video0", Timestamp: 903 });
        ActionDetectorOptions options = set.Options with
        {
            Epochs = 4, BatchSize = 1, Schedule = new() { LearningRate = 1e-30, Warmup = 0, Steps = [] },
            Optimizer = new() { WeightDecay = 0 },
            Network = set.Network with { Head = set.Network.Head with { DropoutRatio = 0 } },
            Clip = set.Clip with { Augmentation = new() { ShortEdgeMinimum = 48, ShortEdgeMaximum = 70, CropSize = 48 } },
        };
        Assert.Equal(4, Losses(options).Distinct().Count());
        Assert.Single(Losses(options with { Clip = options.Clip with { Compatibility = Compatibility.MMAction2 } }).Distinct());

        IEnumerable<double> Losses(ActionDetectorOptions given)
        {
            ActionDetectorTrainer trainer = new MLContext(1).ActionDetection().Trainers.ActionDetector(given);
            trainer.Fit(one).Dispose();
            return trainer.History.Select(e => e.Loss);
        }
    }

    [Fact]
    public void The_demos_faults_are_blue_for_red_and_a_clip_one_interval_late()
    {
        using TemporaryFolder folder = new();
        AvaDataView data = set.Load(_context);
        // The same frames without loss, as they are and with blue and red exchanged.
        FrameStoreOptions png = new() { Template = FrameTemplate.Parse("f_%05d.png"), Fps = SmallSet.Fps };
        foreach (int frame in Enumerable.Range(1, 30))
        {
            RgbImage image = new(new(64, 48));
            new Random(frame).NextBytes(image.Pixels);
            image.Save(Path.Combine(Directory.CreateDirectory(folder.File("right")).FullName, $"f_{frame:00000}.png"));
            for (int i = 0; i < image.Pixels.Length; i += 3)
                (image.Pixels[i], image.Pixels[i + 2]) = (image.Pixels[i + 2], image.Pixels[i]);
            image.Save(Path.Combine(Directory.CreateDirectory(folder.File("exchanged")).FullName, $"f_{frame:00000}.png"));
        }
        using ActionDetectorTransformer detector = _context.ActionDetection().Trainers.ActionDetector(
            set.Options with { Epochs = 1, Clip = set.Clip with { Sampling = set.Clip.Sampling with { FrameInterval = 3 } } }).Fit(data);
        ITransformer Reading(ActionDetectorTransformer given) =>
            new TransformerChain<ITransformer>(given.SampleFrames,
                Transforms.LoadClip(new LoadClipOptions { Frames = png }).Fit(given.SampleFrames.Transform(data)),
                given.Resize, given.RoIFeatures, given.Head);

        // Three frames, one interval, are 0.6 s.
        float[] right = Score("right", 902), demo = Score("right", 902, Compatibility.MMAction2Demo), mirrored = Score("exchanged", 902.6f);
        Assert.Equal(mirrored, demo);
        Assert.NotEqual(right, demo);
        Assert.Equal(right, Score("right", 902, Compatibility.None));

        float[] Score(string source, float time, Compatibility? compatibility = null)
        {
            IDataView row = _context.Data.LoadFromEnumerable(
                [new Keyframe { Timestamp = time, Source = folder.File(source), Proposals = [0.1f, 0.1f, 0.6f, 0.9f, 1] }]);
            return TrainerTests.Scores(Reading(compatibility is { } chosen ? detector.WithCompatibility(chosen) : detector).Transform(row));
        }
    }

    [Fact]
    public void Proposals_of_data_without_truth_are_scaled_unless_the_reference_is_mirrored()
    {
        float[] proposals = [0.25f, 0.25f, 0.75f, 1, 1];
        IDataView row = _context.Data.LoadFromEnumerable([new Keyframe { Timestamp = 902, Source = set.Source(0), Proposals = proposals }]);
        AssertNear([0.25f, 0.25f, 0.75f, 1], Boxes(Compatibility.None));
        AssertNear([0.25f / 64, 0.25f / 48, 0.75f / 64, 1f / 48], Boxes(Compatibility.MMAction2));

        float[] Boxes(Compatibility compatibility)
        {
            IDataView scored = Transforms.SampleFrames(4, 1, SmallSet.Fps).Append(Transforms.LoadClip()).Append(Transforms.ResizeClip(48))
                .Append(Transforms.ExtractRoIFeatures(
                new ExtractRoIFeaturesOptions { Network = set.Network, Compatibility = compatibility })).Fit(row).Transform(row);
            return scored.GetColumn<float[]>(AvaColumns.PredictedBoxes).Single();
        }

        static void AssertNear(float[] expected, float[] found)
        {
            Assert.Equal(expected.Length, found.Length);
            foreach ((float a, float b) in expected.Zip(found)) Assert.Equal(a, b, 1e-6f);
        }
    }

    [Fact]
    public void Boxes_cut_away_by_the_crop_are_trained_on_unless_they_are_dropped()
    {
        // The whole frame is 64 wide, the crop 48: a box at the right edge is cut away for some seeds.
        List<(int Kept, int Dropped)> counts = [];
        IDataView row = _context.Data.LoadFromEnumerable([new LabelledKeyframe
        {
            Timestamp = 902, Source = set.Source(0), Boxes = [0.1f, 0.1f, 0.5f, 0.9f, 0.95f, 0.1f, 0.99f, 0.9f], Labels = [0, 1, 0, 1],
            Proposals = [0, 0, 1, 1, 1],
        }]);
        for (ulong seed = 0; seed < 12; seed++) counts.Add((Count(seed, drop: false), Count(seed, drop: true)));
        Assert.All(counts, c => Assert.Equal(2, c.Kept));
        Assert.Equal([1, 2], counts.Select(c => c.Dropped).Distinct().Order());

        int Count(ulong seed, bool drop)
        {
            IDataView boxes = Transforms.SampleFrames(4, 1, SmallSet.Fps).Append(Transforms.LoadClip())
                .Append(Transforms.RandomCropClip(48, seed))
                .Append(Transforms.AssignBoxes(new AssignBoxesOptions { DropCroppedBoxes = drop })).Fit(row).Transform(row);
            return boxes.GetColumn<float[]>(AvaColumns.RoIs).Single().Length / 4;
        }
    }

    float[] Train(AvaDataView data, ActionDetectorOptions options)
    {
        using ActionDetectorTransformer model = new MLContext(1).ActionDetection().Trainers.ActionDetector(options).Fit(data);
        return TrainerTests.Scores(model.Transform(data));
    }

    static int[][] Indices(IDataView data) => [.. data.GetColumn<int[]>(AvaColumns.FrameIndices)];

    sealed class Keyframe
    {
        public string VideoId { get; set; } = "video";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";

        public float[] Proposals { get; set; } = [];
    }

    sealed class LabelledKeyframe
    {
        public string VideoId { get; set; } = "video";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";

        public float[] Proposals { get; set; } = [];

        public float[] Boxes { get; set; } = [];

        public float[] Labels { get; set; } = [];
    }
}
