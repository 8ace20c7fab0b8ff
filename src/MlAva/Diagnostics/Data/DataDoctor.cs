using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>
/// Looks through a data set and a result for what explains an mAP of 0 or a training that learns nothing, says it in words with the mend,
/// and computes what mAP would be after the mend. Reads leniently what the strict readers refuse; nothing is changed.
/// </summary>
public static class DataDoctor
{
    /// <summary>A mend matters when it raises mAP by so much, at least.</summary>
    const double HelpfulGain = 0.05, HelpfulFactor = 1.2;

    /// <summary>Above this, mAP is not near 0.</summary>
    const double Alive = 0.05;

    /// <summary>Makes all checks that the files given allow. What is wrong with the data is a finding, not an exception.</summary>
    /// <param name="options">What to examine.</param>
    /// <param name="cancellationToken">Ends the examination.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="AnnotationFormatException">A file is no text, or no harmless pickle of a dict.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DataReport Examine(DataDoctorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ExaminedSet set = ExaminedSet.Read(options, cancellationToken);
        FindingList found = new();
        // Later checks look at the data with the mends of earlier ones: keyframes before boxes, boxes before classes.
        FormChecks.Look(set, found);
        KeyChecks.Look(set, found);
        BoxMap proposed = BoxChecks.Look(set, found);
        ScoreChecks.Look(set, found);
        ClassChecks.Look(set, found, cancellationToken);
        IReadOnlyList<long>? proposals = ProposalChecks.Look(set, found, proposed);
        IReadOnlyList<long>? detections = ResultChecks.Look(set, found);
        FrameChecks.Look(set, found);
        SplitChecks.Look(set, found);
        FormChecks.LookAtRefusals(set, found);
        (double? asIs, double? mended) = Weigh(set, found, cancellationToken);
        Conclude(set, found, asIs, mended);
        return new()
        {
            Findings = [.. found.Drafts.OrderByDescending(d => d.Severity >= DataSeverity.LikelyCause ? 1 : 0)
                .ThenByDescending(d => d.Likelihood).ThenByDescending(d => d.Severity).Select(d => d.Finish())],
            Tallies = new()
            {
                Files = set.Tallies(),
                ProposalIoU = proposals,
                DetectionIoU = detections,
                SampledShare = set.Trials?.Share ?? 1,
            },
            MeanAveragePrecision = asIs,
            MendedMeanAveragePrecision = mended,
        };
    }

    /// <summary>Computes mAP as it stands and with each mend, and lets that decide how much a finding matters.</summary>
    static (double? AsIs, double? Mended) Weigh(ExaminedSet set, FindingList found, CancellationToken cancellation)
    {
        if (set.Trials is not { } trials) return (null, null);
        // Whatever the mend, a file that is refused has no mAP as it stands.
        bool isRead = ((string?[])[set.Truth.Path, set.Result!.Path, set.Labels?.Path, set.Exclusions?.Path])
            .All(p => p is null || !set.Refusals.ContainsKey(p)) && !set.Result.Layout.IsScoreFirst;
        set.Options.Progress?.Report(new("computing mAP", 0));
        double? asIs = isRead ? trials.MeanAveragePrecision(new(), isStrict: true) : null;
        DraftFinding[] mendable = [.. found.Drafts.Where(d => d.Remedy is not null)];
        if (mendable.Length == 0) return (asIs, null);
        double before = asIs ?? 0;
        double? all = trials.MeanAveragePrecision(found.All);
        foreach (DraftFinding finding in mendable)
        {
            cancellation.ThrowIfCancellationRequested();
            set.Options.Progress?.Report(new($"computing mAP without {finding.Code}", 0));
            Mending without = mendable.Where(d => d != finding).Aggregate(new Mending(), (m, d) => d.Remedy!(m));
            bool isAlone = mendable.Length == 1;
            finding.Mended = isAlone ? all : trials.MeanAveragePrecision(finding.Remedy!(new()));
            double alone = finding.Mended ?? 0, together = all ?? 0;
            double others = isAlone ? before : trials.MeanAveragePrecision(without) ?? 0;
            bool helpsAlone = Helps(before, alone), helpsOthers = Helps(before, together) && Helps(others, together);
            Tell(finding, asIs, alone, together, helpsOthers && !helpsAlone, trials.Share);
            if (helpsAlone || helpsOthers)
            {
                bool isBroken = finding.Severity == DataSeverity.Broken;
                finding.Severity = isBroken ? DataSeverity.Broken : DataSeverity.LikelyCause;
                double gain = Math.Max(alone - before, together - others);
                // Of two causes the one that also ends the reading is met first.
                finding.Likelihood = Math.Max(isBroken ? finding.Likelihood : 0, 0.9 + 0.07 * gain + (isBroken ? 0.02 : 0));
            }
            else if (finding.Severity == DataSeverity.LikelyCause && Math.Max(before, together) > Alive)
            {
                finding.Severity = DataSeverity.Remark;
                finding.Likelihood *= 0.2;
            }
        }
        return (asIs, all);
    }

    static bool Helps(double before, double after) => after >= before + HelpfulGain && after >= HelpfulFactor * before;

    static void Tell(DraftFinding finding, double? asIs, double alone, double together, bool isOnlyTogether, double share)
    {
        string of = share < 1 ? Invariant($" (on {100 * share:0.#} % of the keyframes)") : "";
        string now = asIs is { } known ? Invariant($"{known:0.0000} as it stands") : "none as it stands";
        finding.Sentence += isOnlyTogether
            ? Invariant($"; mended together with the others, mAP would be {together:0.0000}, {now}{of}")
            : Invariant($"; mended, mAP would be {alone:0.0000}, {now}{of}");
    }

    /// <summary>What mAP is, and whether anything is left unexplained.</summary>
    static void Conclude(ExaminedSet set, FindingList found, double? asIs, double? mended)
    {
        const double Zero = 0.01;
        TruthFile truth = set.Truth;
        if (set.Result is { } result)
        {
            string of = set.Trials!.Share < 1 ? Invariant($" on {100 * set.Trials.Share:0.#} % of the keyframes") : "";
            bool isNone = asIs is null or < Zero && !found.HasCause;
            found.Add(new()
            {
                Severity = isNone ? DataSeverity.LikelyCause : DataSeverity.Fine, Code = isNone ? "cause-unknown" : "map",
                File = result.Path,
                Likelihood = isNone ? 0.2 : 0,
                Sentence = (asIs is { } mean ? Invariant($"mAP at IoU 0.5 is {mean:0.0000} as the files stand{of}")
                    : "there is no mAP as the files stand")
                    + (mended is { } better ? Invariant($", and would be {better:0.0000} with everything mended") : "")
                    + (isNone ? "; none of the checks explains it" : ""),
                Counts = [("meanAveragePrecision", asIs ?? double.NaN), ("mended", mended ?? double.NaN)],
                Mend = isNone ? "look at AP per class and at some keyframes with both boxes drawn: mlava evaluate --json figures.json"
                    : null,
            });
        }
        if (truth.Form.Usable == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Fine, Code = "annotations", File = truth.Path,
            Sentence = Invariant($"{FindingList.Number(truth.Classes.Count, "row")} of ")
                + Invariant($"{FindingList.Number(truth.Keys.Count, "keyframe")} of ")
                + Invariant($"{FindingList.Number(truth.Keys.Videos.Count, "video")}, ")
                + Invariant($"{FindingList.Number(truth.Classes.Ids.Count, "class", "classes")}, seconds {truth.Form.FirstTime:0.###} ")
                + Invariant($"to {truth.Form.LastTime:0.###}"),
            Counts = [("rows", truth.Classes.Count), ("keyframes", truth.Keys.Count), ("videos", truth.Keys.Videos.Count),
                ("classes", truth.Classes.Ids.Count)],
        });
    }
}
