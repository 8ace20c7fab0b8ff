using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Tests.Preparation;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;

namespace MlAva.Tests.Pipelines;

/// <summary>What cannot be used is an error in words, or is left out, counted and named, and nothing else is lost.</summary>
[Collection(TorchTests.Name)]
public sealed class UnusableInputTests : IDisposable
{
    readonly SmallSet _set = new();
    readonly MLContext _context = new(1);

    public void Dispose() => _set.Dispose();

    ActionDetectionTransforms Transforms => _context.ActionDetection().Transforms;

    /// <summary>The frame of the keyframe at a second, of the first video.</summary>
    string FrameFile(int second) => Frame((int)(second * SmallSet.Fps) + 1);

    string Frame(int frame) => Path.Combine(_set.Source(0), $"img_{frame:00000}.jpg");

    [Fact]
    public void A_corrupt_picture_costs_its_keyframes_and_no_others()
    {
        float[][] before = Scores(_set.Load(_context));
        byte[] whole = File.ReadAllBytes(FrameFile(3));
        File.WriteAllBytes(FrameFile(3), whole[..(whole.Length / 2)]);
        AvaDataView data = _set.Load(_context);
        // On several threads ML.NET wraps what its workers throw.
        FrameDecodeException error = Causes(Assert.ThrowsAny<Exception>(() => Scores(data))).OfType<FrameDecodeException>().First();
        Assert.Contains("img_00016.jpg", error.Message, StringComparison.Ordinal);

        TransformerChain<ExtractRoIFeaturesTransformer> model = Features(OnError.Skip).Fit(data);
        float[][] after = [.. model.Transform(data).GetColumn<float[]>(AvaColumns.RoIFeatures)];
        Assert.Empty(after[2]);
        for (int row = 0; row < before.Length; row++)
        {
            if (row != 2) Assert.Equal(before[row], after[row]);
        }
        SkippedItems skipped = ((IEnumerable<ITransformer>)model).OfType<LoadClipTransformer>().Single().Skipped;
        Assert.Equal(1, skipped.Count);
        Assert.Contains("img_00016.jpg", skipped.Reasons[0], StringComparison.Ordinal);
        Assert.StartsWith("1 keyframes cannot be used", skipped.Describe("keyframes"), StringComparison.Ordinal);
    }

    [Fact]
    public void Training_goes_on_without_clips_that_cannot_be_read_counts_them_and_stays_the_same_on_any_threads()
    {
        // All frames that jitter can reach, so that no draw goes round them.
        for (int frame = 8; frame <= 12; frame++) File.Delete(Frame(frame));
        for (int frame = 18; frame <= 22; frame++) File.WriteAllBytes(Frame(frame), []);
        AvaDataView data = _set.Load(_context);
        Assert.ThrowsAny<Exception>(() => Train(data, _set.Options));

        List<TrainingProgress> told = [];
        ActionDetectorOptions skip = _set.Options with { OnError = OnError.Skip, ValidationSet = data, Progress = new Told(told.Add) };
        (float[] first, ActionDetectorTrainer trainer) = Train(data, skip);
        // Each in training and in validation.
        Assert.Equal(4, trainer.Skipped.Count);
        Assert.Equal(4, told[^1].Skipped);
        Assert.True(double.IsFinite(trainer.History[^1].Loss));
        Assert.All(trainer.History, e => Assert.InRange(e.WaitingShare, 0, 1));
        Assert.All(told, p => Assert.InRange(p.EpochWaitingShare, 0, 1));
        Assert.Equal(first, Train(data, skip with { LoaderThreads = 4 }).Scores);
    }

    [Fact]
    public void Without_any_clip_that_can_be_read_training_fails_in_words()
    {
        foreach (int video in (int[])[0, 1])
            foreach (string file in Directory.GetFiles(_set.Source(video))) File.WriteAllText(file, "no picture");
        AvaDataView data = _set.Load(_context);
        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => Train(data, _set.Options with { OnError = OnError.Skip }));
        Assert.Contains("No clip of the epoch could be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("10 keyframes", error.Message, StringComparison.Ordinal);
    }

    [FfmpegFact]
    public void Short_empty_damaged_and_wrongly_turned_videos_are_named_or_left_out()
    {
        using TemporaryFolder folder = new();
        Clips.Write(folder.File("short.avi"), 4);
        File.WriteAllBytes(folder.File("empty.mp4"), []);
        File.WriteAllText(folder.File("text.mp4"), "no video at all");
        Clips.Ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=5:duration=2", "-c:v", "libx264", folder.File("plain.mp4"));
        Clips.Ffmpeg("-i", folder.File("plain.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=30", folder.File("turned.mp4"));
        Clips.Ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=5:duration=2", "-c:v", "libx264", folder.File("good.mp4"));
        (string Name, string Words)[] cases =
        [
            ("short.avi", "1..4"), ("empty.mp4", "0 bytes"), ("text.mp4", "text.mp4"), ("turned.mp4", "30 degrees"),
            ("none.mp4", "nothing there"),
        ];
        Keyframe[] rows = [.. cases.Select(c => new Keyframe { Source = folder.File(c.Name) }), new() { Source = folder.File("good.mp4") }];

        foreach ((string name, string words) in cases)
        {
            IDataView one = _context.Data.LoadFromEnumerable(rows.Where(r => r.Source == folder.File(name)));
            Exception error = Assert.ThrowsAny<Exception>(() => Loaded(one, OnError.Fail, out _));
            Assert.True(error is FrameStoreException or FrameDecodeException, $"{name}: {error}");
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            Assert.Contains("To mend: ", error.Message, StringComparison.Ordinal);
        }
        VideoClip?[] clips = Loaded(_context.Data.LoadFromEnumerable(rows), OnError.Skip, out LoadClipTransformer load);
        Assert.All(clips[..^1], Assert.Null);
        Assert.Equal(4, clips[^1]!.Frames);
        Assert.Equal(cases.Length, load.Skipped.Count);
    }

    [Fact]
    public void A_folder_that_may_not_be_read_is_named_or_left_out()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return; // permissions do not hold for root
        UnixFileMode before = File.GetUnixFileMode(_set.Source(0));
        File.SetUnixFileMode(_set.Source(0), UnixFileMode.None);
        try
        {
            IDataView row = _context.Data.LoadFromEnumerable([new Keyframe { Source = _set.Source(0) }]);
            Assert.Contains("permissions", Assert.ThrowsAny<IOException>(() => Loaded(row, OnError.Fail, out _)).Message,
                StringComparison.Ordinal);
            Assert.Null(Loaded(row, OnError.Skip, out _)[0]);
        }
        finally
        {
            File.SetUnixFileMode(_set.Source(0), before);
        }
    }

    static IEnumerable<Exception> Causes(Exception error) => error.InnerException is { } inner ? Causes(inner).Prepend(error) : [error];

    VideoClip?[] Loaded(IDataView rows, OnError onError, out LoadClipTransformer load)
    {
        SampleFramesTransformer sample = Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: 5, timestampStart: 0).Fit(rows);
        load = Transforms.LoadClip(onError).Fit(sample.Transform(rows));
        return [.. load.Transform(sample.Transform(rows)).GetColumn<VideoClip?>(AvaColumns.Clip)];
    }

    EstimatorChain<ExtractRoIFeaturesTransformer> Features(OnError onError) =>
        Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps).Append(Transforms.LoadClip(onError))
            .Append(Transforms.ResizeClip(48))
            .Append(Transforms.ExtractRoIFeatures(new() { Network = _set.Network }, seed: 2));

    float[][] Scores(AvaDataView data) => [.. Features(OnError.Fail).Fit(data).Transform(data).GetColumn<float[]>(AvaColumns.RoIFeatures)];

    (float[] Scores, ActionDetectorTrainer Trainer) Train(AvaDataView data, ActionDetectorOptions options)
    {
        ActionDetectorTrainer trainer = new MLContext(1).ActionDetection().Trainers.ActionDetector(options);
        using ActionDetectorTransformer model = trainer.Fit(data);
        return (TrainerTests.Scores(model.WithOnError(OnError.Skip).Transform(data)), trainer);
    }

    sealed class Keyframe
    {
        public string VideoId { get; set; } = "video";

        public float Timestamp { get; set; } = 1;

        public string Source { get; set; } = "";
    }

    sealed class Told(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
