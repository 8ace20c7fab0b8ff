namespace MlAva.Networks;

/// <summary>Recall and precision over the labelled rows of a batch, each a mean of per-row values in 0–1 (reference specification §4.4).</summary>
/// <param name="Recall">recall@thr=0.5.</param>
/// <param name="Precision">prec@thr=0.5; a row with no prediction counts 0.</param>
/// <param name="TopK">The same for the k best classes of each row.</param>
public sealed record ActionMetrics(double Recall, double Precision, IReadOnlyList<TopKMetrics> TopK);
