using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>One class's part of a <see cref="FrameMapResult"/>.</summary>
/// <param name="Id">The class id of the label map.</param>
/// <param name="Name">The class name of the label map.</param>
/// <param name="Group">The class's group, as the label map says.</param>
/// <param name="AveragePrecision">
/// 0–1; 0 when there is ground truth but no detection; NaN (and not averaged) without ground truth and, by
/// <see cref="MatchingProtocol.MMAction2V1"/>, without detections.
/// </param>
/// <param name="NumGroundTruth">Ground-truth instances that count; duplicates count separately.</param>
/// <param name="NumDetections">Detections evaluated.</param>
/// <param name="NumTruePositives">Detections that took a ground-truth box.</param>
/// <param name="Curve">The ranking; null when <paramref name="AveragePrecision"/> is NaN or <see cref="FrameMapOptions.KeepCurves"/> is off.</param>
public sealed record ClassResult(
    int Id, string Name, ActionGroup Group, double AveragePrecision, int NumGroundTruth, int NumDetections, int NumTruePositives,
    PrecisionRecallCurve? Curve)
{
    /// <summary>Between which values <see cref="AveragePrecision"/> lies when equal scores may come in any order.</summary>
    public TieBounds AveragePrecisionBounds { get; init; } = new(AveragePrecision, AveragePrecision);

    /// <summary>Whether the class enters the mean.</summary>
    public bool IsAveraged => !double.IsNaN(AveragePrecision);

    /// <summary>Detections that took no ground-truth box.</summary>
    public int NumFalsePositives => NumDetections - NumTruePositives;

    /// <summary>True positives ÷ ground truth over all detections; NaN without ground truth.</summary>
    public double Recall => NumGroundTruth == 0 ? double.NaN : (double)NumTruePositives / NumGroundTruth;
}
