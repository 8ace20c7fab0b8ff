using MlAva.Video;

namespace MlAva.Training;

/// <summary>Clips of one size with the boxes that are trained on: R×5 RoIs and R×C labels.</summary>
sealed record TrainingBatch(IReadOnlyList<VideoClip> Clips, float[] RoIs, float[] Labels);
