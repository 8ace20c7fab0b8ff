namespace MlAva.Video;

/// <summary>
/// Random rescale, random crop and flip, as single steps and as one. Chance and arithmetic are apart: every random step also exists with its
/// parameters given, so that a run can be replayed. Boxes follow through <see cref="VideoClip.Geometry"/>.
/// </summary>
public static class ClipAugmentation
{
    /// <summary>Resizes to a short edge drawn from [<paramref name="minimum"/>, <paramref name="maximum"/>], both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or below 1.</exception>
    public static VideoClip RandomRescale(VideoClip clip, int minimum, int maximum, ClipRandom random)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(random);
        return Rescale(clip, DrawShortEdge(minimum, maximum, random));
    }

    /// <summary>Resizes to a short edge, keeping the proportions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The edge is below 1.</exception>
    public static VideoClip Rescale(VideoClip clip, int shortEdge)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return ClipResize.Resize(clip, ClipResize.SizeForShortEdge(clip.Size, shortEdge));
    }

    /// <summary>
    /// Cuts out a square at a random place. As in the reference the y offset is drawn first, the last offset never occurs (the upper
    /// bound is exclusive), and nothing is drawn for a side that fits already.
    /// </summary>
    /// <exception cref="ArgumentException">The frame is smaller than the square.</exception>
    public static VideoClip RandomCrop(VideoClip clip, int size, ClipRandom random)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(random);
        var (x, y) = DrawCrop(clip.Size, size, random);
        return Crop(clip, x, y, new(size, size));
    }

    /// <summary>Cuts out a rectangle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It reaches beyond the frame.</exception>
    public static VideoClip Crop(VideoClip clip, int x, int y, FrameSize size)
    {
        ArgumentNullException.ThrowIfNull(clip);
        VideoClip result = new(clip.Frames, size, clip.Geometry.Crop(x, y, size));
        int stride = clip.Width * 3, bytes = size.Width * 3;
        for (int t = 0; t < clip.Frames; t++)
        {
            ReadOnlySpan<byte> from = clip.Frame(t);
            Span<byte> to = result.Frame(t);
            for (int row = 0; row < size.Height; row++) from.Slice((y + row) * stride + x * 3, bytes).CopyTo(to[(row * bytes)..]);
        }

        return result;
    }

    /// <summary>Mirrors the clip with the given likelihood; otherwise gives it back as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is not 0–1.</exception>
    public static VideoClip RandomFlip(VideoClip clip, double probability, ClipRandom random)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(random);
        if (probability is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "The likelihood must be from 0 to 1.");
        return random.NextDouble() < probability ? Flip(clip) : clip;
    }

    /// <summary>Mirrors every frame left and right.</summary>
    public static VideoClip Flip(VideoClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        VideoClip result = new(clip.Frames, clip.Size, clip.Geometry.Flip());
        // Same size, so the plan copies rows in reverse.
        using BilinearPlan plan = new(clip.Size, clip.Size, 0, 0, clip.Size, flip: true);
        for (int t = 0; t < clip.Frames; t++) plan.Run(clip.Frame(t), result.Frame(t));
        return result;
    }

    /// <summary>Draws all parameters in the reference's order: short edge, y, x, flip.</summary>
    /// <param name="size">Size of the clip as decoded.</param>
    /// <param name="options">The ranges.</param>
    /// <param name="random">The source of chance.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static AugmentationDraw Draw(FrameSize size, ClipAugmentationOptions options, ClipRandom random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        int shortEdge = DrawShortEdge(options.ShortEdgeMinimum, options.ShortEdgeMaximum, random);
        var (x, y) = DrawCrop(ClipResize.SizeForShortEdge(size, shortEdge), options.CropSize, random);
        return new(shortEdge, x, y, random.NextDouble() < options.FlipProbability);
    }

    /// <summary>Rescales, crops and flips as drawn, in one pass that computes the remaining pixels only.</summary>
    /// <param name="clip">The clip as decoded.</param>
    /// <param name="cropSize">Side of the square that is cut out.</param>
    /// <param name="draw">The parameters.</param>
    /// <param name="buffer">Memory for the result, used when it is long enough; null or too short allocates.</param>
    /// <param name="maxDegreeOfParallelism">Threads to spread the frames over; the result does not depend on it.</param>
    /// <param name="cancellationToken">Cancels between frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">The draw does not suit the clip: the crop leaves the resized frame.</exception>
    public static VideoClip Apply(
        VideoClip clip, int cropSize, AugmentationDraw draw, byte[]? buffer = null, int maxDegreeOfParallelism = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        FrameSize size = ClipResize.SizeForShortEdge(clip.Size, draw.ShortEdge);
        return ClipResize.ResizeAndCrop(clip, size, draw.CropX, draw.CropY, new(cropSize, cropSize), draw.Flip, buffer, maxDegreeOfParallelism, cancellationToken);
    }

    static int DrawShortEdge(int minimum, int maximum, ClipRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        return random.Next(minimum, checked(maximum + 1));
    }

    static (int X, int Y) DrawCrop(FrameSize frame, int size, ClipRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (frame.ShortEdge < size)
            throw new ArgumentException($"A crop of {size}x{size} does not fit a frame of {frame}: resize to a short edge of at least {size} first.");
        int y = frame.Height > size ? random.Next(0, frame.Height - size) : 0;
        int x = frame.Width > size ? random.Next(0, frame.Width - size) : 0;
        return (x, y);
    }
}
