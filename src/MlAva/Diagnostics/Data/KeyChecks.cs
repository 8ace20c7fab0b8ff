using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether detections, proposals and exclusions speak of the keyframes that the annotations speak of.</summary>
static class KeyChecks
{
    /// <summary>Less than this share of keyframes explains no failure.</summary>
    const double Substantial = 0.2;

    public static void Look(ExaminedSet set, FindingList found)
    {
        if (set.Truth.Keys.Count == 0) return;
        if (set.Result is { Keys.Count: > 0 } result)
        {
            Compare(set, found, DataRole.Detections, result.Path, result.Keys, set.ResultKeys!);
            LookAtCoverage(set, found, result);
        }
        if (set.Proposals is { Keys.Count: > 0 } proposals)
            Compare(set, found, DataRole.Proposals, proposals.Path, proposals.Keys, set.ProposalKeys!);
        if (set.Exclusions is { Keys.Count: > 0 } exclusions) LookAtExclusions(set, found, exclusions);
    }

    static void Compare(ExaminedSet set, FindingList found, DataRole role, string path, KeyframeTable keys, KeyMatch match)
    {
        int reachable = Math.Min(set.Truth.Keys.Count, keys.Count);
        string name = role.Name();
        double gain = (double)(match.Common - match.CommonAsIs) / reachable;
        bool isResult = role == DataRole.Detections;
        // Without proposals the whole frame stands in, which is bad; without detections there is nothing, which is worse.
        double likelihood = gain < Substantial ? 0.1 + 0.5 * gain : (isResult ? 0.9 : 0.8) + 0.07 * gain;
        (string, double)[] counts =
        [
            ("truthKeyframes", set.Truth.Keys.Count), ("keyframes", keys.Count), ("commonAsIs", match.CommonAsIs),
                ("commonMended", match.Common),
            ("videosRespelled", match.Map.Videos.Count),
        ];
        string numbers = $"{match.CommonAsIs} keyframes of the annotations are in the {name} as they stand, {match.Common} would be "
            + "after the mend";
        if (match.Map.Videos.Count > 0)
        {
            KeyMap spelling = new(match.Map.Videos);
            (string theirs, string ours) = match.Map.Videos.First();
            string how = match.Affix.Length > 0 ? $"'{match.Affix}' stands in every id of one of them" : match.Spelling.Describe();
            string toMend = match.IsFileToMend ? path : set.Truth.Path;
            found.Add(new()
            {
                Severity = gain >= Substantial && role != DataRole.Exclusions ? DataSeverity.LikelyCause : DataSeverity.Remark,
                Code = "video-ids-differ", File = path, Likelihood = likelihood,
                Sentence = $"{FindingList.Number(match.Map.Videos.Count, "video")} of {keys.Videos.Count} in the {name} are spelled "
                    + $"otherwise in the annotations ('{theirs}' there, '{ours}' here; {how}): {numbers}",
                Counts = counts,
                Evidence = [.. match.Map.Videos.Take(set.Options.EvidenceRows).SelectMany(v => (DataEvidence[])
                    [new(path, keys.LineOf(v.Key), $"'{v.Key}'"), new(set.Truth.Path, set.Truth.Keys.LineOf(v.Value), $"'{v.Value}'")])],
                Mend = RespellCommand(toMend, match, match.IsFileToMend ? theirs : ours),
                Remedy = isResult ? m => m with { Keys = m.Keys with { Videos = spelling.Videos } } : null,
            });
        }
        if (match.Map.ChangesTimes)
        {
            KeyMap map = match.Map;
            // Coarser times are the wrong ones: seconds are what AVA has.
            bool isTruthFiner = map.Scale > 1;
            string what = map.Rounds && map.Scale == 1 && map.Offset == 0
                ? $"the {name} have fractions of seconds where the annotations have whole ones"
                : $"times of the {name}, {map.DescribeTimes()}, are those of the annotations";
            found.Add(new()
            {
                Severity = gain >= Substantial ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "timestamps-differ", File = path,
                Likelihood = likelihood, Sentence = $"{what}: {numbers}",
                Counts = [.. counts, ("scale", map.Scale), ("offset", map.Offset)], Evidence = FirstKeys(set, path, keys, match),
                Mend = isTruthFiner ? Invariant($"the annotations' times look like no seconds; divide them by {map.Scale}")
                    : MendCommand.AwkOr(path, map.ToAwk(), $"write the keys with the time {map.DescribeTimes()}"),
                Remedy = isResult ? m => m with { Keys = map with { Videos = m.Keys.Videos } } : null,
            });
        }
        if (match.Common > 0 || match.Map.Videos.Count > 0) return;
        bool isOfValidation = set.Validation?.Keys is { } other && keys.Videos.Any(other.HasVideo);
        string why = isOfValidation ? $"; they are of the videos of {set.Validation!.Path}"
            : match.VideosAsIs > 0 ? "; the videos are the same, the seconds are not" : "; they name other videos";
        found.Add(new()
        {
            Severity = role == DataRole.Exclusions ? DataSeverity.Remark : DataSeverity.LikelyCause, Code = "keyframes-disjoint",
            File = path,
            Likelihood = isResult ? 0.97 : 0.85,
            Sentence = $"no keyframe is in both the annotations ({set.Truth.Keys.Count} keyframes, such as '{set.Truth.Keys[0]}') "
                + $"and the {name} ({keys.Count}, such as '{keys[0]}'){why}",
            Counts = counts, Evidence = FirstKeys(set, path, keys, match),
            Mend = isOfValidation ? $"give the {name} of this split, or {set.Validation!.Path} as the annotations"
                : $"give annotations and {name} of the same split and version",
        });
    }

    static IReadOnlyList<DataEvidence> FirstKeys(ExaminedSet set, string path, KeyframeTable keys, KeyMatch match)
    {
        int odd = match.FileWithout(KeyMap.Identity).FirstOrDefault(0);
        (string video, double time) = keys[odd];
        string truthVideo = match.Map.VideoOf(video);
        KeyframeKey truth = set.Truth.Keys.HasVideo(truthVideo) ? new(truthVideo, set.Truth.Keys.TimesOf(truthVideo)[0])
            : set.Truth.Keys[0];
        return [new(path, keys.LineOf(odd), Invariant($"'{video}', second {time}")),
            new(set.Truth.Path, set.Truth.Keys.LineOf(truth.VideoId), Invariant($"'{truth.VideoId}', second {truth.Timestamp}"))];
    }

    static string RespellCommand(string path, KeyMatch match, string example)
    {
        if (MendCommand.IsPickle(path))
            return "write the keys with the ids of the annotations, or change the annotations";
        if (match.Affix.Length > 0) return $"remove '{match.Affix}' from column 1 of {path}";
        List<string> steps = [];
        if (match.Spelling.HasFlag(VideoSpelling.Blanks)) steps.Add("gsub(/^[ \\t]+|[ \\t]+$/,\"\",$1)");
        if (match.Spelling.HasFlag(VideoSpelling.Folder)) steps.Add("sub(/.*[\\/\\\\]/,\"\",$1)");
        if (match.Spelling.HasFlag(VideoSpelling.Extension) && Path.GetExtension(example.Trim()) is { Length: > 1 } ending)
            steps.Add($"sub(/\\{ending}$/,\"\",$1)");
        bool isPlain = (match.Spelling & ~(VideoSpelling.Blanks | VideoSpelling.Folder | VideoSpelling.Extension)) == 0;
        return isPlain && steps.Count > 0 ? MendCommand.Awk(path, string.Join(';', steps))
            : $"spell the ids in column 1 of {path} as in the other file";
    }

    /// <summary>Keyframes that only the truth or only the result has.</summary>
    static void LookAtCoverage(ExaminedSet set, FindingList found, ResultFile result)
    {
        const double Most = 0.5, MostStrays = 0.8;
        KeyMatch match = set.ResultKeys!;
        if (match.Common == 0 || set.Wanted.Count == 0) return;
        int[] missing = [.. match.TruthWithout(match.Map).Where(set.Wanted.Contains)];
        if (missing.Length > 0)
        {
            double share = (double)missing.Length / set.Wanted.Count;
            KeyframeKey key = set.Truth.Keys[missing[0]];
            found.Add(new()
            {
                Severity = share >= Most ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "truth-without-results",
                File = result.Path,
                Likelihood = 0.1 + 0.7 * share * share,
                Sentence = $"{FindingList.Part(missing.Length, set.Wanted.Count)} keyframes of the annotations have no detection at "
                    + $"all, such as '{key}'; everybody in them counts as missed",
                Counts = [("missing", missing.Length), ("keyframes", set.Wanted.Count)],
                Evidence = [.. missing.Take(set.Options.EvidenceRows).Select(m => new DataEvidence(set.Truth.Path,
                    set.Truth.Keys.LineOf(m), $"'{set.Truth.Keys[m]}'"))],
                Mend = "score every keyframe of the annotations; look for videos that were skipped or a result that was cut off",
            });
        }
        int[] strays = [.. match.FileWithout(match.Map)];
        if (strays.Length == 0) return;
        long rows = strays.Sum(result.Keys.RowsOf);
        bool isMost = rows >= MostStrays * result.Form.Usable;
        found.Add(new()
        {
            Severity = isMost ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "results-without-truth", File = result.Path,
            Likelihood = isMost ? 0.5 : 0.08,
            Sentence = $"{FindingList.Part(strays.Length, result.Keys.Count)} keyframes of the detections have no truth, such as "
                + $"'{result.Keys[strays[0]]}'; "
                + $"their {FindingList.Number(rows, "row")} count as false",
            Counts = [("keyframes", strays.Length), ("of", result.Keys.Count), ("rows", rows)],
            Evidence = [.. strays.Take(set.Options.EvidenceRows).Select(s => new DataEvidence(result.Path,
                result.Keys.LineOf(s), $"'{result.Keys[s]}'"))],
            Mend = isMost ? "check that the annotations are those of the split that was scored" : null,
        });
    }

    static void LookAtExclusions(ExaminedSet set, FindingList found, KeyFile exclusions)
    {
        const double Most = 0.5;
        KeyMatch match = set.ExclusionKeys!;
        int labelled = set.Truth.Rows.Select(r => r.Keyframe).Distinct().Count();
        int excluded = labelled - set.Wanted.Count;
        double share = labelled == 0 ? 0 : (double)excluded / labelled;
        (string, double)[] counts = [("excluded", excluded), ("keyframes", labelled), ("listed", exclusions.Keys.Count)];
        if (share >= Most)
        {
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "exclusions-cover-everything", File = exclusions.Path,
                Likelihood = 0.6 + 0.38 * share,
                Sentence = $"the exclusions leave out {FindingList.Part(excluded, labelled)} labelled keyframes; AVA's own leave out "
                    + "less than 1 %",
                Counts = counts, Mend = "leave --exclude away, or give the list of keyframes to leave out, not that of keyframes to keep",
                Remedy = m => m with { IgnoresExclusions = true },
                Evidence = [new(exclusions.Path, exclusions.Keys.LineOf(0), $"'{exclusions.Keys[0]}'")],
            });
        }
        else if (match.CommonAsIs == 0 && match.Common > 0)
            Compare(set, found, DataRole.Exclusions, exclusions.Path, exclusions.Keys, match);
        else if (match.CommonAsIs == 0 && match.VideosAsIs == 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "exclusions-match-nothing", File = exclusions.Path, Likelihood = 0.03,
                Sentence = $"none of the {exclusions.Keys.Count} excluded keyframes is of a video of the annotations",
                Counts = counts, Mend = "check that the exclusions are those of this split; they do nothing",
            });
        }
    }
}
