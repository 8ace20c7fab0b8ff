namespace MlAva.Video;

/// <summary>Turns a picture file's bytes into uint8 RGB in memory of the caller's. Thread-safe. <see cref="FrameDecoders"/> has those there are.</summary>
public interface IFrameDecoder
{
    /// <summary>Library and version, for people.</summary>
    string Name { get; }

    /// <summary>Reads a picture's size, turned upright, from its header.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <exception cref="FrameDecodeException">The bytes are no picture.</exception>
    FrameSize ReadSize(ReadOnlySpan<byte> image, string source);

    /// <summary>Decodes a picture of known size.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="expected">The size that the picture must have, upright.</param>
    /// <param name="destination">[H, W, 3], uint8, RGB; only the picture's own bytes are written.</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <param name="frame">The frame's index in the file, for messages; null when the file is one picture.</param>
    /// <exception cref="FrameDecodeException">The bytes are no picture, or it is truncated or corrupt, or of another size.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    void Decode(ReadOnlySpan<byte> image, FrameSize expected, Span<byte> destination, string source, int? frame);
}
