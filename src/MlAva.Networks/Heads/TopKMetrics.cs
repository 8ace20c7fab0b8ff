namespace MlAva.Networks;

/// <summary>Recall and precision when the k best classes of each row are taken as predicted.</summary>
/// <param name="K">The k.</param>
/// <param name="Recall">Share of the true labels found, 0–1.</param>
/// <param name="Precision">Share of the k that are true, 0–1.</param>
public readonly record struct TopKMetrics(int K, double Recall, double Precision);
