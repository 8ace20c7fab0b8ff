using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>The mean over one group's classes.</summary>
/// <param name="Group">The group.</param>
/// <param name="MeanAveragePrecision">Mean AP over the group's classes that are averaged; NaN when none is.</param>
/// <param name="NumClasses">Classes of the group.</param>
/// <param name="NumClassesAveraged">Those averaged (<see cref="ClassResult.IsAveraged"/>).</param>
public sealed record GroupResult(ActionGroup Group, double MeanAveragePrecision, int NumClasses, int NumClassesAveraged);
