namespace MlAva.Evaluation;

/// <summary>What a class's detections are worth when only those with a score of at least <paramref name="Threshold"/> count.</summary>
/// <param name="Threshold">The lowest score kept.</param>
/// <param name="Precision">Share of the kept detections that are true positives; NaN when none is kept.</param>
/// <param name="Recall">Share of the ground truth that is found.</param>
/// <param name="F1">Harmonic mean of precision and recall; 0 when both are 0 or nothing is kept.</param>
/// <param name="Count">How many detections are kept.</param>
public readonly record struct OperatingPoint(double Threshold, double Precision, double Recall, double F1, int Count);
