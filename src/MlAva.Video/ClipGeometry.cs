using System.Collections.Immutable;

namespace MlAva.Video;

/// <summary>
/// The steps (resize, crop, flip) that led from the original frame to the current one, in order. Replays them on boxes with
/// the reference's arithmetic, to the last bit (reference specification §7.2–7.5). Immutable; equal when size and steps are.
/// </summary>
public sealed class ClipGeometry : IEquatable<ClipGeometry>
{
    readonly ImmutableArray<Step> _steps;

    ClipGeometry(FrameSize originalSize, FrameSize size, ImmutableArray<Step> steps) => (OriginalSize, Size, _steps) = (originalSize, size, steps);

    enum StepKind { Resize, Crop, Flip }

    /// <summary>Size of the frame as decoded.</summary>
    public FrameSize OriginalSize { get; }

    /// <summary>Size of the frame now.</summary>
    public FrameSize Size { get; }

    /// <summary>Whether an odd number of flips took place: the frame is mirrored.</summary>
    public bool IsFlipped => _steps.Count(s => s.Kind == StepKind.Flip) % 2 == 1;

    /// <summary>A frame as decoded.</summary>
    /// <param name="size">Its size.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static ClipGeometry Original(FrameSize size) => new(Checked(size), size, []);

    /// <summary>The geometry after a resize to <paramref name="size"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public ClipGeometry Resize(FrameSize size) => With(new(StepKind.Resize, Size, Checked(size), 0, 0));

    /// <summary>The geometry after cutting out <paramref name="size"/> with its top left corner at (<paramref name="x"/>, <paramref name="y"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cut reaches beyond the frame.</exception>
    public ClipGeometry Crop(int x, int y, FrameSize size)
    {
        if (x < 0 || y < 0 || size.Width < 1 || size.Height < 1 || (long)x + size.Width > Size.Width || (long)y + size.Height > Size.Height)
            throw new ArgumentOutOfRangeException(nameof(size), $"A crop of {size} at ({x}, {y}) does not lie within the frame of {Size}.");
        return With(new(StepKind.Crop, Size, size, x, y));
    }

    /// <summary>The geometry after mirroring left and right.</summary>
    public ClipGeometry Flip() => With(new(StepKind.Flip, Size, Size, 0, 0));

    /// <summary>
    /// Where boxes of the original frame lie in the current one. Normalised coordinates are multiplied by (w, h, w, h) in double
    /// and rounded to single; a resize multiplies by single(new / old); a crop subtracts its corner and clips to [0, size − 1], so that
    /// a box cut away stays, without area; a flip gives x1 = W − x2, x2 = W − x1.
    /// </summary>
    /// <param name="normalised">[n, 4], x1 y1 x2 y2, 0–1 of the original frame.</param>
    /// <returns>[n, 4], pixels of the current frame.</returns>
    /// <exception cref="ArgumentException">The length is no multiple of 4.</exception>
    public float[] ToPixels(ReadOnlySpan<double> normalised)
    {
        float[] boxes = new float[BoxValues(normalised.Length)];
        for (int i = 0; i < boxes.Length; i++) boxes[i] = (float)(normalised[i] * (i % 2 == 0 ? OriginalSize.Width : OriginalSize.Height));
        Replay(boxes);
        return boxes;
    }

    /// <summary>
    /// As the double overload; the values are widened first. Coordinates that went through single precision can land one rounding step
    /// (about 1e-5 pixels) beside the reference, which keeps them in double until here.
    /// </summary>
    /// <param name="normalised">[n, 4], x1 y1 x2 y2, 0–1 of the original frame.</param>
    /// <returns>[n, 4], pixels of the current frame.</returns>
    /// <exception cref="ArgumentException">The length is no multiple of 4.</exception>
    public float[] ToPixels(ReadOnlySpan<float> normalised)
    {
        float[] boxes = new float[BoxValues(normalised.Length)];
        for (int i = 0; i < boxes.Length; i++) boxes[i] = (float)((double)normalised[i] * (i % 2 == 0 ? OriginalSize.Width : OriginalSize.Height));
        Replay(boxes);
        return boxes;
    }

    /// <summary>Takes boxes in pixels of the original frame to pixels of the current one, in place.</summary>
    /// <param name="pixels">[n, 4], x1 y1 x2 y2.</param>
    /// <exception cref="ArgumentException">The length is no multiple of 4.</exception>
    public void Replay(Span<float> pixels)
    {
        BoxValues(pixels.Length);
        foreach (Step step in _steps) step.Apply(pixels);
    }

    /// <summary>
    /// The way back at test time, in single precision (reference specification §4.5): flips at the end are undone with W − 1 − x (the reference's
    /// rule, one pixel off the training flip), then pixels are divided by the current size, then crops are undone in normalised coordinates.
    /// What a crop clipped away does not come back. A flip before a crop, which the reference never has, is undone with 1 − x.
    /// </summary>
    /// <param name="pixels">[n, 4], x1 y1 x2 y2, pixels of the current frame.</param>
    /// <returns>[n, 4], 0–1 of the original frame.</returns>
    /// <exception cref="ArgumentException">The length is no multiple of 4.</exception>
    public float[] ToNormalised(ReadOnlySpan<float> pixels)
    {
        BoxValues(pixels.Length);
        float[] boxes = pixels.ToArray();
        int end = _steps.Length;
        for (; end > 0 && _steps[end - 1].Kind == StepKind.Flip; end--)
        {
            float last = Size.Width - 1;
            for (int i = 0; i < boxes.Length; i += 4) (boxes[i], boxes[i + 2]) = (last - boxes[i + 2], last - boxes[i]);
        }

        for (int i = 0; i < boxes.Length; i++) boxes[i] /= i % 2 == 0 ? Size.Width : Size.Height;
        while (end-- > 0)
        {
            Step step = _steps[end];
            if (step.Kind == StepKind.Flip)
            {
                for (int i = 0; i < boxes.Length; i += 4) (boxes[i], boxes[i + 2]) = (1 - boxes[i + 2], 1 - boxes[i]);
            }
            else if (step.Kind == StepKind.Crop)
            {
                var (x, y, width, height) = step.Quadruple();
                for (int i = 0; i < boxes.Length; i++) boxes[i] = boxes[i] * (i % 2 == 0 ? width : height) + (i % 2 == 0 ? x : y);
            }
        }

        return boxes;
    }

    /// <summary>Whether the sizes and all steps are the same.</summary>
    public bool Equals(ClipGeometry? other) => other is not null && OriginalSize == other.OriginalSize && _steps.AsSpan().SequenceEqual(other._steps.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClipGeometry);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(OriginalSize);
        foreach (Step step in _steps) hash.Add(step);
        return hash.ToHashCode();
    }

    /// <summary>For example <c>340x256, resize 425x320, crop 256x256 at (3, 9), flip</c>.</summary>
    public override string ToString() => string.Join(", ", [OriginalSize.ToString(), .. _steps.Select(s => s.ToString())]);

    ClipGeometry With(Step step) => new(OriginalSize, step.After, _steps.Add(step));

    static FrameSize Checked(FrameSize size) => size.Width >= 1 && size.Height >= 1
        ? size
        : throw new ArgumentOutOfRangeException(nameof(size), size, "Both sides must be at least 1.");

    static int BoxValues(int length) => length % 4 == 0
        ? length
        : throw new ArgumentException($"Boxes are n x 4 values x1 y1 x2 y2; {length} values are no multiple of 4.");

    readonly record struct Step(StepKind Kind, FrameSize Before, FrameSize After, int X, int Y)
    {
        public void Apply(Span<float> boxes)
        {
            switch (Kind)
            {
                case StepKind.Resize:
                    float scaleX = (float)((double)After.Width / Before.Width), scaleY = (float)((double)After.Height / Before.Height);
                    for (int i = 0; i < boxes.Length; i++) boxes[i] *= i % 2 == 0 ? scaleX : scaleY;
                    break;
                case StepKind.Crop:
                    for (int i = 0; i < boxes.Length; i++)
                        boxes[i] = i % 2 == 0 ? Math.Clamp(boxes[i] - X, 0f, After.Width - 1) : Math.Clamp(boxes[i] - Y, 0f, After.Height - 1);
                    break;
                default:
                    float width = Before.Width;
                    for (int i = 0; i < boxes.Length; i += 4) (boxes[i], boxes[i + 2]) = (width - boxes[i + 2], width - boxes[i]);
                    break;
            }
        }

        /// <summary>The crop's corner and size as parts of the frame before it, in single precision as the reference keeps them.</summary>
        public (float X, float Y, float Width, float Height) Quadruple() => (
            (float)((double)X / Before.Width), (float)((double)Y / Before.Height),
            (float)((double)After.Width / Before.Width), (float)((double)After.Height / Before.Height));

        public override string ToString() => Kind switch
        {
            StepKind.Resize => $"resize {After}",
            StepKind.Crop => $"crop {After} at ({X}, {Y})",
            _ => "flip",
        };
    }
}
