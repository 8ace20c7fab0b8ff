namespace MlAva.Evaluation;

/// <summary>
/// Which keyframes are evaluated. Detections on other keyframes are left out and counted. Evaluating only keyframes with ground truth
/// gives higher figures than evaluating all that were looked at, for false positives on the others do not count.
/// </summary>
public enum EvaluationSet
{
    /// <summary>
    /// <c>protocol</c>: as the protocol has it. <see cref="GroundTruth"/> for <see cref="MatchingProtocol.MMAction2V1"/>,
    /// <see cref="Named"/> for <see cref="MatchingProtocol.Official2020"/>, else <see cref="All"/>.
    /// </summary>
    Protocol,

    /// <summary><c>all</c>: every keyframe with detections or ground truth.</summary>
    All,

    /// <summary><c>named</c>: keyframes that the ground truth names, with a row of any class or as one without people.</summary>
    Named,

    /// <summary><c>ground-truth</c>: keyframes with ground truth of an evaluated class.</summary>
    GroundTruth,

    /// <summary><c>listed</c>: the keyframes of a list; ground truth elsewhere is left out too.</summary>
    Listed,

    /// <summary>
    /// <c>proposals</c>: the keyframes of a list and those with ground truth of an evaluated class: everything that was looked at when
    /// the list is that of the person boxes (proposals). Ground truth without proposals counts as missed.
    /// </summary>
    Proposals,
}
