namespace MlAva.Preparation;

/// <summary>How proposals cover the truth.</summary>
/// <param name="KeyframesWithout">Keyframes that have no entry in the proposals: the whole frame stands in there.</param>
/// <param name="Boxes">Proposals that stay after the score threshold.</param>
/// <param name="MeanBestIoU">The mean, over truth boxes, of the largest IoU with a proposal of the keyframe; NaN without truth.</param>
/// <param name="Recall">For each IoU from 0.5 to 0.95 in steps of 0.05: the share of truth boxes with a proposal that reaches it.</param>
public sealed record ProposalOverlap(int KeyframesWithout, int Boxes, double MeanBestIoU, IReadOnlyList<double> Recall)
{
    /// <summary>The IoUs of <see cref="Recall"/>.</summary>
    public static IReadOnlyList<double> Thresholds { get; } = [.. Enumerable.Range(10, 10).Select(i => i / 20.0)];
}
