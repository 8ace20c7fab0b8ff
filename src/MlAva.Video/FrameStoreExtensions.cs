namespace MlAva.Video;

/// <summary>Shorter ways to read from a frame store.</summary>
public static class FrameStoreExtensions
{
    /// <summary>Decodes frames into a new clip.</summary>
    /// <param name="store">The frames.</param>
    /// <param name="indices">At least one frame index, in any order.</param>
    /// <param name="cancellationToken">Cancels between frames.</param>
    /// <exception cref="FrameStoreException">A frame is missing.</exception>
    /// <exception cref="FrameDecodeException">A frame is broken or of another size.</exception>
    public static VideoClip Read(this IFrameStore store, ReadOnlySpan<int> indices, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Read(indices, null, cancellationToken);
    }

    /// <summary>Decodes one frame.</summary>
    /// <param name="store">The frames.</param>
    /// <param name="index">The frame index.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="FrameStoreException">The frame is missing.</exception>
    /// <exception cref="FrameDecodeException">The frame is broken.</exception>
    public static RgbImage ReadImage(this IFrameStore store, int index, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return RgbImage.FromClip(store.Read([index], null, cancellationToken), 0);
    }

    /// <summary>The range of indices, for bounding a <see cref="ClipSampler"/>; null when the store cannot tell.</summary>
    public static FrameRange? Range(this IFrameStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.LastIndex is { } last ? new FrameRange(store.FirstIndex, last) : null;
    }
}
