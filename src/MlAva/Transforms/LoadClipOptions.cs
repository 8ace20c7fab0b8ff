using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="LoadClipTransformer"/>.</summary>
public sealed record LoadClipOptions
{
    /// <summary>How frames are found and decoded.</summary>
    public FrameStoreOptions Frames { get; init; } = new();

    /// <summary>
    /// What becomes of a row whose frames cannot be read: the error, or a clip that is missing. Steps that follow pass a missing clip on,
    /// and a detector finds nobody in it.
    /// </summary>
    public OnError OnError { get; init; }

    /// <summary>Megabytes of decoded frames that are kept in memory for clips that share them; 0: none.</summary>
    public int CacheMegabytes { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Frames.Validate();
        if (!Enum.IsDefined(OnError))
            throw new ArgumentException($"{nameof(LoadClipOptions)}.{nameof(OnError)} is {OnError}; expected Fail or Skip.");
        if (CacheMegabytes < 0)
            throw new ArgumentException($"{nameof(LoadClipOptions)}.{nameof(CacheMegabytes)} is {CacheMegabytes}; expected 0 or more.");
    }
}
