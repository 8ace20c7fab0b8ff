namespace MlAva.Evaluation.Analysis;

/// <summary>Sorts detections into bins of scores.</summary>
static class Calibrator
{
    public static Calibration Over(int bins, IEnumerable<MatchedClass> classes)
    {
        int[] counts = new int[bins], right = new int[bins];
        double[] sums = new double[bins];
        foreach (MatchedClass c in classes)
        {
            for (int i = 0; i < c.Scores.Length; i++)
            {
                // Scores need not be probabilities: they may even be infinite.
                double score = Math.Clamp(c.Scores[i], 0, 1);
                int bin = Math.Min((int)(score * bins), bins - 1);
                counts[bin]++;
                sums[bin] += score;
                if (c.Hits[i]) right[bin]++;
            }
        }
        CalibrationBin[] result = [.. Enumerable.Range(0, bins).Select(b => new CalibrationBin(
            (double)b / bins, (b + 1.0) / bins, counts[b], sums[b] / counts[b], (double)right[b] / counts[b]))];
        CalibrationBin[] filled = [.. result.Where(b => b.Count > 0)];
        if (filled.Length == 0) return new(result, double.NaN, double.NaN);
        double total = filled.Sum(b => (double)b.Count);
        return new(result, filled.Sum(b => b.Count / total * Math.Abs(b.Precision - b.MeanScore)),
            filled.Max(b => Math.Abs(b.Precision - b.MeanScore)));
    }
}
