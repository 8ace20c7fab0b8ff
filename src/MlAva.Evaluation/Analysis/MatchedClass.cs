using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>
/// One class's detections with the ground-truth box that each overlaps most (reference specification §8, step 6). That box does not
/// depend on the threshold of a match, so one pass serves all thresholds.
/// </summary>
sealed class MatchedClass
{
    /// <summary>Matches and ranks.</summary>
    /// <param name="detections">In the order of matching.</param>
    /// <param name="truth">Grouped by keyframe.</param>
    /// <param name="ties">The order of equal scores in the ranking.</param>
    public MatchedClass(ClassBoxes detections, ClassBoxes truth, TieOrder ties)
    {
        (Detections, Truth) = (detections, truth);
        BestTruth = new int[detections.Count];
        BestIoU = new double[detections.Count];
        for (int i = 0, start = 0; i < detections.Count; i++)
        {
            int keyframe = detections.Keyframes[i];
            while (start < truth.Count && truth.Keyframes[start] < keyframe) start++;
            int end = start;
            while (end < truth.Count && truth.Keyframes[end] == keyframe) end++;
            (BestTruth[i], BestIoU[i]) = Best(detections.Boxes[i], truth.Boxes.AsSpan(start, end - start), start);
        }
        Ranking = new int[detections.Count];
        Ordering.Ascending((double[])detections.Scores.Clone(), Ranking, ties);
        Array.Reverse(Ranking);
    }

    public ClassBoxes Detections { get; }

    public ClassBoxes Truth { get; }

    /// <summary>By detection: the ground-truth box of the class with the largest overlap; −1 without one.</summary>
    public int[] BestTruth { get; }

    /// <summary>By detection: that overlap; 0 without a box.</summary>
    public double[] BestIoU { get; }

    /// <summary>Detections from the best rank to the worst.</summary>
    public int[] Ranking { get; }

    /// <summary>Lets detections take ground truth.</summary>
    /// <param name="threshold">The smallest IoU of a match.</param>
    /// <param name="taken">By ground truth: the detection that took it, or −1.</param>
    /// <returns>By detection: whether it took a box.</returns>
    public bool[] Match(double threshold, out int[] taken)
    {
        taken = new int[Truth.Count];
        Array.Fill(taken, -1);
        bool[] hits = new bool[Detections.Count];
        for (int i = 0; i < hits.Length; i++)
        {
            if (BestTruth[i] is not (>= 0 and int best) || BestIoU[i] < threshold || taken[best] >= 0) continue;
            hits[i] = true;
            taken[best] = i;
        }
        return hits;
    }

    /// <summary>Average precision at a threshold; NaN without ground truth.</summary>
    public double AveragePrecisionAt(double threshold)
    {
        bool[] hits = Match(threshold, out _);
        RankedHits ranked = new();
        foreach (int i in Ranking) ranked.Add(hits[i]);
        return ranked.AveragePrecision(Truth.Count);
    }

    static (int Truth, double IoU) Best(in Box box, ReadOnlySpan<Box> candidates, int first)
    {
        (int best, double bestIoU) = (-1, 0);
        for (int i = 0; i < candidates.Length; i++)
        {
            double iou = Box.IoU(box, candidates[i]);
            // NaN wins NumPy's argmax and then passes no threshold: such a detection matches nothing.
            if (double.IsNaN(iou)) return (-1, 0);
            if (best < 0 || iou > bestIoU) (best, bestIoU) = (first + i, iou);
        }
        return (best, bestIoU);
    }
}
