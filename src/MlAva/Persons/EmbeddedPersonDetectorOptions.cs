using static System.FormattableString;

namespace MlAva.Persons;

/// <summary>Settings of <see cref="EmbeddedPersonDetector"/>.</summary>
public sealed record EmbeddedPersonDetectorOptions
{
    /// <summary>Boxes below this score are left out; 0 to 1.</summary>
    public double ScoreThreshold { get; init; } = 0.3;

    /// <summary>The largest IoU that two boxes of a frame may have; 0 to 1.</summary>
    public double NmsIoU { get; init; } = 0.6;

    /// <summary>At most so many boxes a frame, the best ones.</summary>
    public int MaxBoxes { get; init; } = 20;

    /// <summary>Seconds before and behind a frame from which its background is learned.</summary>
    public double BackgroundSeconds { get; init; } = 90;

    /// <summary>Frames a second where the video does not tell.</summary>
    public double Fps { get; init; } = 30;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (!(ScoreThreshold is >= 0 and <= 1)) throw new ArgumentException(Invariant($"{nameof(ScoreThreshold)} is {ScoreThreshold}; expected 0 to 1."));
        if (!(NmsIoU is >= 0 and <= 1)) throw new ArgumentException(Invariant($"{nameof(NmsIoU)} is {NmsIoU}; expected 0 to 1."));
        if (MaxBoxes < 1) throw new ArgumentException(Invariant($"{nameof(MaxBoxes)} is {MaxBoxes}; expected at least 1."));
        if (!(BackgroundSeconds is >= 1 and <= 600))
            throw new ArgumentException(Invariant($"{nameof(BackgroundSeconds)} is {BackgroundSeconds}; expected 1 to 600."));
        if (!(Fps > 0 && double.IsFinite(Fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {Fps}; expected a positive number."));
    }
}
