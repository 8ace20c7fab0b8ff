using MlAva.Annotations;
using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>One planned video of mini-AVA: its truth, and its frames drawn on request. Nothing is on disk.</summary>
public sealed class MiniAvaVideo
{
    /// <summary>The margin around a figure in its box, parts of the figure's standing height.</summary>
    const double Margin = 0.03;

    readonly double[] _shake;

    internal MiniAvaVideo(MiniAvaOptions options, MiniAvaSplit split, int index, Shot[] shots, SplitMix dice)
    {
        (Options, Split, Index, Id, Shots) = (options, split, index, IdOf(split, index), shots);
        _shake = [.. Enumerable.Range(0, 6).Select(_ => dice.Angle())];
        Persons = [.. Enumerable.Range(MiniAvaOptions.FirstKeyframe, options.KeyframesPerVideo).SelectMany(Truth)];
    }

    /// <summary>What the set was planned from.</summary>
    public MiniAvaOptions Options { get; }

    /// <summary>The part of the set that the video belongs to.</summary>
    public MiniAvaSplit Split { get; }

    /// <summary>0-based place in its split.</summary>
    public int Index { get; }

    /// <summary>The video's id, for example <c>mini-train-001</c>; also the name of its folder of frames.</summary>
    public string Id { get; }

    /// <summary>The truth: every person at every keyframe, by time.</summary>
    public IReadOnlyList<MiniAvaPerson> Persons { get; }

    internal Shot[] Shots { get; }

    internal static string IdOf(MiniAvaSplit split, int index) => $"mini-{(split == MiniAvaSplit.Train ? "train" : "val")}-{index + 1:000}";

    /// <summary>Plans all videos of a split without drawing a frame.</summary>
    /// <param name="options">Seed and sizes.</param>
    /// <param name="split">Which part.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IReadOnlyList<MiniAvaVideo> Plan(MiniAvaOptions options, MiniAvaSplit split)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new Director(options, split).Plan();
    }

    /// <summary>Draws frames into memory, before any compression.</summary>
    /// <param name="firstFrame">1-based number of the first one; see <see cref="MiniAvaOptions.FrameAt"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="step">Distance from frame to frame.</param>
    /// <returns>RGB bytes <c>[count, Height, Width, 3]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A frame lies outside 1 to <see cref="MiniAvaOptions.FramesPerVideo"/>.</exception>
    public byte[] Render(int firstFrame, int count = 1, int step = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstFrame, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstFrame + (long)(count - 1) * step, Options.FramesPerVideo, nameof(count));
        using Stage stage = new(Options.Width, Options.Height);
        int size = Options.Width * Options.Height;
        byte[] frames = new byte[checked(3 * size * count)];
        for (int i = 0; i < count; i++)
        {
            stage.Draw(this, firstFrame + i * step);
            ReadOnlySpan<byte> pixels = stage.Rgba;
            Span<byte> frame = frames.AsSpan(3 * size * i, 3 * size);
            for (int p = 0; p < size; p++) pixels.Slice(4 * p, 3).CopyTo(frame[(3 * p)..]);
        }
        return frames;
    }

    /// <summary>The shot that a frame belongs to, and the frame's time in it.</summary>
    internal (Shot Shot, double Time) At(int frame)
    {
        int second = MiniAvaOptions.FirstSecond + (frame - 1 + (Options.Fps + 1) / 2) / Options.Fps;
        Shot shot = Shots.Last(s => s.FirstSecond <= second);
        return (shot, (frame - 1) / (double)Options.Fps - (shot.FirstSecond - MiniAvaOptions.FirstSecond));
    }

    /// <summary>The hand-held camera's displacement (pixels) and exposure (1 is neutral) at a frame.</summary>
    internal (double X, double Y, double Light) Camera(int frame)
    {
        double time = (frame - 1) / (double)Options.Fps, unit = Options.Unit;
        return (
            unit * (0.7 * Math.Sin(4.1 * time + _shake[0]) + 0.4 * Math.Sin(9.7 * time + _shake[1])),
            unit * (0.5 * Math.Sin(5.3 * time + _shake[2]) + 0.3 * Math.Sin(11.9 * time + _shake[3])),
            1 + 0.025 * Math.Sin(7.3 * time + _shake[4]) + 0.02 * Math.Sin(19.1 * time + _shake[5]));
    }

    IEnumerable<MiniAvaPerson> Truth(int second)
    {
        int frame = Options.FrameAt(second);
        (Shot shot, double time) = At(frame);
        (double x, double y, _) = Camera(frame);
        foreach (Figure figure in shot.Figures.SelectMany(g => g).OrderBy(f => f.PersonId))
        {
            SKRect bounds = new Skeleton(figure, time).Bounds();
            float margin = (float)(Margin * figure.Height);
            bounds.Inflate(margin, margin);
            bounds.Offset((float)x, (float)y);
            Box box = new(Part(bounds.Left, Options.Width), Part(bounds.Top, Options.Height), Part(bounds.Right, Options.Width), Part(bounds.Bottom, Options.Height));
            int action = second - shot.FirstSecond;
            MiniAvaAction legs = figure.LegActions[action], arms = figure.ArmActions[action];
            yield return new(new(Id, second), figure.PersonId, box, arms == MiniAvaAction.None ? [legs] : [legs, arms], figure.PoseAt(time));
        }
    }

    // Three decimals as in AVA's files: what is read back from them equals the truth in memory.
    static double Part(double pixels, int whole) => Math.Round(Math.Clamp(pixels / whole, 0, 1), 3);
}
