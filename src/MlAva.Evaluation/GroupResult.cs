using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>The mean over one group's classes.</summary>
/// <param name="Group">The group.</param>
/// <param name="MeanAveragePrecision">Mean AP over the group's classes that have ground truth; NaN when none has.</param>
/// <param name="NumClasses">Classes of the group.</param>
/// <param name="NumClassesAveraged">Those with ground truth.</param>
public sealed record GroupResult(ActionGroup Group, double MeanAveragePrecision, int NumClasses, int NumClassesAveraged);
