namespace MlAva.Evaluation.Analysis;

/// <summary>Several runs on the same ground truth. Immutable.</summary>
/// <param name="Runs">The runs, in the order given.</param>
/// <param name="Differences">Each run but the first, against the first.</param>
/// <param name="NumVideos">Videos that were drawn from.</param>
/// <param name="Options">The options that the figures were computed with.</param>
public sealed record ComparisonResult(
    IReadOnlyList<ComparedRun> Runs, IReadOnlyList<RunDifference> Differences, int NumVideos, ComparisonOptions Options);
