namespace MlAva.Networks;

/// <summary>One kind of numbers compared with the reference's.</summary>
/// <param name="Name">What is compared, such as "logits".</param>
/// <param name="Count">How many numbers.</param>
/// <param name="MaxAbsoluteDifference">The largest difference; infinite where there is no number on one side.</param>
/// <param name="MaxRelativeDifference">The largest difference as a share of the largest reference value of its array.</param>
/// <param name="Tolerance">
/// What may be, in the unit that <paramref name="IsRelative"/> says, as it is applied: an absolute one is no less than 2e-6 of the largest reference value,
/// and <see cref="VerificationOptions.Slack"/> is in it.
/// </param>
/// <param name="IsRelative">Whether the tolerance is one of the relative difference.</param>
/// <param name="Remark">What else is to be known, such as the entry that is furthest off.</param>
public sealed record VerifiedQuantity(
    string Name, long Count, double MaxAbsoluteDifference, double MaxRelativeDifference, double Tolerance, bool IsRelative, string Remark = "")
{
    /// <summary>The difference is within the tolerance.</summary>
    public bool IsWithin => (IsRelative ? MaxRelativeDifference : MaxAbsoluteDifference) <= Tolerance;
}
