namespace MlAva.Evaluation;

/// <summary>One class's detections in rank order, as columns.</summary>
/// <param name="Boxes">Places in the <see cref="BoxTable"/>.</param>
/// <param name="Scores">Scores.</param>
/// <param name="Rows">1-based rows of the input.</param>
/// <param name="Hits">Whether each is a true positive.</param>
/// <param name="Best">The ground truth that each overlaps most; −1 where there is none in its keyframe.</param>
/// <param name="Overlaps">By how much; NaN where there is none.</param>
sealed record ClassMatches(int[] Boxes, double[] Scores, long[] Rows, bool[] Hits, int[] Best, double[] Overlaps);
