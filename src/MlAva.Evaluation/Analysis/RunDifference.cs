namespace MlAva.Evaluation.Analysis;

/// <summary>One run against the first.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Difference">Its mAP less the first run's.</param>
/// <param name="Interval">Where the difference lies: both runs on the same resampled videos, so what is hard for both cancels.</param>
/// <param name="ShareBetter">Share of the resamplings in which it is better; equal ones count half.</param>
/// <param name="Classes">The classes, by id.</param>
public sealed record RunDifference(
    string Name, double Difference, Interval Interval, double ShareBetter, IReadOnlyList<ClassDifference> Classes)
{
    /// <summary>Classes that gained, the largest gain first.</summary>
    public IEnumerable<ClassDifference> Gained =>
        Classes.Where(c => c.Difference > 0).OrderByDescending(c => c.Difference).ThenBy(c => c.Id);

    /// <summary>Classes that lost, the largest loss first.</summary>
    public IEnumerable<ClassDifference> Lost => Classes.Where(c => c.Difference < 0).OrderBy(c => c.Difference).ThenBy(c => c.Id);
}
