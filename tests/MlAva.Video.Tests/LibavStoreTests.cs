using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class LibavStoreTests
{
    [LibavTheory("ava/videos")]
    [InlineData("demo.mp4", 280, 28.0)]
    [InlineData("walk.mkv", 89, 30.0)]
    [InlineData("bottle-detection.mp4", 1189, 179 / 6.0)]
    [InlineData("one-by-one-person-detection.mp4", 1394, 10.0)]
    public void Real_videos_by_seeking_equal_decoding_from_the_beginning(string name, int frames, double fps)
    {
        using IFrameStore store = FrameStore.Open(SharedData.Path("ava/videos/" + name));
        Assert.IsType<LibavStore>(store);
        Assert.Equal(frames, store.FrameCount);
        Assert.Equal(fps, store.Fps!.Value, 1e-9);
        Assert.Equal((1, frames), (store.FirstIndex, store.LastIndex));
        AssertSeekingEqualsSequence(store, Math.Min(frames, 220), 24);
    }

    [LibavTheory]
    [InlineData("a.mp4", "-c:v libx264 -preset veryfast -bf 3 -g 25")]
    [InlineData("a.mkv", "-c:v libx264 -preset medium -x264-params open-gop=1:keyint=20:bframes=3:b-pyramid=normal")]
    [InlineData("intra.mp4", "-c:v libx264 -preset veryfast -g 1")]
    [InlineData("yuv444.mp4", "-c:v libx264 -preset veryfast -pix_fmt yuv444p -g 30")]
    [InlineData("range.mp4", "-c:v libx264 -preset veryfast -color_range pc -colorspace bt709 -pix_fmt yuv420p -g 30")]
    [InlineData("b.mp4", "-c:v mpeg4 -bf 2 -g 20")]
    [InlineData("b.ts", "-c:v mpeg2video -bf 2 -g 15")]
    [InlineData("h.ts", "-c:v libx264 -preset veryfast -bf 3 -g 25")]
    [InlineData("h.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -tag:v hvc1")]
    [InlineData("v.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 30 -auto-alt-ref 1 -lag-in-frames 8")]
    [InlineData("odd.mkv", "-c:v ffv1 -vf crop=95:63:0:0,format=yuv420p")]
    public void Every_kind_of_stream_by_seeking_equals_decoding_from_the_beginning(string name, string arguments)
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run(["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=5", .. arguments.Split(' '), folder.File(name)]);
        using IFrameStore store = FrameStore.Open(folder.File(name));
        Assert.IsType<LibavStore>(store);
        Assert.Equal(150, store.FrameCount);
        AssertSeekingEqualsSequence(store, 150, 30);
    }

    [LibavFact]
    public void Variable_rates_edits_and_a_late_start_do_not_shift_frames()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=6", "-vf", "select='not(mod(n,3))+gt(n,90)'", "-fps_mode", "vfr", "-c:v", "libx264", "-g", "40", folder.File("vfr.mp4"));
        using (LibavStore store = new(folder.File("vfr.mp4")))
        {
            Assert.Equal(31 + 89, store.FrameCount);
            AssertSeekingEqualsSequence(store, 120, 20);
        }

        // A rate laid over it repeats frames where the video has gaps, as the program does.
        using (LibavStore even = new(folder.File("vfr.mp4"), new() { Fps = 15 }))
        using (FfmpegStore program = new(folder.File("vfr.mp4"), new() { Fps = 15 }))
        {
            Assert.Equal(program.FrameCount, even.FrameCount);
            int[] all = [.. Enumerable.Range(1, even.FrameCount!.Value)];
            Golden.AssertSamePixels(program.Read(all).Pixels, even.Read(all).Pixels);
        }

        // Cut without coding anew: an edit list hides the frames before the cut, which must still be decoded.
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=6", "-c:v", "libx264", "-g", "60", "-bf", "2", folder.File("whole.mp4"));
        Ffmpeg.Run("-ss", "1.1", "-i", folder.File("whole.mp4"), "-c", "copy", folder.File("cut.mp4"));
        using LibavStore cut = new(folder.File("cut.mp4"));
        using FfmpegStore reference = new(folder.File("cut.mp4"));
        Assert.Equal(reference.FrameCount, cut.FrameCount);
        int[] some = [1, 2, 5, 40, 100, cut.FrameCount!.Value];
        Golden.AssertSamePixels(reference.Read(some).Pixels, cut.Read(some).Pixels);

        Ffmpeg.Run("-itsoffset", "3.7", "-i", folder.File("whole.mp4"), "-c", "copy", folder.File("late.mkv"));
        using LibavStore late = new(folder.File("late.mkv"));
        Assert.Equal(180, late.FrameCount);
        AssertSeekingEqualsSequence(late, 180, 12);
    }

    [LibavTheory]
    [InlineData(90, 64, 96)]
    [InlineData(180, 96, 64)]
    [InlineData(270, 64, 96)]
    public void A_turned_video_comes_upright(int degrees, int width, int height)
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv444p", "-qp", "0", folder.File("plain.mp4"));
        Ffmpeg.Run("-i", folder.File("plain.mp4"), "-c", "copy", "-metadata:s:v:0", $"rotate={degrees}", folder.File("turned.mp4"));
        using LibavStore store = new(folder.File("turned.mp4"));
        using FfmpegStore program = new(folder.File("turned.mp4"));
        Assert.Equal(new FrameSize(width, height), store.Size);
        Assert.Equal(program.Size, store.Size);
        VideoClip found = store.Read([3, 20]), expected = program.Read([3, 20]);
        // The program turns before it converts, which may round otherwise where colours change.
        Assert.InRange(Golden.MaximumDifference(expected.Pixels, found.Pixels), 0, 1);
    }

    [LibavFact]
    public void A_flag_that_turns_by_no_right_angle_is_refused()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1", "-c:v", "libx264", folder.File("plain.mp4"));
        Ffmpeg.Run("-i", folder.File("plain.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=30", folder.File("turned.mp4"));
        FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("turned.mp4")));
        Assert.Contains("30 degrees", error.Found, StringComparison.Ordinal);
        Assert.Contains("rotate=0", error.Mend, StringComparison.Ordinal);
    }

    [LibavFact]
    public void A_stream_without_times_goes_through_the_program()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("raw.h264");
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1", "-c:v", "libx264", "-f", "h264", path);
        using (IFrameStore store = FrameStore.Open(path)) Assert.IsType<FfmpegStore>(store);
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => FrameStore.Open(path, new() { VideoDecoding = VideoDecoding.InProcess }));
        Assert.Contains("times", error.Found, StringComparison.Ordinal);
    }

    [LibavFact]
    public void Broken_files_say_what_is_wrong()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=3", "-c:v", "libx264", "-g", "30", folder.File("whole.mkv"));
        Ffmpeg.Run("-i", folder.File("whole.mkv"), "-c", "copy", folder.File("whole.mp4"));
        byte[] mkv = File.ReadAllBytes(folder.File("whole.mkv")), mp4 = File.ReadAllBytes(folder.File("whole.mp4"));

        File.WriteAllBytes(folder.File("empty.mp4"), []);
        Assert.Contains("0 bytes", Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("empty.mp4"))).Found, StringComparison.Ordinal);
        File.WriteAllText(folder.File("text.mp4"), "not a video at all");
        Assert.Contains("cannot read", Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("text.mp4"))).Found, StringComparison.Ordinal);
        // The index of an mp4 comes last: without it nothing can be read.
        File.WriteAllBytes(folder.File("half.mp4"), mp4[..(mp4.Length / 2)]);
        Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("half.mp4")));
        // A Matroska file that ends early is a shorter video.
        File.WriteAllBytes(folder.File("half.mkv"), mkv[..(mkv.Length / 2)]);
        using IFrameStore store = FrameStore.Open(folder.File("half.mkv"));
        Assert.InRange(store.FrameCount!.Value, 10, 80);
        Assert.Contains($"1..{store.FrameCount}", Assert.Throws<FrameStoreException>(() => store.Read([90])).Found, StringComparison.Ordinal);
        Ffmpeg.Run("-f", "lavfi", "-i", "sine=duration=1", folder.File("sound.wav"));
        Assert.Contains("without video", Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("sound.wav"))).Found, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => new LibavStore(folder.File("none.mp4")));
    }

    [LibavFact]
    public void Noise_in_a_file_never_does_more_than_fail()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=2", "-c:v", "libx264", "-g", "20", folder.File("whole.mkv"));
        byte[] whole = File.ReadAllBytes(folder.File("whole.mkv"));
        ClipRandom random = new(7);
        int read = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] changed = [.. whole];
            for (int k = 0; k < 1 + i * 4; k++) changed[random.Next(0, changed.Length)] = (byte)random.Next(0, 256);
            string path = folder.File($"{i}.mkv");
            File.WriteAllBytes(path, changed);
            try
            {
                using LibavStore store = new(path);
                store.Read([1, store.FrameCount!.Value]);
                store.Read([store.FrameCount!.Value / 2 + 1]);
                read++;
            }
            catch (Exception e) when (e is FrameDecodeException or FrameStoreException)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.InRange(read, 5, 40);
    }

    [LibavFact]
    public void Many_threads_read_many_videos_and_closing_is_safe()
    {
        using TemporaryFolder folder = new();
        LibavStore[] stores = new LibavStore[6];
        VideoClip[] whole = new VideoClip[stores.Length];
        for (int i = 0; i < stores.Length; i++)
        {
            Ffmpeg.Run("-f", "lavfi", "-i", $"testsrc2=size={64 + 16 * i}x48:rate=30:duration=2", "-c:v", "libx264", "-preset", "veryfast", "-g", "15", folder.File($"{i}.mp4"));
            stores[i] = new(folder.File($"{i}.mp4"), new() { FirstIndex = 0 });
            whole[i] = stores[i].Read([.. Enumerable.Range(0, 60)]);
        }

        Parallel.For(0, 120, new ParallelOptions { MaxDegreeOfParallelism = 8 }, item =>
        {
            ClipRandom random = new((ulong)item);
            int which = random.Next(0, stores.Length);
            int[] indices = [random.Next(0, 60), random.Next(0, 60), random.Next(0, 60)];
            VideoClip clip = stores[which].Read(indices);
            for (int i = 0; i < indices.Length; i++) Golden.AssertSamePixels(whole[which].Frame(indices[i]), clip.Frame(i));
        });
        foreach (LibavStore store in stores) store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stores[0].Read([0]));
    }

    [LibavFact]
    public void Wrong_use_is_refused_and_reading_can_be_cancelled()
    {
        using TemporaryFolder folder = new();
        Ffmpeg.Run("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1", "-c:v", "libx264", folder.File("a.mp4"));
        using LibavStore store = new(folder.File("a.mp4"));
        Assert.Throws<ArgumentException>(() => store.Read([]));
        Assert.Throws<FrameStoreException>(() => store.Read([0]));
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        Assert.Contains("libavformat", LibavStore.LibraryVersion, StringComparison.Ordinal);
        Assert.Contains("VideoDecoding", Assert.Throws<ArgumentException>(new FrameStoreOptions { VideoDecoding = (VideoDecoding)7 }.Validate).Message, StringComparison.Ordinal);
    }

    /// <summary>Reads the whole sequence at once, each frame by itself in random order, and clips, through the store; all equal what the program decodes from the beginning.</summary>
    static void AssertSeekingEqualsSequence(IFrameStore store, int frames, int seeks)
    {
        byte[] all = Ffmpeg.Run("-i", store.Path, "-map", "0:v:0", "-frames:v", $"{frames}", "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact", "-fps_mode", "passthrough",
            "-sws_flags", "bicubic+accurate_rnd+full_chroma_int+bitexact", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1");
        int bytes = store.Size.ByteCount;
        Assert.Equal(frames, all.Length / bytes);
        for (int start = 0; start < frames; start += 50)
        {
            int[] block = [.. Enumerable.Range(start + 1, Math.Min(50, frames - start))];
            Golden.AssertSamePixels(all.AsSpan(start * bytes, block.Length * bytes), store.Read(block).Pixels);
        }

        ClipRandom random = new(11);
        for (int i = 0; i < seeks; i++)
        {
            int frame = random.Next(0, frames);
            Golden.AssertSamePixels(all.AsSpan(frame * bytes, bytes), store.Read([frame + 1]).Pixels);
            int first = random.Next(0, Math.Max(1, frames - 48));
            int[] clip = [first + 1, Math.Min(frames, first + 17), Math.Min(frames, first + 33), first + 2, first + 1];
            VideoClip read = store.Read(clip);
            for (int k = 0; k < clip.Length; k++) Golden.AssertSamePixels(all.AsSpan((clip[k] - 1) * bytes, bytes), read.Frame(k));
        }
    }
}
