namespace MlAva.Evaluation;

/// <summary>
/// Whose rules say which detections are looked at and in which order they take ground-truth boxes. AVA's evaluators share one algorithm
/// and still give different mAP on the same files, so a figure is only comparable when the protocol is named beside it.
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

    /// <summary>
    /// The official evaluator as of 2019-03-01 (ActivityNet 3fee089): only the best 50 detections of a keyframe count, over all evaluated
    /// classes together. A detector that scores all 60 classes keeps less than one person's worth.
    /// </summary>
    ActivityNet2019,

    /// <summary>
    /// The official evaluator since 2020-05-19 (ActivityNet af461c3, AVA-Kinetics): as <see cref="ActivityNet2019"/>, but detections on
    /// keyframes that the ground truth does not name are ignored. A keyframe is named by a row of any class, evaluated or not, or as
    /// one without people.
    /// </summary>
    ActivityNet2020,
}
