using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="SampleFramesTransformer"/>.</summary>
public sealed record SampleFramesOptions
{
    /// <summary>Which frames make up a clip.</summary>
    public ClipSamplerOptions Sampling { get; init; } = new();

    /// <summary>Whether every frame of the clip is the keyframe: what is left of a score then does not come from motion.</summary>
    public bool RepeatKeyframe { get; init; }

    /// <summary>Whether chance moves every frame by up to half an interval, as in training (reference specification §7.1).</summary>
    public bool Jitter { get; init; }

    /// <summary>
    /// Where chance starts; each row draws from a sequence of its own, found by seed, video and time, so threads and order do not matter.
    /// </summary>
    public ulong Seed { get; init; }

    /// <summary>Whether a known fault of the reference is mirrored: the demo's clips come one frame interval late.</summary>
    public Compatibility Compatibility { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Sampling.Validate();
        if (Jitter && RepeatKeyframe)
        {
            throw new ArgumentException(
                $"{nameof(SampleFramesOptions)}.{nameof(Jitter)} is true; expected false with {nameof(RepeatKeyframe)}.");
        }
        if (!Enum.IsDefined(Compatibility))
        {
            throw new ArgumentException($"{nameof(SampleFramesOptions)}.{nameof(Compatibility)} is {Compatibility}; "
                + $"expected {string.Join(", ", Enum.GetNames<Compatibility>())}.");
        }
    }
}
