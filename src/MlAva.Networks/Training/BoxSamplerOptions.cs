namespace MlAva.Networks;

/// <summary>How many boxes of an image are trained on (MMDetection's RandomSampler; reference specification §5.4).</summary>
public sealed record BoxSamplerOptions
{
    /// <summary>Boxes per image, at most.</summary>
    public int Count { get; init; } = 32;

    /// <summary>Share of <see cref="Count"/> that positives may take.</summary>
    public double PositiveFraction { get; init; } = 1;

    /// <summary>Negatives per positive, at most; −1: no limit.</summary>
    public double NegativesPerPositive { get; init; } = -1;

    /// <summary>Whether ground truths are put in front of the proposals, assigned to themselves.</summary>
    public bool AddTruthsAsProposals { get; init; } = true;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (Count < 1) throw new ArgumentException($"{nameof(BoxSamplerOptions)}.{nameof(Count)} is {Count}; expected at least 1.");
        if (PositiveFraction is not (> 0 and <= 1))
            throw new ArgumentException(FormattableString.Invariant($"{nameof(BoxSamplerOptions)}.{nameof(PositiveFraction)} is {PositiveFraction}; expected above 0, at most 1."));
        if (NegativesPerPositive is not (-1 or >= 0))
            throw new ArgumentException(FormattableString.Invariant($"{nameof(BoxSamplerOptions)}.{nameof(NegativesPerPositive)} is {NegativesPerPositive}; expected -1 (no limit), or 0 or more."));
    }
}
