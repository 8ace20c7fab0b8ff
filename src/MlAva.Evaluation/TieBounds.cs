namespace MlAva.Evaluation;

/// <summary>Between which values a figure lies, whatever the order in which equal scores are ranked.</summary>
/// <remarks>
/// <para>
/// Lowest: among equal scores all false positives come first; highest: all true positives. Both are met by some order, so the bounds
/// are as tight as can be; classes are ranked apart, so the same holds for means over classes.
/// </para>
/// <para>
/// The order cannot change how many true positives there are among equal scores. A detection looks only at the ground truth that it
/// overlaps most, taken or not, so each ground truth has its own claimants, and the first of them to come, one of the highest score, is its
/// true positive whichever of the equals that is. What the bounds leave open is the order of ground truth that a detection overlaps
/// equally, and which of equal scores a cap of 50 keeps: both depend on files, not on the ranking.
/// </para>
/// </remarks>
/// <param name="Lowest">The lowest value, 0–1, or NaN where the figure is undefined.</param>
/// <param name="Highest">The highest value, 0–1, or NaN where the figure is undefined.</param>
public readonly record struct TieBounds(double Lowest, double Highest);
