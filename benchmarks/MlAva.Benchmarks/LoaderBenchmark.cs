using System.Diagnostics;
using System.Globalization;
using MlAva.Video;

namespace MlAva.Benchmarks;

/// <summary>
/// From files to a batch, as in training: sample with jitter, decode, rescale, crop, flip, then either bytes (what this library hands to the device) or normalised float32 in
/// [N, 3, T, H, W] (what the reference's loader ends in). <c>reference_loader.py</c> does the same with OpenCV on the same files.
/// </summary>
static class LoaderBenchmark
{
    const int BatchSize = 8, Crop = 256;
    static readonly (string Name, FrameSize Size)[] Kinds = [("340x256", new(340, 256)), ("1280x720", new(1280, 720))];
    static readonly (int Length, int Interval)[] Clips = [(8, 8), (32, 2)];

    /// <summary>Makes what is missing of the files from a video, by FFmpeg: 20 seconds at 30 frames a second.</summary>
    public static void Prepare(string folder, string? video)
    {
        foreach ((string name, FrameSize size) in Kinds)
        {
            string file = Path.Combine(folder, $"h264-{name}.mp4"), frames = Path.Combine(folder, $"jpeg-{name}");
            string scale = string.Create(CultureInfo.InvariantCulture, $"fps=30,scale={size.Width}:{size.Height}:flags=bicubic");
            if (!File.Exists(file)) Ffmpeg(video, "-t", "20", "-vf", scale, "-an", "-c:v", "libx264", "-preset", "medium", "-crf", "21", "-pix_fmt", "yuv420p", file);
            if (Directory.Exists(frames)) continue;
            Directory.CreateDirectory(frames);
            Ffmpeg(file, "-q:v", "2", Path.Combine(frames, "img_%05d.jpg"));
        }
    }

    public static IEnumerable<string> Run(string folder, JpegDecoder decoder, double seconds)
    {
        foreach ((string name, _) in Kinds)
        {
            foreach (string source in (string[])[$"jpeg-{name}", $"h264-{name}.mp4"])
            {
                foreach ((int length, int interval) in Clips)
                {
                    foreach (int threads in (int[])[1, 2])
                    {
                        using IFrameStore store = FrameStore.Open(Path.Combine(folder, source), new() { Decoder = decoder });
                        Measure(store, length, interval, threads, seconds / 2, toFloat: true);
                        (double floats, double allocated) = Measure(store, length, interval, threads, seconds, toFloat: true);
                        (double bytes, _) = Measure(store, length, interval, threads, seconds, toFloat: false);
                        yield return string.Create(CultureInfo.InvariantCulture,
                            $"{source} | {length}x{interval} | {threads} | {floats:F1} | {floats * length:F0} | {bytes:F1} | {allocated / 1024:F1} KB");
                    }
                }
            }
        }
    }

    /// <summary>Loads ten thousand clips and says how large the process is after each thousand.</summary>
    public static IEnumerable<string> Soak(string folder, int clips)
    {
        using IFrameStore store = FrameStore.Open(Path.Combine(folder, "jpeg-340x256"));
        Worker worker = new(store, 8, 8, toFloat: true, 0);
        for (int i = 1; i <= clips; i++)
        {
            worker.Load();
            if (i % (clips / 10) != 0) continue;
            GC.Collect();
            using Process self = Process.GetCurrentProcess();
            yield return string.Create(CultureInfo.InvariantCulture, $"{i} clips: {self.WorkingSet64 / 1048576.0:F0} MB, managed heap {GC.GetTotalMemory(false) / 1048576.0:F0} MB");
        }
    }

    static (double ClipsPerSecond, double BytesPerClip) Measure(IFrameStore store, int length, int interval, int threads, double seconds, bool toFloat)
    {
        Worker[] workers = [.. Enumerable.Range(0, threads).Select(t => new Worker(store, length, interval, toFloat, t))];
        foreach (Worker worker in workers) worker.Load();
        long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
        int clips = 0;
        Thread[] running = [.. workers.Select(w => new Thread(() =>
        {
            int done = 0;
            for (; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; done++) w.Load();
            Interlocked.Add(ref clips, done);
        }))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (clips / elapsed, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)clips);
    }

    static void Ffmpeg(string? input, params string[] arguments)
    {
        if (input is null) throw new ArgumentException("Name a video, from which the files of the benchmark are made.");
        using Process process = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", input, .. arguments]);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ffmpeg ended with {process.ExitCode}.");
    }

    /// <summary>One loader thread with its buffers: memory for the frames as decoded, and for a batch.</summary>
    sealed class Worker(IFrameStore store, int length, int interval, bool toFloat, int number)
    {
        readonly ClipSampler _sampler = new(new()
        {
            ClipLength = length, FrameInterval = interval, Fps = 30, TimestampStart = 0, TimestampEnd = store.FrameCount!.Value / 30.0,
        });
        readonly ClipAugmentationOptions _augmentation = new();
        readonly byte[] _frames = new byte[length * store.Size.ByteCount], _cropped = new byte[BatchSize * length * Crop * Crop * 3];
        readonly byte[] _clip = new byte[length * Crop * Crop * 3];
        readonly float[] _batch = new float[toFloat ? BatchSize * length * Crop * Crop * 3 : 0];
        readonly FrameRange _range = store.Range()!.Value;
        int _item;

        public void Load()
        {
            ClipRandom random = ClipRandom.ForItem(1, number, _item);
            double second = random.Next(1, store.FrameCount!.Value / 30 - 1);
            VideoClip clip = store.Read(_sampler.Sample(second, random, _range), _frames, default);
            AugmentationDraw draw = ClipAugmentation.Draw(clip.Size, _augmentation, random);
            VideoClip augmented = ClipAugmentation.Apply(clip, Crop, draw, _clip);
            int slot = _item++ % BatchSize, values = augmented.Pixels.Length;
            if (toFloat) ClipNormalizer.Ava.Normalize(augmented, _batch.AsSpan(slot * values, values));
            else augmented.Pixels.CopyTo(_cropped.AsSpan(slot * values));
        }
    }
}
