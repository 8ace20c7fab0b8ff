using MlAva.Video;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="SampleFramesTransformer"/>.</summary>
public sealed record SampleFramesOptions
{
    /// <summary>Which frames make up a clip.</summary>
    public ClipSamplerOptions Sampling { get; init; } = new();

    /// <summary>Whether every frame of the clip is the keyframe: what is left of a score then does not come from motion.</summary>
    public bool RepeatKeyframe { get; init; }
}
