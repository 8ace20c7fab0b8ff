using MlAva.Annotations;
using MlAva.Video;

namespace MlAva;

/// <summary>How a keyframe becomes the network's input: which frames, which size, which numbers. Defaults are AVA's (4×16, short side 256).</summary>
public sealed record ClipOptions
{
    /// <summary>Which frames make up a clip, and how timestamps map to frames.</summary>
    public ClipSamplerOptions Sampling { get; init; } = new();

    /// <summary>How frames are found and decoded.</summary>
    public FrameStoreOptions Frames { get; init; } = new();

    /// <summary>The short side that clips are resized to for scoring, in pixels.</summary>
    public int ShortSide { get; init; } = 256;

    /// <summary>What chance does to a clip in training.</summary>
    public ClipAugmentationOptions Augmentation { get; init; } = new();

    /// <summary>The mean of the red, green and blue values, 0–255.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [123.675f, 116.28f, 103.53f];

    /// <summary>Their standard deviation.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [58.395f, 57.12f, 57.375f];

    /// <summary>Whether known faults of the reference in training, testing or its demo are mirrored.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>
    /// <see cref="Frames"/>, with the rate of <see cref="Sampling"/> where it names none: frames of a video file must be counted at the rate at which the
    /// sampler counts them.
    /// </summary>
    public FrameStoreOptions FramesAtSamplingRate() => Frames.Fps is null ? Frames with { Fps = Sampling.Fps } : Frames;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Sampling.Validate();
        Augmentation.Validate();
        if (!Enum.IsDefined(Compatibility))
        {
            throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(Compatibility)} is {Compatibility}; "
                + $"expected {string.Join(", ", Enum.GetNames<Compatibility>())}.");
        }
        if (ShortSide < 1) throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(ShortSide)} is {ShortSide}; expected at least 1.");
        if (Mean.Count != 3) throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(Mean)} has {Mean.Count} values; expected three (red, green, blue).");
        if (StandardDeviation.Count != 3 || StandardDeviation.Any(s => !(s > 0)))
            throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(StandardDeviation)} is ({string.Join(", ", StandardDeviation)}); expected three values above 0.");
    }
}
