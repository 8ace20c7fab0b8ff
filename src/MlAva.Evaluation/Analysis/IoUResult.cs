namespace MlAva.Evaluation.Analysis;

/// <summary>The evaluation at one IoU threshold.</summary>
/// <param name="Threshold">The smallest IoU of a match.</param>
/// <param name="MeanAveragePrecision">Mean over the classes with ground truth; NaN without any.</param>
/// <param name="AveragePrecisions">
/// AP of each class, by ascending id as in <see cref="FrameMapResult.Classes"/>; NaN without ground truth.
/// </param>
public sealed record IoUResult(double Threshold, double MeanAveragePrecision, IReadOnlyList<double> AveragePrecisions);
