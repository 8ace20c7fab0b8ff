namespace MlAva.Evaluation.Analysis;

/// <summary>One of the runs compared.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Result">Its evaluation on all videos, without curves.</param>
/// <param name="Interval">Where its mAP lies.</param>
/// <param name="Samples">
/// Its mAP of each resampling of the videos, the same videos for all runs; NaN where no class has ground truth.
/// </param>
public sealed record ComparedRun(string Name, FrameMapResult Result, Interval Interval, IReadOnlyList<double> Samples);
