namespace MlAva.Evaluation;

/// <summary>
/// A class's detections ranked from the highest score to the lowest, with precision and recall after each. Kept as scores and running
/// counts of true positives; everything else is computed when asked for.
/// </summary>
public sealed class PrecisionRecallCurve
{
    readonly double[] _scores;
    readonly int[] _truePositives;

    /// <param name="scores">Scores, descending.</param>
    /// <param name="hits">0-based ranks of the true positives, ascending.</param>
    /// <param name="numGroundTruth">Ground-truth instances of the class, at least 1.</param>
    internal PrecisionRecallCurve(double[] scores, int[] hits, int numGroundTruth)
    {
        (_scores, NumGroundTruth) = (scores, numGroundTruth);
        Scores = Array.AsReadOnly(scores);
        AveragePrecision = Ranking.AveragePrecision(hits, numGroundTruth);
        _truePositives = new int[scores.Length];
        int found = 0;
        for (int i = 0; i < _truePositives.Length; i++)
        {
            if (found < hits.Length && hits[found] == i) found++;
            _truePositives[i] = found;
        }
    }

    /// <summary>Number of detections, hence of points.</summary>
    public int Count => _scores.Length;

    /// <summary>Ground-truth instances of the class; at least 1.</summary>
    public int NumGroundTruth { get; }

    /// <summary>Scores in rank order, descending; equal ones in the order of the evaluation's <see cref="TieOrder"/>.</summary>
    public IReadOnlyList<double> Scores { get; }

    /// <summary>True positives among the first <paramref name="rank"/> + 1 detections.</summary>
    /// <param name="rank">0-based rank, less than <see cref="Count"/>.</param>
    public int TruePositivesAt(int rank) => _truePositives[rank];

    /// <summary>Precision after the detection of this rank: true positives ÷ (<paramref name="rank"/> + 1).</summary>
    /// <param name="rank">0-based rank, less than <see cref="Count"/>.</param>
    public double PrecisionAt(int rank) => (double)_truePositives[rank] / (rank + 1);

    /// <summary>Recall after the detection of this rank: true positives ÷ <see cref="NumGroundTruth"/>.</summary>
    /// <param name="rank">0-based rank, less than <see cref="Count"/>.</param>
    public double RecallAt(int rank) => (double)_truePositives[rank] / NumGroundTruth;

    /// <summary>A new array of <see cref="Count"/> precisions in rank order.</summary>
    public double[] ToPrecision() => [.. Enumerable.Range(0, Count).Select(PrecisionAt)];

    /// <summary>A new array of <see cref="Count"/> recalls in rank order, non-decreasing.</summary>
    public double[] ToRecall() => [.. Enumerable.Range(0, Count).Select(RecallAt)];

    /// <summary>
    /// A new array of <see cref="Count"/> precisions made non-increasing from the right: at each rank the best precision there or
    /// further down. The area under it over recall is the <see cref="AveragePrecision"/>; it is what one plots.
    /// </summary>
    public double[] ToInterpolated()
    {
        double[] envelope = ToPrecision();
        for (int i = envelope.Length - 2; i >= 0; i--) envelope[i] = Math.Max(envelope[i], envelope[i + 1]);
        return envelope;
    }

    /// <summary>Interpolated precision: the best precision among points with at least this recall; 0 beyond the last.</summary>
    /// <param name="recall">0–1.</param>
    public double InterpolatedAt(double recall)
    {
        int first = FirstRank(i => RecallAt(i) >= recall);
        double best = 0;
        for (int i = first; i < Count; i++) best = Math.Max(best, PrecisionAt(i));
        return best;
    }

    /// <summary>
    /// All-point interpolated average precision, as in Pascal VOC 2010 and later and in AVA: the sum of recall gained × interpolated
    /// precision (reference specification §8, step 7). 0 when there are no detections.
    /// </summary>
    public double AveragePrecision { get; }

    /// <summary>Precision, recall and F1 when only detections with a score of at least <paramref name="threshold"/> count.</summary>
    /// <param name="threshold">The lowest score kept.</param>
    public OperatingPoint At(double threshold) => Point(threshold, FirstRank(i => _scores[i] < threshold));

    /// <summary>The threshold with the highest F1, the highest such threshold among equals; null when there are no detections.</summary>
    public OperatingPoint? BestF1()
    {
        OperatingPoint? best = null;
        for (int i = 0; i < Count; i++)
        {
            // A threshold cannot part equal scores: only the last of a run is a point one can choose.
            if (i + 1 < Count && _scores[i + 1] == _scores[i]) continue;
            OperatingPoint point = Point(_scores[i], i + 1);
            if (best is null || point.F1 > best.Value.F1) best = point;
        }

        return best;
    }

    OperatingPoint Point(double threshold, int kept)
    {
        if (kept == 0) return new(threshold, double.NaN, 0, 0, 0);
        double hits = _truePositives[kept - 1];
        return new(threshold, hits / kept, hits / NumGroundTruth, 2 * hits / (kept + NumGroundTruth), kept);
    }

    /// <summary>Binary search for the first rank of which a monotone condition holds; <see cref="Count"/> when of none.</summary>
    int FirstRank(Func<int, bool> holds)
    {
        (int low, int high) = (0, Count);
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (holds(middle)) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
