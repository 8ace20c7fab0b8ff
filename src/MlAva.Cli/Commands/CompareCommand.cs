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
        Option<string> annotations = Flags.Annotations(), labelMap = Flags.LabelMap();
        Option<string?> exclude = Flags.Exclude();
        Option<int[]?> customClasses = Flags.Numbers("--custom-classes", "Evaluate only these classes of the label map", "3,6,10");
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<string?> report = Flags.Optional("--report", "Write the comparison as a page of HTML to this file", "FILE");
        Option<int> bootstrap = Flags.WithDefault("--bootstrap", 1000, "Resamplings of the videos", "N");
        Option<int> seed = Flags.WithDefault("--seed", 1, "The same seed gives the same intervals", "N");
        Option<double> confidence = Flags.WithDefault("--confidence", 0.95, "Share of the resamplings that an interval holds", "0-1");
        Option<double> iou = Flags.Iou();
        Choice<TieOrder> ties = Flags.Ties();
        Choice<MatchingProtocol> protocol = Flags.Protocol();
        return new Verb("compare",
            "Compares detections files by mAP, with intervals from resampled videos, and says which classes gained and lost.",
            "mlava compare before.csv after.csv --annotations ava_val_v2.2.csv --label-map ava_action_list_v2.2.pbtxt",
            "mlava compare a.csv b.csv c.csv --annotations gt.csv --label-map labels.pbtxt --report compare.html --bootstrap 10000")
        {
            detections, annotations, labelMap, exclude, customClasses, json, report, bootstrap, seed, confidence, iou, ties, protocol,
        }.Does((parsed, terminal, token) =>
        {
            ComparisonOptions options = new()
            {
                Rules = Flags.Rules(parsed, iou, ties, protocol) with { CustomClasses = parsed.Given(customClasses) },
                Samples = parsed.GetValue(bootstrap),
                Seed = parsed.GetValue(seed),
                Confidence = parsed.GetValue(confidence),
            };
            options.Validate();
            string[] files = parsed.GetRequiredValue(detections);
            FrameMapFiles input = new() { Annotations = parsed.GetRequiredValue(annotations), Exclude = parsed.GetValue(exclude) };
            LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(labelMap));
            string[] names = Names(files);
            ComparisonResult result = ConsoleProgress.Run(terminal, "compare", progress =>
            {
                FrameMapOptions rules = options.Rules with { KeepMatches = true };
                KeyValuePair<string, FrameMapResult>[] runs = [.. files.Select((file, i) => KeyValuePair.Create(
                    names[i], FrameMap.EvaluateFiles(input with { Detections = file }, classes, rules, cancellationToken: token)))];
                return DetectionComparison.Run(runs, options, new Share(progress), token);
            });
            if (result.Runs[0].Result is { UndefinedReason: { } reason })
            {
                Console.Error.WriteLine($"error: mAP is undefined: {reason}");
                return ExitCodes.BadInput;
            }
            Show(terminal, result);
            if (parsed.GetValue(json) is { } path) AtomicFile.Write(path, stream => ComparisonJson.Write(stream, result));
            if (parsed.GetValue(report) is { } page)
            {
                string subtitle = Path.GetFileName(input.Annotations);
                new ComparisonReport { Comparison = result, Subtitle = subtitle, Command = Shell.Line(["mlava", .. parsed.Tokens.Select(t => t.Value)]) }.Save(page);
                Terminal.Note($"Report: {page}");
            }
            return ExitCodes.Fine;
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
                difference is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{difference.ShareBetter * 100:0.#} %"),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        terminal.Results.Write(table);
        foreach (RunDifference difference in result.Differences)
        {
            Classes($"{difference.Name} gained", difference.Gained);
            Classes($"{difference.Name} lost", difference.Lost);
        }
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
            $"{result.Options.Samples} resamplings of {result.NumVideos} videos, seed {result.Options.Seed}; ")
            + $"protocol {result.Options.Rules.Protocol.Word()}, ties {result.Options.Rules.Ties.Word()}");
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

    static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    static string Both(Interval interval, Func<double, string> write) => $"[{write(interval.Low)}, {write(interval.High)}]";

    static string Figure(double value) => double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture);

    static string Signed(double value) =>
        double.IsNaN(value) ? "-" : value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    /// <summary>Shows how far the resampling is; told by several threads.</summary>
    sealed class Share(ConsoleProgress progress) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (progress) progress.Report(value, "resampling");
        }
    }
}
