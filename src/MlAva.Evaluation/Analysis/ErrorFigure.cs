namespace MlAva.Evaluation.Analysis;

/// <summary>How often a kind of error occurs and what it costs.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Count">False positives of the kind; for <see cref="ErrorKind.Missed"/> ground truth.</param>
/// <param name="TopCount">
/// Of those, how many are among the class's best-ranked detections, as many as it has ground truth (Hoiem's view: the rest hardly
/// matters); for <see cref="ErrorKind.Missed"/> the same as <paramref name="Count"/>.
/// </param>
/// <param name="Gain">
/// What AP (of a class) or mAP (over all) would gain if all errors of the kind, in all classes, were mended: never negative; NaN without
/// ground truth.
/// </param>
public readonly record struct ErrorFigure(ErrorKind Kind, int Count, int TopCount, double Gain);
