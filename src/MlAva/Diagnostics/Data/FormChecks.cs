using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether the files are written as AVA's are: separators, header rows, numbers, columns.</summary>
static class FormChecks
{
    /// <summary>A file that is refused is never used, however few of its rows are to blame; the more are, the likelier it is noticed
    /// last.</summary>
    const double Refused = 0.86, RefusedMore = 0.1;

    const string Padded = "0902", Decimal = "902.0";

    public static void Look(ExaminedSet set, FindingList found)
    {
        LookAt(set, found, DataRole.Annotations, set.Truth.Form, set.Truth.Layout);
        if (set.Result is { } result) LookAt(set, found, DataRole.Detections, result.Form, result.Layout);
        if (set.Proposals is { Layout: { } layout } proposals) LookAt(set, found, DataRole.Proposals, proposals.Form, layout);
        if (set.Exclusions is { } exclusions) LookAt(set, found, DataRole.Exclusions, exclusions.Form, exclusions.Layout);
        if (set.Validation is { } validation) LookAt(set, found, DataRole.Validation, validation.Form, validation.Layout);
        LookAtTimes(set, found);
        LookAtSpellings(set, found);
    }

    /// <summary>What the strict readers refuse and no other finding has named; to be asked last.</summary>
    public static void LookAtRefusals(ExaminedSet set, FindingList found)
    {
        foreach ((string path, AnnotationFormatException refusal) in set.Refusals)
        {
            if (found.Drafts.Any(d => d.File == path && d.Severity == DataSeverity.Broken)) continue;
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "refused", File = path, Likelihood = Refused,
                Sentence = $"the strict reader refuses the file: found {refusal.Found}; expected {refusal.Expected}",
                Evidence = refusal.Row > 0 ? [new(path, refusal.Row, Examples.Shorten(refusal.Found))] : [], Mend = refusal.Mend,
            });
        }
    }

    static void LookAt(ExaminedSet set, FindingList found, DataRole role, FormTally form, LooseForm layout)
    {
        string path = form.Path, name = role.Name();
        bool isRefused = set.Refusals.ContainsKey(path);

        if (form.Usable == 0 && role != DataRole.Exclusions)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "no-rows", File = path, Likelihood = 0.995,
                Sentence = form.Rows == 0 ? $"the {name} are empty"
                    : $"none of the {FindingList.Number(form.Rows, "row")} of the {name} can be understood; expected {role.Columns()}",
                Counts = [("rows", form.Rows)], Evidence = form.Of(RowFault.Width) is { Count: > 0 } width ? width.Rows
                    : form.Of(RowFault.NotANumber).Rows,
                Mend = "check that this is the file you mean, and that it was written or downloaded whole",
            });
        }
        if (layout.Separator != (byte)',' && form.Rows > 0)
        {
            string sign = layout.Separator == (byte)'\t' ? "\\t" : ((char)layout.Separator).ToString();
            bool hasCommas = form.Count(RowFault.DecimalComma) > 0;
            string program = hasCommas ? $"tr '{sign},' ',.'" : $"tr '{sign}' ','";
            Fault("separator", form.Rows, [], $"the columns of the {name} are kept apart by {LooseForm.Name(layout.Separator)}, not commas",
                MendCommand.Filter(path, program), order: 0.02);
        }
        else Of(RowFault.Separator, "separator", "have other separators than commas", "write commas between the columns in every row");
        if (layout.IsScoreFirst)
        {
            found.Add(new()
            {
                Severity = isRefused ? DataSeverity.Broken : DataSeverity.LikelyCause, Code = "columns-swapped", File = path,
                Likelihood = 0.97,
                Sentence = "the detections have the score in column 7 and the action in column 8; expected the action first",
                Counts = [("rows", form.Rows)], Remedy = m => m,
                Mend = MendCommand.Awk(path, "t=$7;$7=$8;$8=t"),
            });
        }
        Of(RowFault.Header, "header-row", "name columns: AVA's files have no header",
            form.Of(RowFault.Header).Rows is [{ Line: 1 }] ? MendCommand.Filter(path, "tail -n +2") : "delete these rows");
        Of(RowFault.Width, "row-width", $"do not have {role.Columns()}",
            "compare them with the file's other rows; decimal commas, a lost line end or a comma in a name make more columns, a missing "
                + "value fewer");
        Of(RowFault.DecimalComma, "decimal-commas", "write decimal commas", "write decimal points");
        Of(RowFault.Underscore, "underscores", "have an underscore in a number", "remove the underscore");
        Of(RowFault.OpenQuote, "open-quote", "have a quote that is not closed", MendCommand.Filter(path, "tr -d '\"'"));
        Of(RowFault.EmptyVideo, "no-video-id", "name no video", "write the video's id, or delete the rows");
        Of(RowFault.NegativeTime, "negative-timestamps", "have a time below 0", "count seconds from the beginning of the video");
        Of(RowFault.NotFinite, "not-finite", "have NaN or an infinite number where a finite one must be",
            role == DataRole.Detections ? "look for a network that has diverged, or for a division by zero where scores are made"
                : "delete the rows");
        Of(RowFault.NotANumber, "not-a-number", "have something else where a number must be", "write numbers with decimal points");
        if (form.Count(RowFault.NamedAction) > 0)
        {
            bool isKnown = set.Labels is not null;
            Of(RowFault.NamedAction, "action-names",
                $"name the action in words{(isKnown ? "" : " (give --label-map to have the names understood)")}",
                "write the label map's id in column 7 instead of the name");
        }
        Of(RowFault.DecimalAction, "action-decimals", "write the action's id with a decimal point", MendCommand.Awk(path, "$7=int($7)"));
        if (role is DataRole.Annotations or DataRole.Validation)
        {
            Of(RowFault.EmptyAction, "empty-actions", "have a box but no action",
                "write the action's id, or delete the rows; a file of person boxes belongs to --proposals");
            Of(RowFault.EmptyCells, "empty-cells", "name a keyframe with nobody in it by empty cells",
                "write only two columns (video, seconds), as AVA-Kinetics does, or delete the rows");
        }
        else Of(RowFault.EmptyAction, "empty-actions", "have no action",
            "write the action's id; a file of person boxes belongs to --proposals");

        if (isRefused && form.IsUtf16)
            Fault("utf-16", form.Rows, [], $"the {name} are UTF-16 text", MendCommand.Filter(path, "iconv -f UTF-16 -t UTF-8"),
                order: 0.03);
        Remarks(found, role, form);

        void Of(RowFault fault, string code, string what, string mend)
        {
            Examples rows = form.Of(fault);
            if (rows.Count == 0) return;
            string subject = rows.Count == 1 ? $"1 of the {form.Rows} rows of the {name}"
                : $"{rows.Count} of the {form.Rows} rows of the {name}";
            Fault(code, rows.Count, rows.Rows, $"{subject} {Singular(what, rows.Count)}", mend);
        }

        void Fault(string code, long rows, IReadOnlyList<DataEvidence> evidence, string sentence, string mend, double order = 0)
        {
            // A refusal further up hides what the reader would say of these rows; without any refusal they are harmless.
            found.Add(new()
            {
                Severity = isRefused ? DataSeverity.Broken : DataSeverity.Remark, Code = code, File = path, Sentence = sentence,
                Counts = [("rows", form.Rows), ("affected", rows)], Evidence = evidence, Mend = mend,
                Likelihood = isRefused ? Refused + RefusedMore * rows / Math.Max(1, form.Rows) + order : 0.1,
                Remedy = isRefused ? m => m : null,
            });
        }
    }

    static string Singular(string what, long count)
    {
        if (count != 1) return what;
        return what.StartsWith("have ", StringComparison.Ordinal) ? "has " + what[5..]
            : what.StartsWith("do not ", StringComparison.Ordinal) ? "does not " + what[7..]
            : what.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? what[..blank] + "s" + what[blank..] : what + "s";
    }

    /// <summary>What every reader of this house takes, but others stumble over.</summary>
    static void Remarks(FindingList found, DataRole role, FormTally form)
    {
        string path = form.Path, name = role.Name();
        if (form.HasByteOrderMark)
        {
            Remark("byte-order-mark",
                $"the {name} begin with a byte order mark, which other readers take for a part of the first video's id", [],
                MendCommand.Filter(path, "tail -c +4"));
        }
        (long lf, long crLf, long cr) = form.Ends;
        if ((lf > 0 ? 1 : 0) + (crLf > 0 ? 1 : 0) + (cr > 0 ? 1 : 0) > 1)
        {
            Remark("line-ends", $"the lines of the {name} end in different ways: {lf} with LF, {crLf} with CRLF, {cr} with CR", [],
                MendCommand.Filter(path, "tr -s '\\r' '\\n'"), ("lf", lf), ("crlf", crLf), ("cr", cr));
        }
        if (form.Of(RowFault.Quotes) is { Count: > 0 } quotes && form.Count(RowFault.OpenQuote) == 0)
        {
            Remark("quotes",
                $"{FindingList.Number(quotes.Count, "row")} of the {name} have quotes, which readers that split at commas keep", quotes.Rows,
                MendCommand.Filter(path, "tr -d '\"'"), ("affected", quotes.Count));
        }
        if (form.Of(RowFault.PaddedVideo) is { Count: > 0 } padded)
        {
            Remark("blanks-in-video-id",
                $"{FindingList.Number(padded.Count, "row")} of the {name} have blanks around the video's id, which belong to it", padded.Rows,
                MendCommand.Awk(path, "gsub(/^[ \\t]+|[ \\t]+$/,\"\",$1)"), ("affected", padded.Count));
        }
        (long full, long brief, long point) = form.TimeForms;
        if ((full > 0 && brief > 0) || (point > 0 && point < form.Rows && point > form.Fractions.Count))
        {
            Remark("key-spelling", $"the {name} write seconds in different ways ({full} as 0902, {brief} as 902, {point} as 902.0); "
                + "this is one keyframe here, but not for programs that compare text", [], "write whole seconds with four digits: 0902",
                ("padded", full), ("short", brief), ("decimal", point));
        }
        if (form.EmptyKeyframes > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Fine, Code = "empty-keyframes", File = path, Counts = [("keyframes", form.EmptyKeyframes)],
                Sentence = $"the {name} name {FindingList.Number(form.EmptyKeyframes, "keyframe")} with nobody in them, as AVA-Kinetics "
                    + "does",
            });
        }

        void Remark(string code, string sentence, IReadOnlyList<DataEvidence> evidence, string mend, params (string, double)[] counts) =>
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = code, File = path, Sentence = sentence, Evidence = evidence, Mend = mend,
                Counts = [("rows", form.Rows), .. counts], Likelihood = 0.05,
            });
    }

    /// <summary>Files of which each spells seconds in one way, and not in the same.</summary>
    static void LookAtSpellings(ExaminedSet set, FindingList found)
    {
        string? truth = Spelling(set.Truth.Form);
        (DataRole Role, FormTally? Form)[] others =
        [
            (DataRole.Detections, set.Result?.Form), (DataRole.Exclusions, set.Exclusions?.Form),
            (DataRole.Validation, set.Validation?.Form),
        ];
        foreach ((DataRole role, FormTally? form) in others)
        {
            if (truth is null || form is null || Spelling(form) is not { } other || other == truth) continue;
            bool isDecimal = Decimal == truth || Decimal == other;
            found.Add(new()
            {
                // MMAction2 itself writes results as 902 beside AVA's 0902.
                Severity = isDecimal ? DataSeverity.Remark : DataSeverity.Fine, Code = "key-spelling", File = form.Path, Likelihood = 0.05,
                Sentence = $"the {role.Name()} write seconds as {other}, the annotations as {truth}; this is one keyframe "
                    + "here, but not for "
                    + (isDecimal ? $"MMAction2 and AVA's evaluators before 2020, which stop at {Decimal}" : "programs that compare text"),
                Counts = [("rows", form.Rows)],
                Mend = MendCommand.Awk(other == Padded ? set.Truth.Form.Path : form.Path, "$2=sprintf(\"%04d\",$2)"),
            });
        }
    }

    /// <summary>How a file spells seconds below 1000; null when in several ways, or when none of them is there.</summary>
    static string? Spelling(FormTally form) => form.TimeForms switch
    {
        ( > 0, 0, 0) => Padded,
        (0, > 0, 0) => "902",
        (0, 0, > 0) when form.Fractions.Count == 0 => Decimal,
        _ => null,
    };

    /// <summary>Timestamps that are no seconds of a video.</summary>
    static void LookAtTimes(ExaminedSet set, FindingList found)
    {
        const double LongestVideo = 36_000, AvaStart = 900, AvaEnd = 1800;
        const int FrameStep = 5, FewestTimes = 5;
        FormTally form = set.Truth.Form;
        if (form.Usable == 0) return;
        double first = form.FirstTime, last = form.LastTime;
        if (set.Options.TimestampStart is { } start && first < start)
        {
            int early = Enumerable.Range(0, set.Truth.Keys.Count).Count(i => set.Truth.Keys[i].Timestamp < start);
            found.Add(new()
            {
                Severity = early * 2 > set.Truth.Keys.Count ? DataSeverity.LikelyCause : DataSeverity.Remark,
                Code = "timestamps-before-start", File = form.Path, Likelihood = 0.3 + 0.6 * early / set.Truth.Keys.Count,
                Sentence = $"{FindingList.Part(early, set.Truth.Keys.Count)} keyframes lie "
                    + Invariant($"before second {start}, at which frame 1 is said to be; all of them get the first frames"),
                Counts = [("keyframes", early), ("first", first), ("start", start)],
                Mend = Invariant($"--timestamp-start {Math.Floor(first)}"),
            });
        }
        int late = set.Truth.Keys.Count == 0 || first < AvaStart || last > LongestVideo ? 0
            : Enumerable.Range(0, set.Truth.Keys.Count).Count(i => set.Truth.Keys[i].Timestamp > AvaEnd);
        if (late > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "timestamps-after-end", File = form.Path, Likelihood = 0.15,
                Sentence = $"{FindingList.Part(late, set.Truth.Keys.Count)} keyframes lie behind second 1800, where AVA's clips end; "
                    + "they have frames only where yours go on",
                Counts = [("keyframes", late), ("last", last)],
                Mend = "give --frames to have it looked up; MMAction2 would take the last frame of the first 900 s for them",
            });
        }
        if (last > LongestVideo)
        {
            string unit = last > LongestVideo * 100 ? "milliseconds" : "frame numbers or milliseconds";
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "timestamps-not-seconds", File = form.Path, Likelihood = 0.7,
                Sentence = Invariant($"timestamps go up to {last}, which is {last / 3600:F0} hours: they look like {unit}, not seconds"),
                Counts = [("first", first), ("last", last)],
                Mend = "divide column 2 by the frame rate (or by 1000): "
                    + MendCommand.Awk(form.Path, Invariant($"$2=$2/{set.Options.Fps}")),
            });
        }
        else if (set.Truth.Keys.Count >= FewestTimes && CommonStep(set.Truth.Keys) is var step and >= FrameStep)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "timestamps-look-like-frames", File = form.Path, Likelihood = 0.25,
                Sentence = Invariant($"every timestamp lies a multiple of {step} from every other, up to {last}: they look like frame ")
                    + "numbers, not seconds",
                Counts = [("step", step), ("first", first), ("last", last)],
                Mend = Invariant($"if they are frames: {MendCommand.Awk(form.Path, $"$2=$2/{step}")}"),
            });
        }
        Examples odd = form.Fractions;
        if (odd.Count > 0 && odd.Count * 2 < form.Usable)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "timestamps-off-grid", File = form.Path, Likelihood = 0.1,
                Sentence = $"{FindingList.Part(odd.Count, form.Usable)} rows have a time that is no whole second, unlike the others",
                Counts = [("affected", odd.Count), ("rows", form.Usable)], Evidence = odd.Rows,
                Mend = "write the second at which the other files have this keyframe: times are compared to the microsecond",
            });
        }
    }

    /// <summary>The largest number that divides all distances between times; 0 where times are no whole numbers or all the same.</summary>
    static long CommonStep(KeyframeTable keys)
    {
        double first = keys[0].Timestamp;
        long step = 0;
        for (int i = 0; i < keys.Count && step != 1; i++)
        {
            double distance = Math.Abs(keys[i].Timestamp - first);
            if (distance != Math.Floor(distance) || distance > long.MaxValue / 2) return 0;
            (long a, long b) = ((long)distance, step);
            while (b != 0) (a, b) = (b, a % b);
            step = a;
        }
        return step;
    }
}
