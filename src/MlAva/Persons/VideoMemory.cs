using MlAva.Video;

namespace MlAva.Persons;

/// <summary>What the detector has seen of one video: small frames on a grid of times, and backgrounds learned from them.</summary>
sealed class VideoMemory(IFrameStore store, EmbeddedPersonDetectorOptions options)
{
    const int FewestSamples = 5, EnoughSamples = 24, MostSamples = 90, MostFrames = 400, MostBackgrounds = 4, BackgroundStride = 30, GhostRounds = 4;
    const double SampleSeconds = 1, FineSeconds = 0.2, MostSamplesOfShort = 90, CutDistance = 40;

    readonly Lock _lock = new();
    readonly Dictionary<int, SmallFrame> _frames = [];
    readonly Queue<int> _order = [];
    readonly Dictionary<(int First, int Last), Background> _backgrounds = [];

    double Fps => store.Fps ?? options.Fps;

    public SmallFrame Frame(int index, CancellationToken cancellation)
    {
        lock (_lock)
            if (_frames.TryGetValue(index, out SmallFrame? known)) return known;
        VideoClip clip = store.Read([index], cancellation);
        SmallFrame small = SmallFrame.Of(clip.Frame(0), clip.Size);
        lock (_lock)
        {
            if (_frames.TryAdd(index, small)) _order.Enqueue(index);
            while (_order.Count > MostFrames) _frames.Remove(_order.Dequeue());
        }
        return small;
    }

    /// <summary>The background of a frame's shot; null where too little of the shot is known.</summary>
    public Background? BackgroundOf(int index, CancellationToken cancellation)
    {
        FrameRange range = store.Range() ?? new(store.FirstIndex, index);
        // A sample a second, more in a short video, and more yet in a short shot of a film.
        int step = Math.Max(1, (int)Math.Round(Math.Min(Fps * SampleSeconds, range.Count / MostSamplesOfShort)));
        int[] samples = Shot(range, index, step, cancellation);
        int fine = Math.Max(1, (int)Math.Round(Fps * FineSeconds));
        if (samples.Length < EnoughSamples && fine < step) samples = Shot(range, index, fine, cancellation);
        if (samples.Length < FewestSamples) return null;
        if (samples.Length > MostSamples) samples = [.. Enumerable.Range(0, MostSamples).Select(i => samples[i * samples.Length / MostSamples])];
        lock (_lock)
            if (_backgrounds.TryGetValue((samples[0], samples[^1]), out Background? known)) return known;
        SmallFrame[] frames = [.. samples.Select(s => Frame(s, cancellation))];
        SmallFrame middle = frames[frames.Length / 2];
        // Where the camera moves, what is near in time, each frame laid on this one, shows the background.
        if (!ReferenceEquals(frames[0].LaidOn(middle), frames[0]) || !ReferenceEquals(frames[^1].LaidOn(middle), frames[^1]))
            return Near(range, index, cancellation);
        Background background = Background.Of(frames, GhostRounds);
        lock (_lock)
        {
            if (_backgrounds.Count >= MostBackgrounds) _backgrounds.Clear();
            _backgrounds[(samples[0], samples[^1])] = background;
        }
        return background;
    }

    Background? Near(FrameRange range, int index, CancellationToken cancellation)
    {
        const double Seconds = 1.6;
        SmallFrame here = Frame(index, cancellation);
        int step = Math.Max(1, (int)Math.Round(Fps * FineSeconds));
        int reach = (int)Math.Ceiling(Seconds * Fps / step);
        List<SmallFrame> frames = [here];
        foreach (int direction in (int[])[-1, 1])
        {
            SmallFrame last = here;
            for (int i = 1; i <= reach && range.Contains(index + direction * i * step); i++)
            {
                SmallFrame next = Frame(index + direction * i * step, cancellation).LaidOn(last);
                if (next.Distance(last) >= CutDistance) break;
                frames.Add(last = next);
            }
        }
        return frames.Count < FewestSamples ? null : Background.Of(frames, rounds: 1);
    }

    /// <summary>Frames around one, a step apart, without a cut between them.</summary>
    int[] Shot(FrameRange range, int index, int step, CancellationToken cancellation)
    {
        int reach = (int)Math.Max(1, options.BackgroundSeconds * Fps / step);
        // Neighbouring keyframes share a window, and so a background.
        int middle = (index - range.First) / step, anchor = middle / BackgroundStride * BackgroundStride + BackgroundStride / 2;
        int first = Math.Max(0, anchor - reach), last = Math.Min((range.Count - 1) / step, anchor + reach);
        int begin = middle, end = middle;
        while (begin > first && Sample(begin - 1).Distance(Sample(begin)) < CutDistance) begin--;
        while (end < last && Sample(end + 1).Distance(Sample(end)) < CutDistance) end++;
        return [.. Enumerable.Range(begin, end - begin + 1).Select(i => range.First + i * step)];

        SmallFrame Sample(int i) => Frame(range.First + i * step, cancellation);
    }

    /// <summary>How much each pixel changes within half a second around a frame; null at a cut or where the whole picture moves.</summary>
    public byte[]? MotionAt(int index, CancellationToken cancellation)
    {
        const int Threshold = 14;
        const double Cut = 40, Whole = 0.6;
        SmallFrame here = Frame(index, cancellation);
        FrameRange range = store.Range() ?? new(store.FirstIndex, index);
        byte[] most = new byte[here.Light.Length];
        bool any = false;
        foreach (double seconds in (double[])[-0.5, -0.25, 0.25, 0.5])
        {
            int other = index + (int)Math.Round(seconds * Fps);
            if (other == index || !range.Contains(other)) continue;
            SmallFrame there = Frame(other, cancellation).LaidOn(here);
            if (here.Distance(there) > Cut) continue;
            byte[] change = new byte[most.Length];
            for (int i = 0; i < change.Length; i++)
            {
                change[i] = (byte)Math.Max(Math.Abs(here.Pixels[i * 3] - there.Pixels[i * 3]),
                    Math.Max(Math.Abs(here.Pixels[i * 3 + 1] - there.Pixels[i * 3 + 1]), Math.Abs(here.Pixels[i * 3 + 2] - there.Pixels[i * 3 + 2])));
            }
            change = Mask.Threshold(Mask.Blur(change, here.Width, here.Height), Threshold);
            if (Mask.Share(change) > Whole) continue;
            any = true;
            for (int i = 0; i < most.Length; i++) most[i] = Math.Max(most[i], change[i]);
        }
        return any && Mask.Share(most) <= Whole ? most : null;
    }
}
