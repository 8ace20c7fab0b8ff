namespace MlAva.Video;

/// <summary>
/// Bilinear resizing of uint8 RGB, bit for bit as OpenCV's <c>INTER_LINEAR</c> does it on 8-bit images (reference specification §7.3): 11-bit
/// fixed-point weights, and the mean of 2×2 pixels where both sides are exactly halved. Also the reference's rules for sizes.
/// </summary>
public static class ClipResize
{
    /// <summary>The size at which the shorter side is <paramref name="shortEdge"/> and the proportions stay: int(x × factor + 0.5).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side or the edge is below 1.</exception>
    public static FrameSize SizeForShortEdge(FrameSize size, int shortEdge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortEdge, 1);
        return Scaled(size, (double)shortEdge / CheckedShortEdge(size));
    }

    /// <summary>The largest size of the same proportions with the longer side at most the larger, the shorter at most the smaller of two edges.</summary>
    /// <param name="size">The present size.</param>
    /// <param name="edge">One bound.</param>
    /// <param name="otherEdge">The other bound; the order does not matter.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side or an edge is below 1.</exception>
    public static FrameSize SizeWithin(FrameSize size, int edge, int otherEdge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(edge, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(otherEdge, 1);
        double byShort = (double)Math.Min(edge, otherEdge) / CheckedShortEdge(size);
        return Scaled(size, Math.Min((double)Math.Max(edge, otherEdge) / size.LongEdge, byShort));
    }

    /// <summary>The size multiplied by <paramref name="factor"/>, each side int(x × factor + 0.5), at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the factor is not positive.</exception>
    public static FrameSize Scaled(FrameSize size, double factor)
    {
        CheckedShortEdge(size);
        if (!(factor > 0) || size.LongEdge * factor + 0.5 >= int.MaxValue) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be positive and reasonable.");
        return new(Math.Max(1, (int)(size.Width * factor + 0.5)), Math.Max(1, (int)(size.Height * factor + 0.5)));
    }

    /// <summary>Resizes every frame; boxes follow through the clip's geometry.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="size">The new size.</param>
    /// <param name="buffer">Memory for the result, used when it is long enough; null or too short allocates.</param>
    /// <param name="maxDegreeOfParallelism">Threads to spread the frames over; the result does not depend on it.</param>
    /// <param name="cancellationToken">Cancels between frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side of <paramref name="size"/>, or the number of threads, is below 1.</exception>
    public static VideoClip Resize(
        VideoClip clip, FrameSize size, byte[]? buffer = null, int maxDegreeOfParallelism = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return Run(clip, size, 0, 0, size, flip: false, clip.Geometry.Resize(size), buffer, maxDegreeOfParallelism, cancellationToken);
    }

    /// <summary>
    /// Resizes, crops and mirrors in one pass: the same pixels as the three steps one after the other, but only those that remain are computed.
    /// </summary>
    /// <param name="clip">The frames.</param>
    /// <param name="size">Size of the whole frame after resizing.</param>
    /// <param name="x">Left edge of the crop in the resized frame.</param>
    /// <param name="y">Top edge of the crop in the resized frame.</param>
    /// <param name="crop">Size of the crop, and of the result.</param>
    /// <param name="flip">Whether to mirror the crop left and right.</param>
    /// <param name="buffer">Memory for the result, used when it is long enough; null or too short allocates.</param>
    /// <param name="maxDegreeOfParallelism">Threads to spread the frames over; the result does not depend on it.</param>
    /// <param name="cancellationToken">Cancels between frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop does not lie in the resized frame, or a size is below 1.</exception>
    public static VideoClip ResizeAndCrop(
        VideoClip clip, FrameSize size, int x, int y, FrameSize crop, bool flip = false, byte[]? buffer = null, int maxDegreeOfParallelism = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ClipGeometry geometry = clip.Geometry.Resize(size).Crop(x, y, crop);
        return Run(clip, size, x, y, crop, flip, flip ? geometry.Flip() : geometry, buffer, maxDegreeOfParallelism, cancellationToken);
    }

    /// <summary>Resizes one RGB frame.</summary>
    /// <param name="source">[h, w, 3].</param>
    /// <param name="sourceSize">Size of <paramref name="source"/>.</param>
    /// <param name="destination">[H, W, 3]; must not overlap the source.</param>
    /// <param name="size">Size of <paramref name="destination"/>.</param>
    /// <exception cref="ArgumentException">A span is shorter than its size says.</exception>
    public static void Resize(ReadOnlySpan<byte> source, FrameSize sourceSize, Span<byte> destination, FrameSize size)
    {
        CheckedShortEdge(sourceSize);
        CheckedShortEdge(size);
        if (source.Length < sourceSize.ByteCount) throw new ArgumentException($"A frame of {sourceSize} has {sourceSize.ByteCount} bytes, not {source.Length}.", nameof(source));
        if (destination.Length < size.ByteCount) throw new ArgumentException($"A frame of {size} has {size.ByteCount} bytes, not {destination.Length}.", nameof(destination));
        using BilinearPlan plan = new(sourceSize, size, 0, 0, size, flip: false);
        plan.Run(source, destination);
    }

    static VideoClip Run(
        VideoClip clip, FrameSize size, int x, int y, FrameSize window, bool flip, ClipGeometry geometry, byte[]? buffer, int maxDegreeOfParallelism,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism, 1);
        int bytes = VideoClip.ByteCount(clip.Frames, window);
        if (buffer is null || buffer.Length < bytes) buffer = GC.AllocateUninitializedArray<byte>(bytes);
        VideoClip result = new(buffer, clip.Frames, window, geometry);
        using BilinearPlan plan = new(clip.Size, size, x, y, window, flip);
        if (maxDegreeOfParallelism == 1 || clip.Frames == 1)
        {
            for (int i = 0; i < clip.Frames; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                plan.Run(clip.Frame(i), result.Frame(i));
            }
        }
        else
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = maxDegreeOfParallelism, CancellationToken = cancellationToken };
            Parallel.For(0, clip.Frames, options, i => plan.Run(clip.Frame(i), result.Frame(i)));
        }

        return result;
    }

    static int CheckedShortEdge(FrameSize size) => size.ShortEdge >= 1
        ? size.ShortEdge
        : throw new ArgumentOutOfRangeException(nameof(size), size, "Both sides must be at least 1.");
}
