using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;
using MlAva.Reporting;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava compare</c>: several detections files against one ground truth, with intervals.</summary>
static class CompareCommand
{
    const int MostClasses = 5;

    public static Command Create()
    {
        Argument<string[]> detections = new("detections")
        {
            Description = "Two or more detections csv; differences are against the first (.csv or .csv.gz)",
            Arity = new ArgumentArity(2, 100),
            HelpName = "FILE",
        };
        EvaluationFlags evaluation = new();
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<string?> report = Flags.Optional("--report", "Write the comparison as a page of HTML to this file", "FILE");
        Option<int> bootstrap = Flags.WithDefault("--bootstrap", 1000, "Resamplings of the videos", "N");
        Option<int> seed = Flags.WithDefault("--seed", 1, "The same seed gives the same intervals", "N");
        Option<double> confidence = Flags.WithDefault("--confidence", 0.95, "Share of the resamplings that an interval holds", "0-1");
        Verb verb = new("compare",
            "Compares detections files by mAP, with intervals from resampled videos, and says which classes gained and lost.",
            "mlava compare before.csv after.csv --annotations ava_val_v2.2.csv --label-map ava_action_list_v2.2.pbtxt",
            "mlava compare a.csv b.csv c.csv --annotations gt.csv --label-map labels.pbtxt --report compare.html --bootstrap 10000")
        {
            detections, json, report, bootstrap, seed, confidence,
        };
        evaluation.AddTo(verb);
        return verb.Does((parsed, terminal, token) =>
        {
            ComparisonOptions options = new()
            {
                Rules = evaluation.Rules(parsed),
                Samples = parsed.GetValue(bootstrap),
                Seed = parsed.GetValue(seed),
                Confidence = parsed.GetValue(confidence),
            };
            options.Validate();
            string[] files = parsed.GetRequiredValue(detections);
            FrameMapFiles input = evaluation.Files(parsed);
            LabelMap classes = evaluation.Classes(parsed);
            string[] names = Names(files);
            ComparisonResult result = ConsoleProgress.Run(terminal, "compare", progress =>
            {
                FrameMapOptions rules = options.Rules with { KeepMatches = true };
                // Each is read when the one before is ready for the resampling, so that the matches of one at a time are held.
                IEnumerable<KeyValuePair<string, FrameMapResult>> runs = files.Select((file, i) => KeyValuePair.Create(names[i],
                    FrameMap.EvaluateFiles(input with { Detections = file }, classes, rules, progress: new Reading(progress, names[i]),
                        cancellationToken: token)));
                return DetectionComparison.Run(runs, options, new Share(progress), token);
            });
            Show(terminal, result);
            if (parsed.GetValue(json) is { } path) AtomicFile.Write(path, stream => ComparisonJson.Write(stream, result));
            if (parsed.GetValue(report) is { } page)
            {
                string subtitle = Path.GetFileName(input.Annotations);
                new ComparisonReport { Comparison = result, Subtitle = subtitle, Command = Shell.Line(["mlava", .. parsed.Tokens.Select(t => t.Value)]) }.Save(page);
                Terminal.Note($"Report: {page}");
            }
            ComparedRun[] undefined = [.. result.Runs.Where(r => r.Result.UndefinedReason is not null)];
            if (undefined.Length == 0) return ExitCodes.Fine;
            string which = undefined.Length == result.Runs.Count ? "" : $" for {string.Join(", ", undefined.Select(r => r.Name))}";
            Console.Error.WriteLine($"error: mAP is undefined{which}: {undefined[0].Result.UndefinedReason}");
            return ExitCodes.BadInput;
        });
    }

    /// <summary>File names where they tell the runs apart, else whole paths, else numbered ones.</summary>
    static string[] Names(string[] files)
    {
        string[] names = [.. files.Select(f => Path.GetFileName(f)!)];
        if (names.Distinct().Count() == names.Length) return names;
        return files.Distinct().Count() == files.Length ? files : [.. files.Select((f, i) => $"{i + 1}: {f}")];
    }

    static void Show(Terminal terminal, ComparisonResult result)
    {
        string share = (result.Options.Confidence * 100).ToString("0.#", CultureInfo.InvariantCulture);
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("run"), Right("mAP"), Right($"{share} % interval"), Right("difference"),
            Right($"{share} % interval"), Right("better in"));
        for (int r = 0; r < result.Runs.Count; r++)
        {
            ComparedRun run = result.Runs[r];
            RunDifference? difference = r == 0 ? null : result.Differences[r - 1];
            string[] cells =
            [
                run.Name, Figure(run.Result.MeanAveragePrecision), Both(run.Interval, Figure),
                difference is null ? "" : Signed(difference.Difference), difference is null ? "" : Both(difference.Interval, Signed),
                difference is null ? "" : double.IsNaN(difference.ShareBetter) ? "-"
                    : string.Create(CultureInfo.InvariantCulture, $"{difference.ShareBetter * 100:0.#} %"),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        terminal.Results.Write(table);
        foreach (RunDifference difference in result.Differences)
        {
            Classes($"{difference.Name} gained", difference.Gained);
            Classes($"{difference.Name} lost", difference.Lost);
        }
        foreach (ComparedRun run in result.Runs)
        {
            FrameMapCounts counts = run.Result.Counts;
            (double lowest, double highest) = run.Result.MeanAveragePrecisionBounds;
            Terminal.WriteResult($"{run.Name}: {Count(counts.Detections)} detections of {Count(counts.DetectionRows)} on {Count(counts.Keyframes)} "
                + $"keyframes ({run.Result.EvaluationSet.Word()}), {Count(counts.KeyframesExcluded)} excluded; equal scores in any order: "
                + $"{Figure(lowest)} to {Figure(highest)}");
            foreach (string remark in run.Result.Remarks) Terminal.WriteResult($"remark: {run.Name}: {remark}");
        }
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
            $"{result.Options.Samples} resamplings of {result.NumVideos} videos, seed {result.Options.Seed}; ")
            + $"protocol {result.Options.Rules.Protocol.Word()}, ties {result.Options.Rules.Ties.Word()}");
        Terminal.WriteResult("better in: the share of resamplings in which the run beats the first; "
            + "*: an interval on one side of 0, more than chance");
    }

    static void Classes(string title, IEnumerable<ClassDifference> classes)
    {
        foreach (ClassDifference c in classes.Take(MostClasses))
        {
            // An interval on one side of zero is a difference that the choice of videos does not explain.
            string mark = c.Interval.ExcludesZero ? " *" : "";
            string change = $"{Signed(c.Difference)} {Both(c.Interval, Signed)}{mark}";
            Terminal.WriteResult($"{title} {change} {c.Name} ({Figure(c.Before)} to {Figure(c.After)})");
        }
    }

    static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    static string Both(Interval interval, Func<double, string> write) => $"[{write(interval.Low)}, {write(interval.High)}]";

    static string Figure(double value) => double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture);

    static string Signed(double value) =>
        double.IsNaN(value) ? "-" : value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    /// <summary>Shows how far a file is read, on the thread that reads it.</summary>
    sealed class Reading(ConsoleProgress progress, string run) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) =>
            progress.Report(value.Share, $"{run}: {value.Detections.ToString("N0", CultureInfo.InvariantCulture)} detections");
    }

    /// <summary>Shows how far the resampling is; told by several threads.</summary>
    sealed class Share(ConsoleProgress progress) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (progress) progress.Report(value, "resampling");
        }
    }
}
