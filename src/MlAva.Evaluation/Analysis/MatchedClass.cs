namespace MlAva.Evaluation.Analysis;

/// <summary>One class's detections, from the best rank to the worst, with the ground truth that each overlaps most and perhaps took.</summary>
sealed class MatchedClass
{
    readonly ReadOnlyMemory<double> _scores;
    readonly ReadOnlyMemory<bool> _hits;

    /// <param name="result">The class.</param>
    /// <param name="matches">The matches of all classes.</param>
    /// <param name="index">The class's place.</param>
    /// <param name="truths">The class's ground truth.</param>
    /// <param name="placeOf">Of each ground truth, its place within its class.</param>
    public MatchedClass(ClassResult result, FrameMapMatches matches, int index, List<int> truths, int[] placeOf)
    {
        Class = result;
        (int first, int count) = matches.DetectionsOf(index).GetOffsetAndLength(matches.Count);
        (Detections, _scores, _hits) = (matches.BoxesOf(index), matches.ScoresOf(index), matches.TruePositivesOf(index));
        (BestTruth, BestIoU) = (new int[count], new double[count]);
        for (int i = 0; i < count; i++)
        {
            int best = matches.BestTruths[first + i];
            (BestTruth[i], BestIoU[i]) = best < 0 ? (-1, 0) : (placeOf[best], matches.Overlaps[first + i]);
        }
        Truth = matches.BoxesOf([.. truths]);
        Taken = new bool[truths.Count];
        for (int t = 0; t < truths.Count; t++) Taken[t] = matches.TruthDetections[truths[t]] >= 0;
    }

    /// <summary>The class and its figures.</summary>
    public ClassResult Class { get; }

    public ClassBoxes Detections { get; }

    public ClassBoxes Truth { get; }

    /// <summary>By detection, descending.</summary>
    public ReadOnlySpan<double> Scores => _scores.Span;

    /// <summary>By detection: whether it took ground truth.</summary>
    public ReadOnlySpan<bool> Hits => _hits.Span;

    /// <summary>By detection: the ground truth of the class with the largest overlap; −1 without one.</summary>
    public int[] BestTruth { get; }

    /// <summary>By detection: that overlap; 0 without ground truth.</summary>
    public double[] BestIoU { get; }

    /// <summary>By ground truth: whether a detection took it.</summary>
    public bool[] Taken { get; }

    /// <summary>AP of a ranking of the class; NaN without ground truth and where the protocol leaves the class out of the mean.</summary>
    /// <param name="ranked">The ranking.</param>
    /// <param name="truths">Weight of the ground truth.</param>
    public double AveragePrecision(RankedHits ranked, double truths) => Class.IsAveraged ? ranked.AveragePrecision(truths) : double.NaN;
}
