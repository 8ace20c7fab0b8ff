using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether person boxes are there, are used, and lie where the truth lies.</summary>
static class ProposalChecks
{
    /// <summary>Gives the histogram of the truth's best IoU; null without proposals or truth.</summary>
    public static IReadOnlyList<long>? Look(ExaminedSet set, FindingList found, BoxMap map)
    {
        if (set.Proposals is not { } proposals || set.Truth.Rows.Count == 0) return null;
        LookAtForm(set, found, proposals);
        LookAtKeyframes(set, found, proposals);
        LookAtScores(set, found, proposals);
        return LookAtOverlap(set, found, proposals, map);
    }

    static void LookAtForm(ExaminedSet set, FindingList found, ProposalSet proposals)
    {
        string path = proposals.Path;
        bool isRefused = set.Refusals.ContainsKey(path);
        DataSeverity severity = isRefused ? DataSeverity.Broken : DataSeverity.Remark;
        if (proposals.OtherKeys.Count > 0)
        {
            found.Add(new()
            {
                Severity = severity, Code = "proposal-keys", File = path, Likelihood = isRefused ? 0.9 : 0.1,
                Sentence = $"{FindingList.Number(proposals.OtherKeys.Count, "key")} of the proposals "
                    + $"{(proposals.OtherKeys.Count == 1 ? "is" : "are")} not of the form 'video,0902'",
                Counts = [("affected", proposals.OtherKeys.Count), ("keys", proposals.Keys.Count)], Evidence = proposals.OtherKeys.Rows,
                Mend = "in Python: {f'{v},{int(t):04d}': boxes for (v, t), boxes in d.items()}",
            });
        }
        if (proposals.OtherValues.Count > 0)
        {
            found.Add(new()
            {
                Severity = severity, Code = "proposal-arrays", File = path, Likelihood = isRefused ? 0.89 : 0.1,
                Sentence = $"the boxes of {FindingList.Number(proposals.OtherValues.Count, "key")} are no array n×5 (x1, y1, x2, y2, "
                    + "score)",
                Counts = [("affected", proposals.OtherValues.Count), ("keys", proposals.Keys.Count)], Evidence = proposals.OtherValues.Rows,
                Mend = "in Python: numpy.atleast_2d(numpy.asarray(boxes, dtype=float)), for the boxes of every key",
            });
        }
        if (proposals.ShortKeys.Count > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "key-spelling", File = path, Likelihood = 0.06,
                Sentence = $"{FindingList.Part(proposals.ShortKeys.Count, proposals.Keys.Count)} keys of the proposals write the second "
                    + "otherwise than 'video,0902'; here this is the same keyframe, MMAction2 would not find it and take the whole frame",
                Counts = [("affected", proposals.ShortKeys.Count), ("keys", proposals.Keys.Count)], Evidence = proposals.ShortKeys.Rows,
                Mend = "write whole seconds with four digits",
            });
        }
        if (proposals.WithoutScores.Count == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "proposals-without-scores", File = path, Likelihood = 0.08,
            Sentence = $"the boxes of {FindingList.Part(proposals.WithoutScores.Count, proposals.Keys.Count)} keyframes have no score "
                + "(4 columns); here they count as certain, MMAction2's configurations need the score",
            Counts = [("affected", proposals.WithoutScores.Count), ("keys", proposals.Keys.Count)], Evidence = proposals.WithoutScores.Rows,
            Mend = "add a column of the detector's scores, or of ones: numpy.hstack([boxes, numpy.ones((len(boxes), 1))])",
        });
    }

    static void LookAtKeyframes(ExaminedSet set, FindingList found, ProposalSet proposals)
    {
        KeyMatch match = set.ProposalKeys!;
        int[] missing = [.. match.TruthWithout(match.Map).Where(set.Wanted.Contains)];
        if (missing.Length == 0 || match.Common == 0) return;
        double share = (double)missing.Length / set.Wanted.Count;
        found.Add(new()
        {
            Severity = share > 0.5 ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "keyframes-without-proposals",
            File = proposals.Path,
            Likelihood = share > 0.5 ? 0.4 + 0.4 * share : 0.05 + 0.2 * share,
            Sentence = $"{FindingList.Part(missing.Length, set.Wanted.Count)} keyframes of the annotations have no entry in the "
                + $"proposals, such as '{set.Truth.Keys[missing[0]]}'; the whole frame stands in for the persons there",
            Counts = [("missing", missing.Length), ("keyframes", set.Wanted.Count)],
            Evidence = [.. missing.Take(set.Options.EvidenceRows).Select(m => new DataEvidence(set.Truth.Path,
                set.Truth.Keys.LineOf(m), $"'{set.Truth.Keys[m]}'"))],
            Mend = "run the person detector on these keyframes too, and give the proposals of this split",
        });
    }

    static void LookAtScores(ExaminedSet set, FindingList found, ProposalSet proposals)
    {
        ScoreTally scores = proposals.Scores;
        if (scores.Count == 0) return;
        double threshold = set.Options.PersonScoreThreshold;
        if (scores.Outside.Count > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "scores-out-of-range", File = proposals.Path, Likelihood = 0.2,
                Sentence = Invariant($"{FindingList.Part(scores.Outside.Count, scores.Count)} scores of the proposals are outside of ")
                    + Invariant($"0–1 ({scores.Lowest} to {scores.Highest}); ")
                    + Invariant($"the threshold {threshold} is made for probabilities"),
                Counts = [("boxes", scores.Count), ("affected", scores.Outside.Count), ("lowest", scores.Lowest),
                    ("highest", scores.Highest)],
                Evidence = scores.Outside.Rows, Mend = "write the detector's probabilities; check that the fifth column is the score",
            });
        }
        double unsure = 1 - (double)scores.Sure / scores.Count;
        if (unsure <= 0.5) return;
        found.Add(new()
        {
            Severity = scores.Sure == 0 ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "proposals-unsure", File = proposals.Path,
            Likelihood = scores.Sure == 0 ? 0.45 : 0.08,
            Sentence = Invariant($"{FindingList.Part(scores.Count - scores.Sure, scores.Count)} proposals have a score below ")
                + Invariant($"{threshold} and are left out")
                + (scores.Sure == 0 ? ": only the best of each keyframe stays" : ", but for the best of keyframes without a better one"),
            Counts = [("boxes", scores.Count), ("affected", scores.Count - scores.Sure), ("highest", scores.Highest),
                ("threshold", threshold)],
            Mend = scores.Sure == 0 ? Invariant($"--person-score-thr {Math.Floor(scores.Highest * 5) / 10:0.0#}, or another detector")
                : null,
        });
    }

    static long[]? LookAtOverlap(ExaminedSet set, FindingList found, ProposalSet proposals, BoxMap map)
    {
        const double Overlap = 0.5, Poor = 0.3, Fair = 0.7;
        double tight = set.Options.PositiveIoU;
        Dictionary<int, List<Box>> used = Used(set, proposals, map);
        long[] bins = new long[10];
        long boxes = 0, overlapped = 0, positive = 0;
        (double Best, int Keyframe, Box Box) worst = (2, -1, default);
        foreach ((int keyframe, Box raw) in set.Truth.Rows.Where(r => set.Wanted.Contains(r.Keyframe))
            .Select(r => (r.Keyframe, r.Box)).Distinct())
        {
            if (!used.TryGetValue(keyframe, out List<Box>? candidates)) continue;
            Box box = found.All.TruthBoxes.Apply(set.Truth.Keys[keyframe].VideoId, raw);
            double best = candidates.Select(c => Box.IoU(box, c)).Where(double.IsFinite).DefaultIfEmpty(0).Max();
            boxes++;
            if (best >= Overlap) overlapped++;
            if (best >= tight) positive++;
            bins[Math.Clamp((int)(best * 10), 0, 9)]++;
            if (best < worst.Best) worst = (best, keyframe, raw);
        }
        if (boxes == 0) return null;
        double share = (double)overlapped / boxes;
        bool isPoor = share < Poor, isPositive = positive * 20 >= boxes;
        string numbers = Invariant($"{FindingList.Part(overlapped, boxes)} truth boxes have a proposal of IoU 0.5 or more that is used, ")
            + Invariant($"{FindingList.Part(positive, boxes)} one of {tight} or more, which training counts as positive");
        found.Add(new()
        {
            Severity = isPoor ? DataSeverity.LikelyCause : share < Fair || !isPositive ? DataSeverity.Remark : DataSeverity.Fine,
            Code = isPoor || share < Fair ? "proposals-miss-truth" : isPositive ? "proposals-overlap" : "proposals-loose",
            File = proposals.Path,
            Likelihood = isPoor ? 0.75 * (1 - share) : share < Fair ? 0.3 : isPositive ? 0 : 0.25, Sentence = numbers,
            Counts = [("boxes", boxes), ("overlapped", overlapped), ("positive", positive),
                .. bins.Select((b, i) => (Invariant($"iou{i}"), (double)b))],
            Evidence = isPoor && worst.Keyframe >= 0
                ? [new(set.Truth.Path, set.Truth.Keys.LineOf(worst.Keyframe),
                    Invariant($"'{set.Truth.Keys[worst.Keyframe]}' {Shown(worst.Box)}: IoU {worst.Best:0.##}"))]
                : [],
            Mend = isPoor ? "give proposals of these frames; where frames were cut or turned, run the detector on what the annotations "
                + "were drawn on"
                : share < Fair ? "a better person detector, or a lower --person-score-thr" : isPositive ? null
                : "training then learns from the truth boxes alone; tighter proposals give more positives",
        });
        return bins;

        static string Shown(Box b) => Invariant($"({b.X1:0.###}, {b.Y1:0.###}, {b.X2:0.###}, {b.Y2:0.###})");
    }

    /// <summary>The boxes that training and testing would use, by the annotations' keyframes.</summary>
    static Dictionary<int, List<Box>> Used(ExaminedSet set, ProposalSet proposals, BoxMap map)
    {
        KeyMap keys = set.ProposalKeys!.Map;
        Dictionary<int, List<Box>> used = [];
        for (int i = 0; i < proposals.Keys.Count; i++)
        {
            (string video, double time) = proposals.Keys[i];
            int keyframe = set.Truth.Keys.Find(keys.VideoOf(video), keys.TimeOf(time));
            if (keyframe < 0 || proposals.Find(i) is not { } entry) continue;
            bool hasScores = entry.Scores.Count == entry.Boxes.Count && entry.Boxes.Count > 0;
            double threshold = hasScores ? Math.Min(set.Options.PersonScoreThreshold, entry.Scores.Max()) : 0;
            if (!used.TryGetValue(keyframe, out List<Box>? list)) used[keyframe] = list = [];
            for (int b = 0; b < entry.Boxes.Count; b++)
            {
                if (!hasScores || entry.Scores[b] >= threshold) list.Add(map.Apply(video, entry.Boxes[b]));
            }
        }
        return used;
    }
}
