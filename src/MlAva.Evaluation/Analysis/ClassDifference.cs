using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>What a class gained or lost against the first run.</summary>
/// <param name="Id">The class id.</param>
/// <param name="Name">The class name.</param>
/// <param name="Group">The class's group.</param>
/// <param name="NumGroundTruth">Ground truth of the class.</param>
/// <param name="Before">AP of the first run; NaN without ground truth.</param>
/// <param name="After">AP of the other run; NaN without ground truth.</param>
/// <param name="Interval">Where the difference lies, over those resamplings that hold ground truth of the class.</param>
public sealed record ClassDifference(
    int Id, string Name, ActionGroup Group, int NumGroundTruth, double Before, double After, Interval Interval)
{
    /// <summary><see cref="After"/> − <see cref="Before"/>.</summary>
    public double Difference => After - Before;
}
