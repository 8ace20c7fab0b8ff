namespace MlAva.Evaluation;

/// <summary>
/// Whose rules say which detections are looked at, in which order they take ground-truth boxes, and which classes are averaged. AVA's
/// evaluators share one algorithm and still give different mAP on the same files, so a figure is only comparable when the protocol is
/// named beside it. <see cref="EvaluationWords"/> has the spelling of files and command lines.
/// </summary>
public enum MatchingProtocol
{
    /// <summary>
    /// <c>mmaction2-0.x</c>: MMAction2 0.24.1 (reference specification §8). No cap on detections, excluded keyframes left out, equal
    /// scores within a keyframe taken in file order, ground truth in descending person id, overlaps in double precision.
    /// </summary>
    MMAction2V0,

    /// <summary>
    /// <c>mmaction2-1.x</c>: MMAction2 1.2.0 (reference specification §12). As <see cref="MMAction2V0"/>, but overlaps and the ranking are
    /// in single precision; only keyframes with ground truth are looked at; ground truth of excluded keyframes still counts (as missed);
    /// classes that are never detected are left out of the mean; boxes without area stay, and inverted ones are an error; classes are
    /// grouped by AVA's ids (1–14, 15–63, 64 and above) whatever the label map says.
    /// </summary>
    MMAction2V1,

    /// <summary>
    /// <c>official-2018</c>: the official evaluator as of 2018-04-27 (ActivityNet be7854e). As <see cref="MMAction2V0"/>, but equal
    /// scores within a keyframe are taken in reversed <see cref="TieOrder"/>, ground truth is in file order, scores of −10 or less
    /// are removed, and of a class the best 10,000 of a keyframe count.
    /// </summary>
    Official2018,

    /// <summary>
    /// <c>official-2019</c>: the official evaluator as of 2019-03-01 (ActivityNet 3fee089). Only the best 50 detections of a keyframe
    /// count, over all evaluated classes together: a detector that scores all 60 classes keeps less than one person's worth.
    /// </summary>
    Official2019,

    /// <summary>
    /// <c>official-2020</c>: the official evaluator since 2020-05-19 (ActivityNet af461c3, AVA-Kinetics). As <see cref="Official2019"/>,
    /// but it knows no exclusions, and detections on keyframes that the ground truth does not name are left out. A keyframe is named by a
    /// row of any class, evaluated or not, or as one without people.
    /// </summary>
    Official2020,
}
