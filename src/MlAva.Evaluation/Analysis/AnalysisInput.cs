using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>
/// The rows that an evaluation looks at, by class, in the order in which its protocol lets them take ground truth. The only place in
/// the analysis that knows protocols.
/// </summary>
sealed class AnalysisInput
{
    AnalysisInput(LabelMapEntry[] classes, KeyframeKey[] keyframes, ClassBoxes[] detections, ClassBoxes[] truth) =>
        (Classes, Keyframes, Detections, Truth) = (classes, keyframes, detections, truth);

    /// <summary>The classes by ascending id.</summary>
    public LabelMapEntry[] Classes { get; }

    public KeyframeKey[] Keyframes { get; }

    /// <summary>By class: grouped by ascending keyframe and, within one, in the order of matching.</summary>
    public ClassBoxes[] Detections { get; }

    /// <summary>By class: grouped by ascending keyframe and, within one, in the order in which equal overlaps are preferred.</summary>
    public ClassBoxes[] Truth { get; }

    public static AnalysisInput Read(
        IEnumerable<AnnotationRow> groundTruth, IEnumerable<DetectionRow> detections, IReadOnlyList<LabelMapEntry> classes,
        IEnumerable<KeyframeKey>? excluded, IEnumerable<KeyframeKey>? emptyKeyframes, FrameMapOptions rules, CancellationToken token)
    {
        // The last entry of an id counts, as in FrameMap.
        LabelMapEntry[] evaluated = [.. classes.GroupBy(c => c.Id).OrderBy(g => g.Key).Select(g => g.Last())];
        InputReader reader = new(evaluated, rules, token);
        reader.Exclude(excluded ?? []);
        reader.ReadDetections(detections);
        reader.ReadGroundTruth(groundTruth, emptyKeyframes ?? []);
        KeyframeKey[] keyframes = new KeyframeKey[reader.Keyframes.Count];
        for (int i = 0; i < keyframes.Length; i++) keyframes[i] = reader.Keyframes[i];
        bool byScore = rules.Protocol == MatchingProtocol.MMAction2, byReversedSort = rules.Protocol == MatchingProtocol.ActivityNet2018;
        return new(evaluated, keyframes, [.. reader.Detections.Select(InMatchingOrder)],
            [.. reader.GroundTruth.Select(t => ClassBoxes.Take(t, t.ByKeyframe(descending: byScore)))]);

        ClassBoxes InMatchingOrder(BoxColumns columns)
        {
            int[] order = columns.ByKeyframe(descending: byScore);
            if (byReversedSort) ReverseSort(columns, order, rules.Ties);
            return ClassBoxes.Take(columns, order);
        }
    }

    /// <summary>Within each keyframe: an ascending sort in the order of ties, reversed.</summary>
    static void ReverseSort(BoxColumns columns, int[] order, TieOrder ties)
    {
        for (int start = 0; start < order.Length;)
        {
            int end = columns.EndOfKeyframe(order, start);
            int[] before = order[start..end], places = new int[before.Length];
            double[] keys = new double[before.Length];
            for (int i = 0; i < keys.Length; i++) keys[i] = columns.Scores[before[i]];
            Ordering.Ascending(keys, places, ties);
            for (int i = 0; i < places.Length; i++) order[end - 1 - i] = before[places[i]];
            start = end;
        }
    }
}
