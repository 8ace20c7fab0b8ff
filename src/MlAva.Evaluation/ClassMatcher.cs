using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Matches one class's detections with its ground truth and ranks them (reference specification §8, steps 6 and 7).</summary>
/// <param name="detections">The class's detections, boxes with area only.</param>
/// <param name="truth">The class's ground truth.</param>
/// <param name="options">The options.</param>
sealed class ClassMatcher(BoxColumns detections, BoxColumns truth, FrameMapOptions options)
{
    readonly bool[] _hits = new bool[detections.Count];
    readonly bool[] _taken = new bool[truth.Count];

    /// <summary>The index of the first inverted ground-truth box that had to be compared with a detection; −1 when there is none.</summary>
    public int InvertedTruth { get; private set; } = -1;

    /// <summary>Matches and ranks. The curve is null when there is no ground truth.</summary>
    public PrecisionRecallCurve? Run()
    {
        int[] order = options.Protocol == MatchingProtocol.ActivityNet2018
            ? ByKeyframeReversed()
            : detections.ByKeyframe(descending: options.Protocol == MatchingProtocol.MMAction2);
        int[] truthOrder = truth.ByKeyframe(descending: options.Protocol == MatchingProtocol.MMAction2);
        int nextTruth = 0;
        for (int start = 0; start < order.Length;)
        {
            int end = detections.EndOfKeyframe(order, start);
            int keyframe = detections.Keyframes[order[start]];
            while (nextTruth < truthOrder.Length && truth.Keyframes[truthOrder[nextTruth]] < keyframe) nextTruth++;
            if (nextTruth < truthOrder.Length && truth.Keyframes[truthOrder[nextTruth]] == keyframe)
            {
                int endOfTruth = truth.EndOfKeyframe(truthOrder, nextTruth);
                if (!Match(order, start, end, truthOrder.AsSpan(nextTruth, endOfTruth - nextTruth))) return null;
                nextTruth = endOfTruth;
            }

            start = end;
        }

        return truth.Count == 0 ? null : Rank(order);
    }

    bool Match(ReadOnlySpan<int> order, int start, int end, ReadOnlySpan<int> candidates)
    {
        foreach (int candidate in candidates)
        {
            Box box = truth.Boxes[candidate];
            if (!(box.X1 > box.X2 || box.Y1 > box.Y2)) continue;
            InvertedTruth = candidate;
            return false;
        }

        for (int i = start; i < end; i++)
        {
            // A detection looks at its best box only, taken or not: there is no second choice.
            (int best, double bestIoU) = (-1, double.NegativeInfinity);
            Box box = detections.Boxes[order[i]];
            foreach (int candidate in candidates)
            {
                double iou = Box.IoU(box, truth.Boxes[candidate]);
                if (double.IsNaN(iou))
                {
                    // NaN wins NumPy's argmax and then passes no threshold: the detection is lost.
                    best = -1;
                    break;
                }

                if (iou > bestIoU) (best, bestIoU) = (candidate, iou);
            }

            if (best < 0 || bestIoU < options.IouThreshold || _taken[best]) continue;
            _taken[best] = _hits[i] = true;
        }

        return true;
    }

    PrecisionRecallCurve Rank(ReadOnlySpan<int> order)
    {
        double[] scores = new double[order.Length];
        for (int i = 0; i < scores.Length; i++) scores[i] = detections.Scores[order[i]];
        int[] ranking = new int[order.Length];
        Ordering.Ascending((double[])scores.Clone(), ranking, options.Ties);
        Array.Reverse(ranking);

        double[] ranked = new double[ranking.Length];
        int[] truePositives = new int[ranking.Length];
        int hits = 0;
        for (int i = 0; i < ranking.Length; i++)
        {
            ranked[i] = scores[ranking[i]];
            truePositives[i] = hits += _hits[ranking[i]] ? 1 : 0;
        }

        return new(ranked, truePositives, truth.Count);
    }

    /// <summary>The 2018 evaluator's order within a keyframe: an ascending argsort, reversed.</summary>
    int[] ByKeyframeReversed()
    {
        int[] order = detections.ByKeyframe(descending: false);
        for (int start = 0; start < order.Length;)
        {
            int end = detections.EndOfKeyframe(order, start);
            if (end - start > 1)
            {
                int[] before = order[start..end];
                double[] keys = new double[before.Length];
                int[] places = new int[before.Length];
                for (int i = 0; i < keys.Length; i++) keys[i] = detections.Scores[before[i]];
                Ordering.Ascending(keys, places, options.Ties);
                for (int i = 0; i < places.Length; i++) order[end - 1 - i] = before[places[i]];
            }

            start = end;
        }

        return order;
    }
}
