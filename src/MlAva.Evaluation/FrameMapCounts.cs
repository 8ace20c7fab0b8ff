namespace MlAva.Evaluation;

/// <summary>
/// What became of every row, so that nothing is dropped in silence. Rows are sorted out in this order: class not evaluated, keyframe
/// excluded, keyframe outside the <see cref="EvaluationSet"/>, crowded out, box without area, score too low; each row is counted once.
/// </summary>
public sealed record FrameMapCounts
{
    /// <summary>Rows of ground truth read.</summary>
    public long GroundTruthRows { get; init; }

    /// <summary>Rows of ground truth left out because their class is not among those evaluated.</summary>
    public long GroundTruthOfOtherClasses { get; init; }

    /// <summary>Rows of ground truth left out because their keyframe is excluded; <see cref="MatchingProtocol.MMAction2V1"/> keeps them.</summary>
    public long GroundTruthExcluded { get; init; }

    /// <summary>Rows of ground truth left out because their keyframe is not on the list (<see cref="EvaluationSet.Listed"/> only).</summary>
    public long GroundTruthOutsideSet { get; init; }

    /// <summary>Rows of ground truth evaluated.</summary>
    public long GroundTruth => GroundTruthRows - GroundTruthOfOtherClasses - GroundTruthExcluded - GroundTruthOutsideSet;

    /// <summary>Of those, boxes without area: they count as instances but can never be matched.</summary>
    public long GroundTruthWithoutArea { get; init; }

    /// <summary>Detections read.</summary>
    public long DetectionRows { get; init; }

    /// <summary>Detections left out because their class is not among those evaluated.</summary>
    public long DetectionsOfOtherClasses { get; init; }

    /// <summary>Detections left out because their keyframe is excluded.</summary>
    public long DetectionsExcluded { get; init; }

    /// <summary>Detections left out because their keyframe is not in the <see cref="EvaluationSet"/>.</summary>
    public long DetectionsOutsideSet { get; init; }

    /// <summary>
    /// Detections crowded out of their keyframe: by 50 others (<see cref="MatchingProtocol.Official2019"/> and later), or by 10,000 others
    /// of their class (<see cref="MatchingProtocol.Official2018"/>).
    /// </summary>
    public long DetectionsOverCapacity { get; init; }

    /// <summary>Detections left out because x1 &lt; x2 and y1 &lt; y2 does not hold (NaN included); <see cref="MatchingProtocol.MMAction2V1"/> keeps them.</summary>
    public long DetectionsWithoutArea { get; init; }

    /// <summary>Detections left out for a score of −10 or less (<see cref="MatchingProtocol.Official2018"/> only).</summary>
    public long DetectionsOfLowScore { get; init; }

    /// <summary>Detections evaluated.</summary>
    public long Detections => DetectionRows - DetectionsOfOtherClasses - DetectionsExcluded
        - DetectionsOutsideSet - DetectionsOverCapacity - DetectionsWithoutArea - DetectionsOfLowScore;

    /// <summary>Of those, detections on keyframes that have no ground truth of an evaluated class: all of them false positives.</summary>
    public long DetectionsOnKeyframesWithoutGroundTruth { get; init; }

    /// <summary>Keyframes evaluated: those that carry ground truth, detections or both, of evaluated classes and not excluded.</summary>
    public int Keyframes { get; init; }

    /// <summary>Of those, keyframes with ground truth.</summary>
    public int KeyframesWithGroundTruth { get; init; }

    /// <summary>Of those, keyframes with both.</summary>
    public int KeyframesWithGroundTruthAndDetections { get; init; }

    /// <summary>Keyframes on the list of exclusions, duplicates counted once; 0 for a protocol that knows no exclusions.</summary>
    public int KeyframesExcluded { get; init; }

    /// <summary>Why detections were left out, and how many; reasons that met nothing are not listed.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> DetectionsLeftOut => Listed(
        new("of other classes", DetectionsOfOtherClasses), new("on excluded keyframes", DetectionsExcluded),
        new("on keyframes not evaluated", DetectionsOutsideSet), new("crowded out of their keyframe", DetectionsOverCapacity),
        new("without area", DetectionsWithoutArea), new("of a score of -10 or less", DetectionsOfLowScore));

    /// <summary>Why ground truth was left out, and how much; reasons that met nothing are not listed.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> GroundTruthLeftOut => Listed(
        new("of other classes", GroundTruthOfOtherClasses), new("on excluded keyframes", GroundTruthExcluded),
        new("on keyframes not evaluated", GroundTruthOutsideSet));

    static KeyValuePair<string, long>[] Listed(params KeyValuePair<string, long>[] reasons) => [.. reasons.Where(r => r.Value > 0)];
}
