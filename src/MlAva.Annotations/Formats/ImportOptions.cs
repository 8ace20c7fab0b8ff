using static System.FormattableString;

namespace MlAva.Annotations.Formats;

/// <summary>How foreign annotations become AVA's. A fact that the files hold themselves goes before the one given here.</summary>
public sealed record ImportOptions
{
    /// <summary>Frames a second of videos of which <see cref="Videos"/> knows no rate; null: an import that needs one fails.</summary>
    public double? Fps { get; init; }

    /// <summary>What is known of a video, by its id; null: nothing.</summary>
    public Func<string, SourceVideo?>? Videos { get; init; }

    /// <summary>Size of frames of which neither the files nor <see cref="Videos"/> tell any.</summary>
    public SourceVideo FrameSize { get; init; }

    /// <summary>The id of the video, for files that tell of one video and not its name; null: taken from the file.</summary>
    public string? VideoId { get; init; }

    /// <summary>Seconds between keyframes. 0: every annotated frame is a keyframe. Default 1, as in AVA.</summary>
    public double KeyframeStep { get; init; } = 1;

    /// <summary>The timestamp of the first frame, in seconds (900 for AVA's own clips). Default 0.</summary>
    public double TimestampStart { get; init; }

    /// <summary>The number of the first frame in names of frame files (CVAT for images, COCO, VIA on frames). Default 0.</summary>
    public int FirstFrame { get; init; }

    /// <summary>How far a time given in seconds (VIA) may be from its keyframe. Default 0.05 s.</summary>
    public double Tolerance { get; init; } = 0.05;

    /// <summary>
    /// The attributes whose values are actions. Null: attributes where the boxes have any (select, radio, checkbox, text), else the labels
    /// themselves. An empty list: the labels.
    /// </summary>
    public IReadOnlyList<string>? ActionAttributes { get; init; }

    /// <summary>The classes: names are looked up in it, and unknown ones are errors. Null: numbered as the files list them.</summary>
    public LabelMap? LabelMap { get; init; }

    /// <summary>What to do about an element that cannot be used. Default: fail.</summary>
    public OnError OnError { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        if (!(KeyframeStep >= 0 && double.IsFinite(KeyframeStep)))
            throw new ArgumentException(Invariant($"{nameof(KeyframeStep)} is {KeyframeStep}; expected seconds, at least 0."));
        if (!(TimestampStart >= 0 && double.IsFinite(TimestampStart)))
            throw new ArgumentException(Invariant($"{nameof(TimestampStart)} is {TimestampStart}; expected seconds, at least 0."));
        if (FirstFrame < 0) throw new ArgumentException(Invariant($"{nameof(FirstFrame)} is {FirstFrame}; expected at least 0."));
        if (!(Tolerance >= 0 && double.IsFinite(Tolerance)))
            throw new ArgumentException(Invariant($"{nameof(Tolerance)} is {Tolerance}; expected seconds, at least 0."));
        if (FrameSize is { Width: < 1 } or { Height: < 1 })
            throw new ArgumentException(Invariant($"{nameof(FrameSize)} is {FrameSize.Width}x{FrameSize.Height}; expected at least one pixel."));
        if (VideoId is "") throw new ArgumentException($"{nameof(VideoId)} is empty; expected a name, or null.");
        if (!Enum.IsDefined(OnError)) throw new ArgumentException(Invariant($"{nameof(OnError)} is {OnError}; expected Fail or Skip."));
    }
}
