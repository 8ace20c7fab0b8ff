using MlAva.Video;

namespace MlAva.Training;

/// <summary>
/// Clips of one size with the boxes that are trained on: R×5 RoIs, R×C labels, and where the network has a head for them long-term
/// features, R×S×C''.
/// </summary>
sealed record TrainingBatch(IReadOnlyList<VideoClip> Clips, float[] RoIs, float[] Labels, Half[]? LongTerm);
