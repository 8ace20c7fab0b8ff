using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether detections lie where the truth lies and their scores mean anything, and what mAP is.</summary>
static class ResultChecks
{
    /// <summary>Gives the histogram of the truth's best IoU with any detection; null without detections.</summary>
    public static IReadOnlyList<long>? Look(ExaminedSet set, FindingList found)
    {
        if (set.Result is not { } result || set.ResultFit is not { TruthBoxes: > 0 } fit) return null;
        const double Poor = 0.3;
        Mending all = found.All;
        double share = fit.Share(all.DetectionBoxes, all.TruthBoxes);
        long[] bins = fit.Histogram(all.DetectionBoxes, all.TruthBoxes);
        long overlapped = (long)Math.Round(share * fit.TruthBoxes);
        if (share < Poor)
        {
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "detections-miss-truth", File = result.Path, Likelihood = 0.85 * (1 - share),
                Sentence = $"{FindingList.Part(overlapped, fit.TruthBoxes)} truth boxes have a detection of any class with IoU 0.5 or "
                    + $"more, on {fit.Keyframes} keyframes that both name: the boxes are of other frames or other persons",
                Counts = [("boxes", fit.TruthBoxes), ("overlapped", overlapped),
                    .. bins.Select((b, i) => (Invariant($"iou{i}"), (double)b))],
                Mend = "look at some keyframes with both boxes drawn; check --fps and --timestamp-start of the scoring, and the proposals",
            });
        }
        else LookAtScores(set, found, share);
        return bins;
    }

    /// <summary>Boxes fit, classes and keyframes too: then scores that are as good as any explain an mAP near 0.</summary>
    static void LookAtScores(ExaminedSet set, FindingList found, double located)
    {
        const double Low = 0.2, Margin = 0.01;
        const int Fewest = 50;
        if (set.Truth.Classes.Count < Fewest) return; // chance alone makes a few labels look like anything
        Trials trials = set.Trials!;
        if (found.Has("scores-all-equal") || trials.MeanAveragePrecision(found.All) is not { } mean || mean >= Low) return;
        double chance = trials.MeanAveragePrecision(found.All,
            score: r => RowHash.Share(r.Video, r.Time * 31 + r.Action * 7 + r.Box.X1 + r.Box.Y2)) ?? 0;
        if (mean > 1.1 * chance + Margin) return;
        found.Add(new()
        {
            Severity = DataSeverity.LikelyCause, Code = "scores-uninformative", File = set.Result!.Path, Likelihood = 0.5,
            Sentence = Invariant($"the boxes fit ({100 * located:0} % of the truth is overlapped), but mAP is {mean:0.0000}, and ")
                + Invariant($"{chance:0.0000} with scores drawn by chance: ")
                + "the scores tell the classes no better than chance",
            Counts = [("located", located), ("meanAveragePrecision", mean), ("byChance", chance)],
            Mend = "look at the training: does the loss fall, are the classes in the same order, is the right checkpoint loaded, are "
                + "colours and size as in training",
        });
    }
}
