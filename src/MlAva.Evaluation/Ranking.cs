namespace MlAva.Evaluation;

/// <summary>One class's detections from the highest score to the lowest, as the ranks of its true positives.</summary>
static class Ranking
{
    /// <summary>
    /// All-point interpolated average precision (reference specification §8, step 7): the sum of recall gained × the best precision there
    /// or further down. Only the ranks of true positives matter, for precision falls everywhere else.
    /// </summary>
    /// <param name="hits">0-based ranks of the true positives, ascending.</param>
    /// <param name="numGroundTruth">Ground-truth instances.</param>
    public static double AveragePrecision(ReadOnlySpan<int> hits, int numGroundTruth)
    {
        double[] envelope = new double[hits.Length];
        double best = 0;
        for (int k = hits.Length - 1; k >= 0; k--) envelope[k] = best = Math.Max(best, (double)(k + 1) / (hits[k] + 1));

        // Summed from the left, each step as a difference of recalls, as the reference does: the rounding is then nearly its own.
        double area = 0;
        for (int k = 0; k < envelope.Length; k++)
            area += ((double)(k + 1) / numGroundTruth - (double)k / numGroundTruth) * envelope[k];
        return area;
    }

    /// <summary>Average precision with the true positives behind, and before, the false positives of the same score.</summary>
    /// <param name="hits">0-based ranks of the true positives, ascending.</param>
    /// <param name="scores">All scores, descending.</param>
    /// <param name="numGroundTruth">Ground-truth instances.</param>
    public static TieBounds Bounds(ReadOnlySpan<int> hits, ReadOnlySpan<double> scores, int numGroundTruth)
    {
        int[] last = new int[hits.Length], first = new int[hits.Length];
        for (int k = 0; k < hits.Length;)
        {
            (int begin, int end) = (hits[k], hits[k] + 1);
            double score = scores[begin];
            while (begin > 0 && scores[begin - 1] == score) begin--;
            while (end < scores.Length && scores[end] == score) end++;
            int next = k;
            while (next < hits.Length && hits[next] < end) next++;
            for (int i = k; i < next; i++) (first[i], last[i]) = (begin + i - k, end - next + i);
            k = next;
        }

        return new(AveragePrecision(last, numGroundTruth), AveragePrecision(first, numGroundTruth));
    }
}
