using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether scores order anything, and rows stand once.</summary>
static class ScoreChecks
{
    public static void Look(ExaminedSet set, FindingList found)
    {
        LookAtTruthRepeats(set, found);
        if (set.Result is not { } result) return;
        LookAtScores(found, result);
        if (result.Duplicates.Count == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "rows-repeated", File = result.Path, Likelihood = 0.1,
            Sentence = $"{FindingList.Part(result.Duplicates.Count, result.Form.Usable)} detections repeat an earlier row; each counts "
                + "as false",
            Counts = [("rows", result.Form.Usable), ("affected", result.Duplicates.Count)], Evidence = result.Duplicates.Rows,
            Mend = MendCommand.Filter(result.Path, "awk '!seen[$0]++'"), Remedy = m => m with { DistinctDetections = true },
        });
    }

    static void LookAtTruthRepeats(ExaminedSet set, FindingList found)
    {
        Examples repeats = set.Truth.Duplicates;
        if (repeats.Count == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "rows-repeated", File = set.Truth.Path, Likelihood = 0.12,
            Sentence = $"{FindingList.Part(repeats.Count, set.Truth.Classes.Count)} rows of the annotations repeat keyframe, box and "
                + "action of an earlier row; each counts as missed, as one detection finds only one",
            Counts = [("rows", set.Truth.Classes.Count), ("affected", repeats.Count)], Evidence = repeats.Rows,
            Mend = MendCommand.Filter(set.Truth.Path, "awk -F, '!seen[$1,$2,$3,$4,$5,$6,$7]++'"),
            Remedy = m => m with { DistinctTruth = true },
        });
    }

    static void LookAtScores(FindingList found, ResultFile result)
    {
        ScoreTally scores = result.Scores;
        if (scores.Count > 1 && scores.Lowest == scores.Highest)
        {
            bool areMissing = result.Form.Widths.GetValueOrDefault(7) == result.Form.Rows;
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "scores-all-equal", File = result.Path, Likelihood = 0.8,
                Sentence = areMissing ? "the detections have no score column, so that all scores are 1 and order nothing"
                    : Invariant($"all {scores.Count} scores are {scores.Lowest}: they order nothing"),
                Counts = [("rows", scores.Count), ("score", scores.Lowest)],
                Mend = areMissing ? "write the score as column 8" : "write the network's scores, not labels, with enough decimals",
            });
        }
        else if (scores.Outside.Count > 0)
        {
            string kind = scores.Negative > 0 ? "logits before the sigmoid" : scores.Highest is > 1 and <= 100 ? "percents"
                : "something other than probabilities";
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "scores-out-of-range", File = result.Path, Likelihood = 0.1,
                Sentence = Invariant($"{FindingList.Part(scores.Outside.Count, scores.Count)} scores are outside of 0–1 ")
                    + Invariant($"({scores.Lowest} to {scores.Highest}): ")
                    + $"they look like {kind}; mAP needs only their order, thresholds need probabilities",
                Counts = [("rows", scores.Count), ("affected", scores.Outside.Count), ("lowest", scores.Lowest),
                    ("highest", scores.Highest)],
                Evidence = scores.Outside.Rows, Mend = scores.Negative > 0 ? "write sigmoid(score)" : null,
            });
        }
    }
}
