using MlAva.Annotations;
using MlAva.Video;
using static System.FormattableString;

namespace MlAva.Persons;

/// <summary>In which frames of which videos <see cref="PersonDetection"/> looks for persons.</summary>
public sealed record PersonDetectionOptions
{
    /// <summary>A video file, or a folder that holds a folder of frames or a video file for each video id.</summary>
    public required string Source { get; init; }

    /// <summary>The keyframes; null: every <see cref="KeyframeStep"/> seconds of every video.</summary>
    public IReadOnlyCollection<KeyframeKey>? Keyframes { get; init; }

    /// <summary>Seconds from one keyframe to the next where <see cref="Keyframes"/> are not given.</summary>
    public double KeyframeStep { get; init; } = 1;

    /// <summary>Time of the first frame in seconds; AVA's clips: 900.</summary>
    public double TimestampStart { get; init; }

    /// <summary>Frames a second where the video does not tell; null: 30.</summary>
    public double? Fps { get; init; }

    /// <summary>How videos are opened.</summary>
    public FrameStoreOptions Store { get; init; } = new();

    /// <summary>Videos at once; 0: one for each processor.</summary>
    public int Workers { get; init; }

    /// <summary>What to do about a video or a keyframe that cannot be read.</summary>
    public OnError OnError { get; init; }

    /// <summary>How boxes are linked over time.</summary>
    public PersonLinkerOptions Linker { get; init; } = new();

    /// <summary>Told of every keyframe that is done.</summary>
    public IProgress<PersonDetectionProgress>? Progress { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Source)) throw new ArgumentException($"{nameof(Source)} is empty; expected a video or a folder.");
        if (!(KeyframeStep > 0 && double.IsFinite(KeyframeStep)))
            throw new ArgumentException(Invariant($"{nameof(KeyframeStep)} is {KeyframeStep}; expected seconds above 0."));
        if (!double.IsFinite(TimestampStart)) throw new ArgumentException(Invariant($"{nameof(TimestampStart)} is {TimestampStart}; expected a number of seconds."));
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        if (Workers < 0) throw new ArgumentException(Invariant($"{nameof(Workers)} is {Workers}; expected at least 0."));
        Store.Validate();
        Linker.Validate();
    }
}
