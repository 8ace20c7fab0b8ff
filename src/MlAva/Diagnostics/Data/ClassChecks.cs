using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether annotations, label map, detections and network mean the same ids.</summary>
static class ClassChecks
{
    public static void Look(ExaminedSet set, FindingList found, CancellationToken cancellation)
    {
        if (set.Truth.Classes.Count == 0) return;
        LookAtLabelMap(set, found);
        LookAtTruth(set, found);
        LookAtNumClasses(set, found);
        if (set.Result is { Classes.Count: > 0 } result)
        {
            LookForShifts(set, found, result, cancellation);
            LookAtResult(set, found, result);
        }
        LookAtBalance(set, found);
    }

    static void LookAtLabelMap(ExaminedSet set, FindingList found)
    {
        if (set.Labels is not { } labels) return;
        if (labels.Refusal is { } refusal)
        {
            bool isZero = labels.All.Any(e => e.Id == 0);
            int repeated = labels.All.CountBy(e => e.Id).Count(c => c.Value > 1);
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "label-map-refused", File = labels.Path, Likelihood = 0.9,
                Sentence = $"the label map is refused: found {refusal.Found}; expected {refusal.Expected}",
                Counts = [("classes", labels.All.Count), ("repeatedIds", repeated),
                    ("lowestId", labels.All.Count == 0 ? double.NaN : labels.All.Min(e => e.Id))],
                Evidence = [new(labels.Path, refusal.Row, refusal.Found)],
                Mend = isZero ? "remove the class of id 0 if it stands for none, or add 1 to every id here, in the annotations and in "
                    + "the detections" : refusal.Mend,
                Remedy = m => m,
            });
        }
        string[] names = [.. labels.Entries.CountBy(e => e.Name).Where(c => c.Value > 1).Select(c => c.Key)];
        if (names.Length == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "label-map-names-repeat", File = labels.Path, Likelihood = 0.03,
            Sentence = $"{FindingList.Number(names.Length, "name")} of the label map {(names.Length == 1 ? "stands" : "stand")} for "
                + $"several ids, such as '{names[0]}'",
            Counts = [("names", names.Length)], Mend = "give every class a name of its own",
        });
    }

    static void LookAtTruth(ExaminedSet set, FindingList found)
    {
        ClassTally classes = set.Truth.Classes;
        string path = set.Truth.Path;
        int most = set.Options.EvidenceRows;
        long below = classes.CountOf(id => id < 1);
        if (below > 0)
        {
            bool isFromZero = classes[0] > 0 && (set.Labels is null || classes.Ids.All(id => set.Labels.Ids.Contains(id + 1)));
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "ids-from-zero", File = path, Likelihood = 0.94,
                Sentence = $"{FindingList.Part(below, classes.Count)} rows of the annotations have an action below 1; AVA's ids begin "
                    + "at 1, and 0 is no class"
                    + (isFromZero ? $": ids go from 0 to {classes.Ids[^1]}, one less than meant" : ""),
                Counts = [("rows", classes.Count), ("affected", below), ("lowestId", classes.Ids[0]), ("highestId", classes.Ids[^1])],
                Evidence = classes.FirstOf(id => id < 1, most),
                Mend = isFromZero ? MendCommand.Awk(path, "$7+=1")
                    + "; and the same in the detections, if their ids begin at 0" : "delete these rows, or write the action's id",
                Remedy = isFromZero ? m => m with { TruthActions = ActionMap.Shift(1) } : null,
            });
        }
        if (set.Labels is not { Entries.Count: > 0 } labels) return;
        long beyond = classes.CountOf(id => id > labels.MaxId);
        if (beyond > 0)
        {
            bool isShifted = classes.Ids[^1] == labels.MaxId + 1 && classes[1] == 0 && classes.Ids.All(id => labels.Ids.Contains(id - 1));
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "ids-beyond-label-map", File = path,
                Likelihood = 0.88 + 0.08 * beyond / classes.Count,
                Sentence = $"{FindingList.Part(beyond, classes.Count)} rows of the annotations have an action above {labels.MaxId}, the "
                    + "largest id of the label map; "
                    + (isShifted ? "every id is one more than meant" : "training refuses them and the evaluation leaves them out"),
                Counts = [("rows", classes.Count), ("affected", beyond), ("highestId", classes.Ids[^1]),
                    ("labelMapHighestId", labels.MaxId)],
                Evidence = classes.FirstOf(id => id > labels.MaxId, most),
                Mend = isShifted ? MendCommand.Awk(path, "$7-=1") : labels.MaxId <= 60 && classes.Ids[^1] == 80
                    ? "give AVA's label map of 80 classes, or that of 60 with AVA's own ids (up to 80)"
                    : "add the classes to the label map, or correct the rows",
                Remedy = isShifted ? m => m with { TruthActions = ActionMap.Shift(-1) } : null,
            });
        }
        LookAtGaps(set, found, labels);
    }

    /// <summary>Classes that the label map lacks below its largest id, as AVA's map of 60 lacks 20 of 80.</summary>
    static void LookAtGaps(ExaminedSet set, FindingList found, LooseLabelMap labels)
    {
        ClassTally classes = set.Truth.Classes;
        bool IsGap(int id) => id >= 1 && id < labels.MaxId && !labels.Ids.Contains(id);
        long left = classes.CountOf(IsGap);
        int[] gaps = [.. classes.Ids.Where(IsGap)];
        if (left > 0)
        {
            double share = (double)left / classes.Count;
            bool isAva = labels.Entries.Count == 60 && labels.MaxId == 80;
            found.Add(new()
            {
                Severity = share > 0.9 ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "classes-not-evaluated",
                File = set.Truth.Path,
                Likelihood = share > 0.9 ? 0.9 : 0.06,
                Sentence = $"{FindingList.Part(left, classes.Count)} rows of the annotations are of "
                    + $"{FindingList.Number(gaps.Length, "class", "classes")} that the label map of {labels.Entries.Count} lacks; "
                    + "the evaluation leaves them out" + (isAva ? ", as AVA's own does with 20 of its 80 classes" : ""),
                Counts = [("rows", classes.Count), ("affected", left), ("classes", gaps.Length), ("labelMapClasses", labels.Entries.Count)],
                Evidence = classes.FirstOf(IsGap, set.Options.EvidenceRows),
                Mend = isAva ? "give the map of 80 classes to have all of them evaluated; published figures are of 60"
                    : "add the classes to the label map",
            });
        }
        else if (labels.Entries.Count == 80 && labels.MaxId == 80 && classes.Ids.Count > 60)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "label-map-of-80", File = labels.Path, Likelihood = 0.04,
                Sentence = "the label map has all 80 of AVA's classes; published figures are means over the 60 of the evaluation's map",
                Counts = [("labelMapClasses", 80)], Mend = "give ava_action_list_v2.2_for_activitynet_2019.pbtxt to compare with "
                    + "published figures",
            });
        }
    }

    static void LookAtNumClasses(ExaminedSet set, FindingList found)
    {
        if (set.Options.NumClasses is not { } columns) return;
        int needed = Math.Max(set.Truth.Classes.Ids[^1], set.Labels?.MaxId ?? 0) + 1;
        if (columns == needed) return;
        bool isTooFew = columns < needed;
        long lost = set.Truth.Classes.CountOf(id => id >= columns);
        found.Add(new()
        {
            Severity = lost > 0 ? DataSeverity.Broken : DataSeverity.Remark, Code = "num-classes", File = set.Truth.Path,
            Likelihood = lost > 0 ? 0.9 : 0.08,
            Sentence = isTooFew
                ? Invariant($"{columns} columns of scores have no place for ids up to {needed - 1} (column 0 is unused): ")
                + Invariant($"{FindingList.Part(lost, set.Truth.Classes.Count)} rows are refused")
                : Invariant($"{columns} columns of scores are more than the ids up to {needed - 1} need"),
            Counts = [("numClasses", columns), ("needed", needed), ("affected", lost)],
            Evidence = set.Truth.Classes.FirstOf(id => id >= columns, set.Options.EvidenceRows),
            Mend = Invariant($"--num-classes {needed}"),
        });
    }

    /// <summary>Whether mAP rises steeply when ids (or, for want of that, seconds) are taken for one more or less.</summary>
    static void LookForShifts(ExaminedSet set, FindingList found, ResultFile result, CancellationToken cancellation)
    {
        if (set.Trials is not { } trials || trials.MeanAveragePrecision(found.All) is not { } asIs) return;
        set.Options.Progress?.Report(new("trying mends", 0));
        (ActionMap Map, double Mean) best = (ActionMap.Identity, asIs);
        foreach (ActionMap map in Candidates(set, result))
        {
            cancellation.ThrowIfCancellationRequested();
            double mean = trials.MeanAveragePrecision(found.All with { DetectionActions = map }) ?? 0;
            if (mean > best.Mean) best = (map, mean);
        }
        if (IsSteep(asIs, best.Mean))
        {
            int[] ids = [.. result.Classes.Ids];
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "ids-shifted", File = result.Path, Likelihood = 0.9,
                Sentence = Invariant($"the detections' action ids ({ids[0]} to {ids[^1]}) mean others than the annotations' ")
                    + $"({set.Truth.Classes.Ids[0]} to {set.Truth.Classes.Ids[^1]}): with {best.Map.Words} they fit",
                Counts = [("lowestId", ids[0]), ("highestId", ids[^1]), ("truthLowestId", set.Truth.Classes.Ids[0]),
                    ("truthHighestId", set.Truth.Classes.Ids[^1])],
                Evidence = result.Classes.FirstOf(_ => true, set.Options.EvidenceRows),
                Mend = MendCommand.Awk(result.Path, best.Map.Awk)
                    + "; and correct what writes them (column 0 of the network's scores is no class)",
                Remedy = m => m with { DetectionActions = best.Map },
            });
            return;
        }
        (double Offset, double Mean) second = (0, asIs);
        foreach (double offset in (double[])[1, -1])
        {
            cancellation.ThrowIfCancellationRequested();
            double mean = trials.MeanAveragePrecision(Later(found.All, offset)) ?? 0;
            if (mean > second.Mean) second = (offset, mean);
        }
        if (!IsSteep(asIs, second.Mean)) return;
        found.Add(new()
        {
            Severity = DataSeverity.LikelyCause, Code = "timestamps-differ", File = result.Path, Likelihood = 0.85,
            Sentence = Invariant($"the detections are a second off: shifted by {(second.Offset > 0 ? "+" : "")}{second.Offset} s they ")
                + "fit the annotations",
            Counts = [("offset", second.Offset)], Mend = MendCommand.Awk(result.Path,
                $"$2={Later(new(), second.Offset).Keys.ToAwk()[3..]}"),
            Remedy = m => Later(m, second.Offset),
        });

        static Mending Later(Mending m, double offset) => m with { Keys = m.Keys with { Offset = m.Keys.Offset + offset } };
    }

    static bool IsSteep(double asIs, double mended) => mended >= asIs + 0.05 && mended >= 1.5 * asIs;

    static IEnumerable<ActionMap> Candidates(ExaminedSet set, ResultFile result)
    {
        yield return ActionMap.Shift(1);
        yield return ActionMap.Shift(-1);
        int[] meant = [.. (set.Labels?.Ids ?? set.Truth.Classes.Ids.Where(id => id >= 1)).Order()];
        IReadOnlyList<int> ids = result.Classes.Ids;
        if (meant.Length == 0 || meant[^1] == meant.Length || ids[^1] > meant.Length) yield break;
        yield return ActionMap.Nth(meant, 1);
        yield return ActionMap.Nth(meant, 0);
    }

    static void LookAtResult(ExaminedSet set, FindingList found, ResultFile result)
    {
        ActionMap map = found.All.DetectionActions, truthMap = found.All.TruthActions;
        HashSet<int> truths = [.. set.Truth.Classes.Ids.Select(truthMap.Map).Where(id => id >= 1 && set.Labels?.Ids.Contains(id) != false)];
        if (truths.Count == 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "nothing-to-evaluate", File = set.Truth.Path, Likelihood = 0.98,
                Sentence = $"no action of the annotations ({set.Truth.Classes.Ids[0]} to {set.Truth.Classes.Ids[^1]}) is in the label "
                    + "map, so there is no mAP at all",
                Evidence = set.Truth.Classes.FirstOf(_ => true, set.Options.EvidenceRows), Mend = "give the label map of these annotations",
            });
            return;
        }
        HashSet<int> named = [.. result.Classes.Ids.Select(map.Map)];
        int most = set.Options.EvidenceRows;
        if (!named.Overlaps(truths))
        {
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "classes-disjoint", File = result.Path, Likelihood = 0.96,
                Sentence = Invariant($"the detections name only classes without truth ({result.Classes.Ids[0]} to ")
                    + Invariant($"{result.Classes.Ids[^1]}, truth {truths.Min()} to {truths.Max()})"),
                Counts = [("classes", named.Count), ("truthClasses", truths.Count)], Evidence = result.Classes.FirstOf(_ => true, most),
                Mend = "score with a model of these classes, or correct the ids that are written",
            });
            return;
        }
        int[] never = [.. truths.Where(t => !named.Contains(t)).Order()];
        if (never.Length > 0)
        {
            long rows = set.Truth.Classes.CountOf(id => never.Contains(truthMap.Map(id)));
            bool isMost = never.Length * 2 > truths.Count;
            found.Add(new()
            {
                Severity = isMost ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "classes-never-detected", File = result.Path,
                Likelihood = isMost ? 0.6 : 0.1,
                Sentence = $"{FindingList.Part(never.Length, truths.Count)} classes of the annotations are never named by the detections "
                    + $"({List(never)}): each has AP 0",
                Counts = [("classes", never.Length), ("truthClasses", truths.Count), ("truthRows", rows)],
                Evidence = set.Truth.Classes.FirstOf(id => never.Contains(truthMap.Map(id)), most),
                Mend = "score all classes, and keep low scores too: a threshold far above 0.002 cuts classes off",
            });
        }
        int[] others = [.. named.Where(n => !truths.Contains(n)).Order()];
        if (others.Length == 0) return;
        long stray = result.Classes.CountOf(id => others.Contains(map.Map(id)));
        bool isWide = set.Labels is { } labels && others.Any(o => o > labels.MaxId || o < 1);
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "detections-of-other-classes", File = result.Path, Likelihood = isWide ? 0.12 : 0.04,
            Sentence = $"{FindingList.Part(stray, result.Classes.Count)} detections are of "
                + $"{FindingList.Number(others.Length, "class", "classes")} without truth ({List(others)}); they change no mAP"
                + (!isWide ? "" : named.Max() >= 80 ? ", but the model scores AVA's 80 classes"
                    : ", but some of these ids are not in the label map at all"),
            Counts = [("rows", stray), ("classes", others.Length)],
            Evidence = result.Classes.FirstOf(id => others.Contains(map.Map(id)), most),
            Mend = isWide ? "score with a model trained on this label map" : null,
        });
    }

    static string List(int[] ids) => string.Join(", ", ids.Take(5)) + (ids.Length > 5 ? ", …" : "");

    static void LookAtBalance(ExaminedSet set, FindingList found)
    {
        const int Steep = 100;
        ClassTally classes = set.Truth.Classes;
        if (classes.Ids.Count < 2) return;
        int common = classes.Ids.MaxBy(id => classes[id]), rare = classes.Ids.MinBy(id => classes[id]);
        if (classes[common] < Steep * classes[rare]) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "class-imbalance", File = set.Truth.Path, Likelihood = 0.02,
            Sentence = $"class {common} has {FindingList.Number(classes[common], "row")}, class {rare} {classes[rare]}; rare classes "
                + "weigh as much in mAP as common ones",
            Counts = [("mostId", common), ("most", classes[common]), ("leastId", rare), ("least", classes[rare])],
            Evidence = classes.FirstOf(id => id == rare, 1), Mend = "collect more of the rare classes, or leave them out of the label map",
        });
    }
}
