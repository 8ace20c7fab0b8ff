using System.Text.Json;
using MlAva.Annotations;
using MlAva.Preparation;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests.Preparation;

public sealed class FrameExtractionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    FrameExtractionOptions Options => new() { Videos = _folder.File("videos"), Output = _folder.File("frames"), Workers = 2 };

    string Video(string name) => _folder.File(Path.Combine("videos", name));

    [FfmpegFact]
    public void Frames_are_those_of_the_video_with_a_manifest_of_hashes()
    {
        Clips.Write(Video("first.avi"), 12);
        Clips.Write(Video("second.avi"), 7);

        ExtractionReport report = FrameExtraction.Run(Options);

        Assert.Equal([("first", 12), ("second", 7)], report.Videos.Select(v => (v.Id, v.Frames)));
        using IFrameStore source = FrameStore.Open(Video("first.avi")), frames = FrameStore.Open(_folder.File("frames/first"));
        Assert.Equal((source.FrameCount, source.Size), (frames.FrameCount, frames.Size));
        RgbImage a = source.ReadImage(9), b = frames.ReadImage(9);
        Assert.InRange(a.Pixels.ToArray().Zip(b.Pixels.ToArray(), (x, y) => Math.Abs(x - y)).Average(), 0, 2);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(_folder.File("frames/manifest.json")));
        Assert.StartsWith("ffmpeg version", manifest.RootElement.GetProperty("ffmpeg").GetString(), StringComparison.Ordinal);
        JsonElement video = manifest.RootElement.GetProperty("videos")[0];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Video("first.avi")))), video.GetProperty("sourceSha256").GetString());
        Assert.Equal(64, video.GetProperty("framesSha256").GetString()!.Length);
        Assert.Equal((5.0, 96, 64), (video.GetProperty("fps").GetDouble(), video.GetProperty("width").GetInt32(), video.GetProperty("height").GetInt32()));
    }

    [FfmpegFact]
    public void A_second_run_does_only_what_is_missing_or_changed()
    {
        Clips.Write(Video("first.avi"), 6);
        Clips.Write(Video("second.avi"), 6);
        FrameExtraction.Run(Options);
        Directory.Delete(_folder.File("frames/second"), recursive: true);
        // What a killed run leaves.
        Directory.CreateDirectory(_folder.File("frames/.second.1234.partial"));
        DateTime before = File.GetLastWriteTimeUtc(_folder.File("frames/first/img_00001.jpg"));

        ExtractionReport again = FrameExtraction.Run(Options);

        Assert.Equal((2, 1), (again.Videos.Count, again.Before));
        Assert.Equal(before, File.GetLastWriteTimeUtc(_folder.File("frames/first/img_00001.jpg")));
        Assert.Equal(["first", "second"], Directory.GetDirectories(_folder.File("frames")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));

        Clips.Write(Video("first.avi"), 4);
        ExtractionReport changed = FrameExtraction.Run(Options);

        Assert.Equal((4, 1), (changed.Videos[0].Frames, changed.Before));
        Assert.Equal(4, Directory.GetFiles(_folder.File("frames/first"), "*.jpg").Length);
        Assert.Equal(0, FrameExtraction.Run(Options with { ShortSide = 32 }).Before);
        using IFrameStore small = FrameStore.Open(_folder.File("frames/first"));
        Assert.Equal(new FrameSize(48, 32), small.Size);
    }

    [FfmpegFact]
    public void A_cancelled_run_leaves_whole_videos_only()
    {
        for (int i = 0; i < 4; i++) Clips.Write(Video($"v{i}.avi"), 6);
        using CancellationTokenSource stop = new();

        Assert.ThrowsAny<OperationCanceledException>(() => FrameExtraction.Run(Options with { Workers = 1, Progress = new After(stop) }, stop.Token));
        string[] there = Directory.GetDirectories(_folder.File("frames"));

        Assert.Single(there);
        Assert.Equal(6, Directory.GetFiles(there[0], "*.jpg").Length);
        Assert.Equal((4, 1), (FrameExtraction.Run(Options).Videos.Count, FrameExtraction.Run(Options with { Ids = ["v0"] }).Before));
    }

    [FfmpegFact]
    public void Cuts_and_rates_are_kept()
    {
        Clips.Write(Video("first.avi"), 20);

        ExtractedVideo video = Assert.Single(FrameExtraction.Run(Options with { Start = 1, End = 3, Fps = 10 }).Videos);
        ExtractedVideo tail = Assert.Single(FrameExtraction.Run(Options with { Start = 1, End = 30 }).Videos);

        Assert.Equal((20, 10, false), (video.Frames, video.Fps, video.IsShort));
        Assert.Equal((15, 5, true), (tail.Frames, tail.Fps, tail.IsShort));
        using IFrameStore source = FrameStore.Open(Video("first.avi")), frames = FrameStore.Open(_folder.File("frames/first"));
        Assert.InRange(source.ReadImage(6).Pixels.ToArray().Zip(frames.ReadImage(1).Pixels.ToArray(), (x, y) => Math.Abs(x - y)).Average(), 0, 2);
    }

    [FfmpegFact]
    public void Bad_videos_are_errors_or_counted_and_nothing_of_them_stays()
    {
        Clips.Write(Video("good.avi"), 6);
        File.WriteAllBytes(Video("empty.mp4"), []);
        File.WriteAllText(Video("text.mkv"), "no video");

        Exception error = Assert.ThrowsAny<Exception>(() => FrameExtraction.Run(Options));
        ExtractionReport report = FrameExtraction.Run(Options with { OnError = OnError.Skip });

        Assert.Matches("zero bytes|text.mkv", error.Message);
        Assert.Equal("good", Assert.Single(report.Videos).Id);
        Assert.Equal(2, report.Failures.Count);
        Assert.Contains(report.Failures, f => f.Contains("empty.mp4", StringComparison.Ordinal) && f.Contains("zero bytes", StringComparison.Ordinal));
        Assert.Equal("good", Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder.File("frames")))));
        FrameStoreException behind = Assert.Throws<FrameStoreException>(() => FrameExtraction.Run(Options with { Ids = ["good"], Start = 100 }));
        Assert.Contains("no frame from 100 s on", behind.Message, StringComparison.Ordinal);
    }

    [FfmpegFact]
    public void A_turned_video_comes_out_upright()
    {
        Clips.Write(Video("plain.avi"), 6);
        Clips.Ffmpeg("-i", Video("plain.avi"), "-c:v", "mpeg4", "-q:v", "2", _folder.File("flat.mp4"));
        Clips.Ffmpeg("-i", _folder.File("flat.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=90", Video("turned.mp4"));

        ExtractedVideo video = Assert.Single(FrameExtraction.Run(Options with { Ids = ["turned"] }).Videos);

        Assert.Equal((Clips.Height, Clips.Width), (video.Width, video.Height));
        using IFrameStore source = FrameStore.Open(Video("turned.mp4"));
        Assert.Equal(new FrameSize(video.Width, video.Height), source.Size);
    }

    [FfmpegFact]
    public void A_folder_of_other_frames_is_not_touched()
    {
        Clips.Write(Video("first.avi"), 6);
        string mine = _folder.Write("frames/first/img_00001.jpg", "mine");

        FrameStoreException error = Assert.Throws<FrameStoreException>(() => FrameExtraction.Run(Options));

        Assert.Contains("not extracted here", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(mine));
    }

    [TmpfsFact]
    public void A_full_disk_ends_the_work_and_leaves_whole_videos_only()
    {
        Clips.Write(Video("a.avi"), 6);
        Clips.Write(Video("b.avi"), 200);
        using SmallDisk disk = new(_folder.File("disk"), kilobytes: 200);

        IOException error = Assert.Throws<IOException>(() => FrameExtraction.Run(Options with { Output = disk.Path, Workers = 1, OnError = OnError.Skip }));

        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
        Assert.Contains("To mend", error.Message, StringComparison.Ordinal);
        Assert.Equal("a", Path.GetFileName(Assert.Single(Directory.GetDirectories(disk.Path))));
        Assert.Equal(6, Directory.GetFiles(Path.Combine(disk.Path, "a"), "*.jpg").Length);
    }

    [SharedFact]
    public void Real_videos_of_every_rate_give_the_frames_that_the_store_reads()
    {
        if (!Clips.HasFfmpeg) return;
        ExtractionReport report = FrameExtraction.Run(Options with { Videos = SharedData.Path("ava/videos"), End = 2, ShortSide = 128 });

        Assert.Equal(Directory.GetFiles(SharedData.Path("ava/videos")).Length, report.Videos.Count);
        Assert.All(report.Videos, v =>
        {
            Assert.False(v.IsShort, v.Id);
            Assert.InRange(v.Frames, Math.Floor(2 * v.Fps!.Value) - 1, Math.Ceiling(2 * v.Fps.Value) + 1);
            Assert.Equal(128, Math.Min(v.Width, v.Height));
        });
    }

    [Fact]
    public void Options_out_of_range_name_themselves()
    {
        Assert.Contains("End is 1; expected seconds behind the start, 2", Assert.Throws<ArgumentException>(() => (Options with { Start = 2, End = 1 }).Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("Quality is 40", Assert.Throws<ArgumentException>(() => (Options with { Quality = 40 }).Validate()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    sealed class After(CancellationTokenSource stop) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => stop.Cancel();
    }
}
