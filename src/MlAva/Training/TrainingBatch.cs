namespace MlAva.Training;

/// <summary>
/// Clips of one size with the boxes that are trained on: R×5 RoIs, R×C labels, and where the network has a head for them long-term
/// features, R×S×C''. Fewer clips than were asked for where some cannot be read.
/// </summary>
sealed record TrainingBatch(ClipBatch Clips, float[] RoIs, float[] Labels, Half[]? LongTerm);
