using static System.FormattableString;

namespace MlAva.Annotations.Formats;

/// <summary>What other tools need to know beside AVA's files: sizes in pixels and, but for VIA, the rate.</summary>
public sealed record ExportOptions
{
    /// <summary>What is known of a video, by its id; null: nothing.</summary>
    public Func<string, SourceVideo?>? Videos { get; init; }

    /// <summary>Frames a second of videos of which <see cref="Videos"/> knows no rate.</summary>
    public double? Fps { get; init; }

    /// <summary>Size of frames of videos of which <see cref="Videos"/> knows none.</summary>
    public SourceVideo FrameSize { get; init; }

    /// <summary>The timestamp of the first frame, in seconds (900 for AVA's own clips). Default 0.</summary>
    public double TimestampStart { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        if (FrameSize is { Width: < 1 } or { Height: < 1 })
            throw new ArgumentException(Invariant($"{nameof(FrameSize)} is {FrameSize.Width}x{FrameSize.Height}; expected at least one pixel."));
        if (!(TimestampStart >= 0 && double.IsFinite(TimestampStart)))
            throw new ArgumentException(Invariant($"{nameof(TimestampStart)} is {TimestampStart}; expected seconds, at least 0."));
    }
}
