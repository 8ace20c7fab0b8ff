namespace MlAva.Evaluation.Analysis;

/// <summary>Detections whose scores lie between two limits.</summary>
/// <param name="From">Lower limit, inclusive; the first bin also holds smaller scores.</param>
/// <param name="To">Upper limit, exclusive; the last bin also holds 1 and larger scores.</param>
/// <param name="Count">Detections.</param>
/// <param name="MeanScore">Their mean score, each taken as 0 to 1; NaN without any.</param>
/// <param name="Precision">Their share of true positives; NaN without any.</param>
public readonly record struct CalibrationBin(double From, double To, int Count, double MeanScore, double Precision);
