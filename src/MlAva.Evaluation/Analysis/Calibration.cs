namespace MlAva.Evaluation.Analysis;

/// <summary>How far scores are from being probabilities: of detections with score 0.7, seven in ten should be right.</summary>
/// <param name="Bins">Bins of equal width from 0 to 1.</param>
/// <param name="ExpectedError">
/// Expected calibration error: |precision − mean score| of bins, weighted by their detections; 0–1; NaN without detections.
/// </param>
/// <param name="LargestError">The largest |precision − mean score| of a bin; NaN without detections.</param>
public sealed record Calibration(IReadOnlyList<CalibrationBin> Bins, double ExpectedError, double LargestError)
{
    /// <summary>Detections in all bins.</summary>
    public int Count => Bins.Sum(b => b.Count);
}
