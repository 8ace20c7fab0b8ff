namespace MlAva.Networks;

/// <summary>How this build's numbers compare with a reference case's.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Quantities">What was compared, in the order of computation.</param>
/// <param name="Skipped">What was not, and why.</param>
public sealed record VerificationReport(string Case, IReadOnlyList<VerifiedQuantity> Quantities, IReadOnlyList<string> Skipped)
{
    /// <summary>Every quantity is within its tolerance.</summary>
    public bool IsWithin => Quantities.All(q => q.IsWithin);
}
