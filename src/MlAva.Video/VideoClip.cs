namespace MlAva.Video;

/// <summary>
/// A run of frames as bytes: [T, H, W, 3], uint8, RGB, in one contiguous buffer, together with the geometry that maps boxes of the
/// original frame to the current one. Treat a clip as immutable once built: operations give a new clip.
/// </summary>
public sealed class VideoClip
{
    /// <summary>Creates a clip over a new, zeroed buffer.</summary>
    /// <param name="frames">Number of frames, at least 1.</param>
    /// <param name="size">Size of every frame.</param>
    /// <param name="geometry">How the frames came about; null for frames as decoded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side or the number of frames is below 1, or the clip is beyond 2 GB.</exception>
    /// <exception cref="ArgumentException"><paramref name="geometry"/> ends in another size.</exception>
    public VideoClip(int frames, FrameSize size, ClipGeometry? geometry = null)
        : this(new byte[ByteCount(frames, size)], frames, size, geometry) { }

    /// <summary>Creates a clip over the caller's buffer, which may be longer than needed (rented from a pool, say) and is not copied.</summary>
    /// <param name="buffer">At least <paramref name="frames"/> × <see cref="FrameSize.ByteCount"/> bytes.</param>
    /// <param name="frames">Number of frames, at least 1.</param>
    /// <param name="size">Size of every frame.</param>
    /// <param name="geometry">How the frames came about; null for frames as decoded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side or the number of frames is below 1, or the clip is beyond 2 GB.</exception>
    /// <exception cref="ArgumentException">The buffer is too short, or <paramref name="geometry"/> ends in another size.</exception>
    public VideoClip(byte[] buffer, int frames, FrameSize size, ClipGeometry? geometry = null)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        int length = ByteCount(frames, size);
        if (buffer.Length < length)
            throw new ArgumentException($"{frames} frames of {size} need {length} bytes; the buffer has {buffer.Length}.", nameof(buffer));
        if (geometry is not null && geometry.Size != size)
            throw new ArgumentException($"The geometry ends in {geometry.Size}, the frames are {size}.", nameof(geometry));
        (Buffer, Frames, Size) = (buffer, frames, size);
        Geometry = geometry ?? ClipGeometry.Original(size);
    }

    /// <summary>Number of frames, T.</summary>
    public int Frames { get; }

    /// <summary>Size of every frame.</summary>
    public FrameSize Size { get; }

    /// <summary>Height of every frame in pixels.</summary>
    public int Height => Size.Height;

    /// <summary>Width of every frame in pixels.</summary>
    public int Width => Size.Width;

    /// <summary>Bytes of one frame: H × W × 3.</summary>
    public int FrameBytes => Size.ByteCount;

    /// <summary>What happened to the frames since decoding; maps boxes to and fro.</summary>
    public ClipGeometry Geometry { get; }

    /// <summary>The underlying buffer; may be longer than <see cref="Pixels"/>.</summary>
    public byte[] Buffer { get; }

    /// <summary>All pixels, [T, H, W, 3], exactly.</summary>
    public Span<byte> Pixels => Buffer.AsSpan(0, Frames * FrameBytes);

    /// <summary>The pixels of frame <paramref name="index"/>, [H, W, 3].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public Span<byte> Frame(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Frames);
        return Buffer.AsSpan(index * FrameBytes, FrameBytes);
    }

    /// <summary>Bytes that a clip of this shape takes: frames × height × width × 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side or the number of frames is below 1, or the clip is beyond 2 GB.</exception>
    public static int ByteCount(int frames, FrameSize size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        if (size.Width < 1 || size.Height < 1) throw new ArgumentOutOfRangeException(nameof(size), size, "Both sides must be at least 1.");
        Int128 bytes = (Int128)frames * size.Width * size.Height * 3;
        return bytes <= Array.MaxLength
            ? (int)bytes
            : throw new ArgumentOutOfRangeException(nameof(frames), frames, $"{frames} frames of {size} take {bytes} bytes; one clip holds at most {Array.MaxLength}.");
    }

    /// <summary>For example <c>8x340x256 (frames x width x height)</c>.</summary>
    public override string ToString() => $"{Frames}x{Size} (frames x width x height)";
}
