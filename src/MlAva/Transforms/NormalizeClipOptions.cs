namespace MlAva.Transforms;

/// <summary>Settings of <see cref="NormalizeClipTransformer"/>. Defaults are AVA's (reference specification §1.2).</summary>
public sealed record NormalizeClipOptions
{
    /// <summary>The mean of the red, green and blue values, 0–255; with <see cref="ToBgr"/> of blue, green and red.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [123.675f, 116.28f, 103.53f];

    /// <summary>Their standard deviation.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [58.395f, 57.12f, 57.375f];

    /// <summary>Whether channels come out as blue, green, red.</summary>
    public bool ToBgr { get; init; }

    /// <summary>
    /// T, H and W of every clip, which make the column a tensor of known shape, as ONNX models want it; null: clips may differ.
    /// </summary>
    public IReadOnlyList<int>? Shape { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (Mean.Count != 3 || !Mean.All(float.IsFinite)) throw Illegal(nameof(Mean), Mean, "three numbers");
        if (StandardDeviation.Count != 3 || StandardDeviation.Any(s => !(s > 0) || !float.IsFinite(s)))
            throw Illegal(nameof(StandardDeviation), StandardDeviation, "three numbers above 0");
        if (Shape is { } shape && (shape.Count != 3 || shape.Any(s => s < 1)))
            throw Illegal(nameof(Shape), shape, "three numbers of at least 1: T, H, W");
    }

    static ArgumentException Illegal<T>(string option, IEnumerable<T> value, string expected) =>
        new(FormattableString.Invariant($"{nameof(NormalizeClipOptions)}.{option} is ({string.Join(", ", value)}); expected {expected}."));
}
