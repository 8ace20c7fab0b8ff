using MlAva.Annotations;

namespace MlAva.Preparation;

/// <summary>How proposals cover the truth.</summary>
/// <param name="Keyframes">Keyframes looked at.</param>
/// <param name="KeyframesWithout">Keyframes that have no entry in the proposals: the whole frame stands in there.</param>
/// <param name="Boxes">Proposals that stay after the score threshold.</param>
/// <param name="MeanBestIoU">The mean, over truth boxes, of the largest IoU with a proposal of the keyframe; NaN without truth.</param>
/// <param name="Recall">For each IoU from 0.5 to 0.95 in steps of 0.05: the share of truth boxes with a proposal that reaches it.</param>
/// <param name="WithoutArea">Proposals that are no boxes: their corners are out of order.</param>
public sealed record ProposalOverlap(int Keyframes, int KeyframesWithout, int Boxes, double MeanBestIoU, IReadOnlyList<double> Recall, int WithoutArea)
{
    /// <summary>The IoUs of <see cref="Recall"/>.</summary>
    public static IReadOnlyList<double> Thresholds { get; } = [.. Enumerable.Range(10, 10).Select(i => i / 20.0)];

    /// <summary>Proposals a keyframe, on average; NaN without keyframes.</summary>
    public double BoxesPerKeyframe => Keyframes == 0 ? double.NaN : (double)Boxes / Keyframes;

    /// <summary>The recall at one of <see cref="Thresholds"/>.</summary>
    /// <param name="iou">0.5, 0.55, … 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none of them.</exception>
    public double RecallAt(double iou)
    {
        int index = Thresholds.Index().FirstOrDefault(t => Math.Abs(t.Item - iou) < 1e-9, (-1, 0)).Index;
        return index >= 0 ? Recall[index] : throw new ArgumentOutOfRangeException(nameof(iou), iou, "Expected 0.5 to 0.95 in steps of 0.05.");
    }

    /// <summary>Holds proposals against truth.</summary>
    /// <param name="keyframes">The truth boxes of each keyframe and its proposals; null, or the whole frame that stands in for them: the keyframe has no entry.</param>
    public static ProposalOverlap Of(IEnumerable<(IReadOnlyList<Box> Truth, KeyframeProposals? Found)> keyframes)
    {
        ArgumentNullException.ThrowIfNull(keyframes);
        List<double> best = [];
        int count = 0, without = 0, boxes = 0, withoutArea = 0;
        foreach ((IReadOnlyList<Box> truth, KeyframeProposals? found) in keyframes)
        {
            bool isThere = found is not null && found != KeyframeProposals.WholeFrame;
            Box[] offered = isThere ? found!.Boxes : [];
            count++;
            boxes += offered.Length;
            withoutArea += offered.Count(o => !o.HasArea);
            if (!isThere) without++;
            foreach (Box box in truth) best.Add(offered.Select(p => Box.IoU(box, p)).Where(i => i > 0).DefaultIfEmpty(0).Max());
        }
        return new(count, without, boxes, best.Count == 0 ? double.NaN : best.Average(),
            [.. Thresholds.Select(t => best.Count == 0 ? double.NaN : (double)best.Count(b => b >= t) / best.Count)], withoutArea);
    }

    /// <summary>Holds proposals against annotations.</summary>
    /// <param name="truth">The annotations; rows with the same box at a keyframe are one person's.</param>
    /// <param name="proposals">The proposals.</param>
    public static ProposalOverlap Of(IEnumerable<AnnotationRow> truth, Proposals proposals)
    {
        ArgumentNullException.ThrowIfNull(proposals);
        return Of(truth.GroupBy(r => r.Key).Select(k => ((IReadOnlyList<Box>)[.. k.Select(r => r.Box).Distinct()], proposals.TryGet(k.Key, out var found) ? found : null)));
    }
}
