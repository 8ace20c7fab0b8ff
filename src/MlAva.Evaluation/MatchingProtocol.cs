namespace MlAva.Evaluation;

/// <summary>
/// Whose rules say which detection takes which ground-truth box. AVA's evaluators share one algorithm and still give different
/// mAP on the same files, so a figure is only comparable when the protocol is named beside it.
/// </summary>
public enum MatchingProtocol
{
    /// <summary>
    /// MMAction2 0.24.1 (reference specification §8): no cap on detections, excluded keyframes left out, equal scores within a
    /// keyframe taken in file order, ground truth in descending person id.
    /// </summary>
    MMAction2,

    /// <summary>
    /// The official evaluator as of 2018-04-27 (ActivityNet be7854e): as <see cref="MMAction2"/>, but equal scores within a
    /// keyframe are taken in reversed <see cref="TieOrder"/>, ground truth is in file order, and scores of −10 or less are removed.
    /// </summary>
    ActivityNet2018,
}
