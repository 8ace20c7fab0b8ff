namespace MlAva.Evaluation;

/// <summary>How far the reading of a detections file is.</summary>
/// <param name="Detections">Rows read.</param>
/// <param name="Share">Share of the file, 0–1.</param>
public readonly record struct EvaluationProgress(long Detections, double Share);
