namespace MlAva.Transforms;

/// <summary>Settings of <see cref="ClipStepTransformer"/>.</summary>
public sealed record ClipStepOptions
{
    /// <summary>What is done.</summary>
    public ClipStep Step { get; init; }

    /// <summary>Pixels: the short side of <see cref="ClipStep.Resize"/>, the smallest one of <see cref="ClipStep.RandomRescale"/>, the side of <see cref="ClipStep.RandomCrop"/>.</summary>
    public int Size { get; init; } = 256;

    /// <summary>Pixels: the largest short side of <see cref="ClipStep.RandomRescale"/>.</summary>
    public int MaximumSize { get; init; } = 320;

    /// <summary>Pixels: the width of <see cref="ClipStep.ResizeTo"/>.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Pixels: the height of <see cref="ClipStep.ResizeTo"/>.</summary>
    public int Height { get; init; } = 256;

    /// <summary>How likely <see cref="ClipStep.RandomFlip"/> mirrors, 0–1.</summary>
    public double Probability { get; init; } = 0.5;

    /// <summary>Where chance starts; each row draws from a sequence of its own, found by seed, video and time, so threads and order do not matter.</summary>
    public ulong Seed { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Step))
        {
            throw new ArgumentException(
                $"{nameof(ClipStepOptions)}.{nameof(Step)} is {Step}; expected {string.Join(", ", Enum.GetNames<ClipStep>())}.");
        }
        if (Width < 1) throw new ArgumentException($"{nameof(ClipStepOptions)}.{nameof(Width)} is {Width}; expected at least 1.");
        if (Height < 1) throw new ArgumentException($"{nameof(ClipStepOptions)}.{nameof(Height)} is {Height}; expected at least 1.");
        if (Size < 1) throw new ArgumentException($"{nameof(ClipStepOptions)}.{nameof(Size)} is {Size}; expected at least 1.");
        if (Step == ClipStep.RandomRescale && MaximumSize < Size) throw new ArgumentException($"{nameof(ClipStepOptions)}.{nameof(MaximumSize)} is {MaximumSize}; expected at least {nameof(Size)}, {Size}.");
        if (Probability is not (>= 0 and <= 1)) throw new ArgumentException(FormattableString.Invariant($"{nameof(ClipStepOptions)}.{nameof(Probability)} is {Probability}; expected 0 to 1."));
    }
}
