namespace MlAva.Evaluation.Analysis;

/// <summary>One class's precision, recall and F1 at chosen thresholds and at the best one.</summary>
/// <param name="Id">The class id.</param>
/// <param name="Name">The class name.</param>
/// <param name="Best">The point of best F1; null without detections or ground truth.</param>
/// <param name="Points">One for each of <see cref="AnalysisOptions.Thresholds"/>; empty without ground truth.</param>
public sealed record ClassOperatingPoints(int Id, string Name, OperatingPoint? Best, IReadOnlyList<OperatingPoint> Points);
