using MlAva.Video;
using static System.FormattableString;

namespace MlAva.Preparation;

/// <summary>Which keyframes <see cref="DataSetPage"/> shows, and how.</summary>
public sealed record DataSetPageOptions
{
    /// <summary>The folder that holds a folder of frames, or a video file, for each video id.</summary>
    public required string Frames { get; init; }

    /// <summary>How frames are opened.</summary>
    public FrameStoreOptions Store { get; init; } = new();

    /// <summary>Frames a second; null: as the video or the manifest of its frames tells, else 30.</summary>
    public double? Fps { get; init; }

    /// <summary>The timestamp of the first frame; null: as <see cref="Diagnostics.TimeAxis"/> finds it.</summary>
    public double? TimestampStart { get; init; }

    /// <summary>Only these videos; null: all.</summary>
    public IReadOnlyCollection<string>? Videos { get; init; }

    /// <summary>Only keyframes with one of these actions, by the label map's id; null: all.</summary>
    public IReadOnlyCollection<int>? Actions { get; init; }

    /// <summary>At most so many keyframes, spread evenly over the set. Default 60.</summary>
    public int MaxKeyframes { get; init; } = 60;

    /// <summary>Width of the pictures in pixels. Default 420.</summary>
    public int Width { get; init; } = 420;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Frames)) throw new ArgumentException($"{nameof(Frames)} is empty; expected the folder of frames or videos.");
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        if (MaxKeyframes is < 1 or > 10_000) throw new ArgumentException(Invariant($"{nameof(MaxKeyframes)} is {MaxKeyframes}; expected 1 to 10000."));
        if (Width is < 32 or > 4096) throw new ArgumentException(Invariant($"{nameof(Width)} is {Width}; expected 32 to 4096 pixels."));
        Store.Validate();
    }
}
