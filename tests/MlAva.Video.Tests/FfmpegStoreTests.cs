using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class FfmpegStoreTests
{
    static readonly string[] Flags = ["-sws_flags", "bicubic+accurate_rnd+full_chroma_int+bitexact", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"];

    [FfmpegTheory("ava/videos")]
    [InlineData("demo.mp4", 340, 256)]
    [InlineData("walk.mkv", 640, 480)]
    [InlineData("bottle-detection.mp4", 640, 360)]
    public void Frames_by_seeking_equal_frames_by_decoding_from_the_beginning(string name, int width, int height)
    {
        string path = SharedData.Path("ava/videos/" + name);
        FrameSize size = new(width, height);
        byte[] all = Ffmpeg.Run(["-i", path, "-map", "0:v:0", "-frames:v", "150", "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact", "-vsync", "0", .. Flags]);
        int decoded = all.Length / size.ByteCount;
        using IFrameStore store = FrameStore.Open(path, new() { VideoDecoding = VideoDecoding.Program });
        Assert.IsType<FfmpegStore>(store);
        Assert.Equal(size, store.Size);
        Assert.True(decoded > 80 && decoded <= store.FrameCount);
        if (decoded < 150) Assert.Equal(decoded, store.FrameCount);
        ClipRandom random = new(3);
        List<int[]> requests = [[1], [decoded], [1, decoded], [.. Enumerable.Range(decoded - 9, 10)], [50, 50, 2, 34, 18]];
        for (int i = 0; i < 4; i++)
        {
            int start = random.Next(1, decoded - 47);
            requests.Add([start, start + 16, start + 32, start + 48]);
        }

        foreach (int[] request in requests)
        {
            VideoClip clip = store.Read(request);
            for (int i = 0; i < request.Length; i++) Golden.AssertSamePixels(all.AsSpan((request[i] - 1) * size.ByteCount, size.ByteCount), clip.Frame(i));
        }
    }

    [FfmpegTheory("ava/videos")]
    [InlineData("demo.mp4", 10)]
    [InlineData("demo.mp4", 30)]
    [InlineData("bottle-detection.mp4", 30)]
    [InlineData("bottle-detection.mp4", 12.5)]
    [InlineData("walk.mkv", 7)]
    public void A_constant_rate_equals_ffmpeg_s_fps_filter(string name, double fps)
    {
        string path = SharedData.Path("ava/videos/" + name);
        string rate = fps.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using FfmpegStore store = new(path, new() { Fps = fps, FirstIndex = 0 });
        byte[] expected = Ffmpeg.Run(["-i", path, "-map", "0:v:0", "-vf", $"fps={rate},scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact", "-frames:v", "80", "-vsync", "0", .. Flags]);
        int count = expected.Length / store.Size.ByteCount;
        Assert.Equal(fps, store.Fps);
        Assert.True(store.FrameCount >= count);
        if (count < 80) Assert.Equal(count, store.FrameCount);
        for (int i = 0; i < count; i += 40)
        {
            int[] indices = [.. Enumerable.Range(i, Math.Min(40, count - i))];
            Golden.AssertSamePixels(expected.AsSpan(i * store.Size.ByteCount, indices.Length * store.Size.ByteCount), store.Read(indices).Pixels);
        }
    }

    [FfmpegFact]
    public void A_turned_video_comes_upright_and_b_frames_and_open_groups_do_not_confuse_it()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc=size=96x64:rate=30:duration=8", "-c:v", "mpeg4", "-bf", "2", "-g", "20", folder.File("a.mp4"));
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc=size=96x64:rate=30:duration=8", "-c:v", "mpeg2video", "-bf", "2", "-g", "15", folder.File("a.ts"));
        foreach (string name in new[] { "a.mp4", "a.ts" })
        {
            string path = folder.File(name);
            byte[] all = Ffmpeg.Run(["-i", path, "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact", "-vsync", "0", .. Flags]);
            using FfmpegStore store = new(path);
            int bytes = store.Size.ByteCount;
            Assert.Equal(all.Length / bytes, store.FrameCount);
            for (int start = 1; start + 48 <= store.FrameCount; start += 23)
            {
                int[] request = [start, start + 1, start + 16, start + 48];
                VideoClip clip = store.Read(request);
                for (int i = 0; i < request.Length; i++) Golden.AssertSamePixels(all.AsSpan((request[i] - 1) * bytes, bytes), clip.Frame(i));
            }
        }

        Ffmpeg.Run("-i", folder.File("a.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=90", folder.File("turned.mp4"));
        using FfmpegStore turned = new(folder.File("turned.mp4"));
        Assert.Equal(new FrameSize(64, 96), turned.Size);
        Assert.Equal(new FrameSize(64, 96), turned.Read([5]).Size);
    }

    [FfmpegFact("ava/videos/demo.mp4")]
    public void A_raw_stream_without_times_is_decoded_from_its_beginning()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("raw.h264");
        Ffmpeg.Run("-i", SharedData.Path("ava/videos/demo.mp4"), "-map", "0:v:0", "-c", "copy", "-frames:v", "60", "-f", "h264", path);
        byte[] all = Ffmpeg.Run(["-i", path, "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact", "-vsync", "0", .. Flags]);
        using FfmpegStore store = new(path);
        Assert.Null(store.FrameCount);
        Assert.Null(store.Range());
        int bytes = store.Size.ByteCount;
        VideoClip clip = store.Read([31, 1, 30]);
        Golden.AssertSamePixels(all.AsSpan(0, bytes), clip.Frame(1));
        Golden.AssertSamePixels(all.AsSpan(29 * bytes, bytes), clip.Frame(2));
        Golden.AssertSamePixels(all.AsSpan(30 * bytes, bytes), clip.Frame(0));
        Assert.Contains("only 1 of 2 frames", Assert.Throws<FrameDecodeException>(() => store.Read([40, 100])).Message, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => store.Read([0]));
    }

    [FfmpegFact("ava/videos/demo.mp4")]
    public void Wrong_use_is_refused_and_cancelling_stops_the_program()
    {
        FfmpegStore store = new(SharedData.Path("ava/videos/demo.mp4"));
        Assert.Contains("1..280", Assert.Throws<FrameStoreException>(() => store.Read([281])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => store.Read([]));
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        using CancellationTokenSource soon = new();
        soon.CancelAfter(1);
        try
        {
            store.Read([.. Enumerable.Range(1, 280)], soon.Token);
        }
        catch (OperationCanceledException cancelled)
        {
            Assert.Equal(soon.Token.IsCancellationRequested, cancelled.CancellationToken.IsCancellationRequested);
        }

        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read([1]));
    }

    [FfmpegFact]
    public void A_file_that_is_no_video_says_so()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.mp4", "not a video at all");
        Assert.Contains("cannot read", Assert.Throws<FrameDecodeException>(() => FrameStore.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_ffmpeg_says_how_to_get_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.mp4", "x");
        FrameStoreOptions options = new() { VideoDecoding = VideoDecoding.Program, FfmpegPath = folder.File("no-ffmpeg"), FfprobePath = folder.File("no-ffprobe") };
        Assert.False(FfmpegStore.IsAvailable(options));
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => FrameStore.Open(path, options));
        Assert.Contains("apt-get install ffmpeg", error.Mend, StringComparison.Ordinal);
        Assert.Contains("no-ffprobe", error.Message, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => new FfmpegStore(folder.File("none.mp4"), options));
    }
}
