namespace MlAva.Video;

/// <summary>A video's frames by number, wherever they lie. Reading from several threads at once is allowed.</summary>
public interface IFrameStore : IDisposable
{
    /// <summary>The folder or file.</summary>
    string Path { get; }

    /// <summary>Size of every frame in pixels, upright.</summary>
    /// <exception cref="FrameDecodeException">The first frame cannot be read.</exception>
    FrameSize Size { get; }

    /// <summary>Index of the first frame.</summary>
    int FirstIndex { get; }

    /// <summary>Index of the last frame; null when the store cannot tell without decoding everything.</summary>
    int? LastIndex { get; }

    /// <summary>Number of frames; null when unknown. Less than the span of indices where frames are missing in between.</summary>
    int? FrameCount { get; }

    /// <summary>Frames a second, where known.</summary>
    double? Fps { get; }

    /// <summary>Decodes frames into a clip. An index that repeats is decoded once.</summary>
    /// <param name="indices">At least one frame index, in any order.</param>
    /// <param name="buffer">Memory for the clip, used when it is long enough; null or too short allocates.</param>
    /// <param name="cancellationToken">Cancels between frames.</param>
    /// <returns>[T, H, W, 3], T = number of indices, in their order.</returns>
    /// <exception cref="FrameStoreException">A frame is missing.</exception>
    /// <exception cref="FrameDecodeException">A frame is broken or of another size.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken);
}
