using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava evaluate</c>: frame-mAP of a detections file.</summary>
static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> annotations = Flags.Annotations(), labelMap = Flags.LabelMap();
        Option<string> detections = Flags.Required("--detections",
            "Detections csv: video, seconds, x1, y1, x2, y2, action, score (.csv or .csv.gz)", "FILE");
        Option<string?> exclude = Flags.Exclude();
        Option<string?> keyframes = Flags.Optional("--keyframes",
            "Evaluate the keyframes of this list only: video, seconds; ground truth elsewhere is left out too", "FILE");
        Option<string?> proposals = Flags.Optional("--proposals",
            "Evaluate all keyframes of these person boxes (.pkl or .csv) and all with ground truth", "FILE");
        Choice<EvaluationSet> set = new("--evaluation-set", EvaluationSet.Protocol,
            "Keyframes to evaluate: as the protocol has it, all, those that the ground truth names, those with ground truth of a class "
                + "evaluated; listed and proposals go with --keyframes and --proposals", s => s.Word());
        Option<int[]?> customClasses = Flags.Numbers("--custom-classes", "Evaluate only these classes of the label map", "3,6,10");
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<string?> report = Flags.Optional("--report", "Write a report with all breakdowns, one page of HTML, to this file", "FILE");
        Option<double> iou = Flags.Iou();
        Choice<TieOrder> ties = Flags.Ties();
        Choice<MatchingProtocol> protocol = Flags.Protocol();
        Option<bool> avaGroups = new("--ava-groups")
        {
            Description = "Give classes without a group those of AVA's own ids (1-14, 15-63, 64-80)",
        };
        return new Verb("evaluate", "Computes frame-mAP of a detections file against ground truth, as AVA's evaluators do.",
            "mlava evaluate --annotations ava_val_v2.2.csv --detections results.csv --label-map ava_action_list_v2.2.pbtxt",
            "mlava evaluate --annotations gt.csv.gz --detections det.csv.gz --label-map labels.pbtxt --json figures.json --report report.html",
            "mlava evaluate --annotations gt.csv --detections det.csv --label-map labels.pbtxt --protocol official-2019 --ties numpy",
            "mlava evaluate --annotations gt.csv --detections det.csv --label-map labels.pbtxt --custom-classes 3,6,10 --evaluation-set ground-truth")
        {
            annotations, detections, labelMap, exclude, keyframes, proposals, set, customClasses, json, report, iou, ties, protocol, avaGroups,
        }.Does((parsed, terminal, token) =>
        {
            string? page = parsed.GetValue(report);
            FrameMapOptions options = Flags.Rules(parsed, iou, ties, protocol) with
            {
                EvaluationSet = set.Of(parsed),
                CustomClasses = parsed.Given(customClasses),
            };
            LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(labelMap));
            if (parsed.GetValue(avaGroups)) classes = classes.WithAvaGroups();
            FrameMapFiles files = new()
            {
                Annotations = parsed.GetRequiredValue(annotations),
                Detections = parsed.GetRequiredValue(detections),
                Exclude = parsed.GetValue(exclude),
                Keyframes = parsed.GetValue(keyframes),
                Proposals = parsed.GetValue(proposals),
            };
            string command = Shell.Line(["mlava", .. parsed.Tokens.Select(t => t.Value)]);
            if (page is null)
            {
                return EvaluationReport.Show(terminal, ConsoleProgress.Run(terminal, "evaluate", progress =>
                    FrameMap.EvaluateFiles(files, classes, options, progress: new Reading(progress), cancellationToken: token)), parsed.GetValue(json));
            }

            AnalysisOptions looks = new() { Rules = options };
            // A match may be looser than what counts as a poor box by default.
            if (options.IouThreshold <= looks.LooseIoU) looks = looks with { LooseIoU = options.IouThreshold / 2 };
            AnalysisResult analysis = ConsoleProgress.Run(terminal, "analyse", progress =>
                DetectionAnalysis.RunFiles(files, classes, looks, new Reading(progress), token));
            int code = EvaluationReport.Show(terminal, analysis.Result, parsed.GetValue(json));
            Save(page, files, analysis, command);
            return code;
        });
    }

    static void Save(string page, FrameMapFiles files, AnalysisResult analysis, string command)
    {
        FrameMapResult result = analysis.Result;
        (double lowest, double highest) = result.MeanAveragePrecisionBounds;
        new Reporting.EvaluationReport
        {
            Title = "Frame-mAP",
            Subtitle = Path.GetFileName(files.Detections!),
            Command = command,
            Facts =
            [
                new("Ground truth", files.Annotations),
                new("Protocol", result.Options.Protocol.Word()),
                new("Keyframes", $"{Number(result.Counts.Keyframes)} ({result.EvaluationSet.Word()}), {Number(result.Counts.KeyframesExcluded)} excluded"),
                new("Detections", $"{Number(result.Counts.Detections)} of {Number(result.Counts.DetectionRows)}"),
                new("Equal scores", string.Create(CultureInfo.InvariantCulture,
                    $"{result.Options.Ties.Word()}; any order gives {lowest:F4} to {highest:F4}")),
            ],
            Result = result,
            Analysis = analysis,
        }.Save(page);
        Terminal.WriteResult($"report: {page}");
    }

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Shows how far the file is read, on the thread that reads it.</summary>
    sealed class Reading(ConsoleProgress progress) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => progress.Report(value.Share, $"{Number(value.Detections)} detections");
    }
}
