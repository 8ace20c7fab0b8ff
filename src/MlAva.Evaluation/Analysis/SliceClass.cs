namespace MlAva.Evaluation.Analysis;

/// <summary>One class within a <see cref="SliceResult"/>.</summary>
/// <param name="Id">The class id.</param>
/// <param name="AveragePrecision">AP of the slice, 0–1; NaN without ground truth in it.</param>
/// <param name="NumGroundTruth">Ground truth in the slice.</param>
/// <param name="NumDetections">Detections that count in the slice.</param>
/// <param name="NumTruePositives">Those that took ground truth.</param>
public readonly record struct SliceClass(int Id, double AveragePrecision, int NumGroundTruth, int NumDetections, int NumTruePositives);
