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
        EvaluationFlags evaluation = new();
        Option<string> detections = Flags.Required("--detections",
            "Detections csv: video, seconds, x1, y1, x2, y2, action, score (.csv or .csv.gz)", "FILE");
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<string?> report = Flags.Optional("--report", "Write a report with all breakdowns, one page of HTML, to this file", "FILE");
        Verb verb = new("evaluate", "Computes frame-mAP of a detections file against ground truth, as AVA's evaluators do.",
            "mlava evaluate --annotations ava_val_v2.2.csv --detections results.csv --label-map ava_action_list_v2.2.pbtxt",
            "mlava evaluate --annotations gt.csv.gz --detections det.csv.gz --label-map labels.pbtxt --json figures.json --report report.html",
            "mlava evaluate --annotations gt.csv --detections det.csv --label-map labels.pbtxt --protocol official-2019 --ties numpy",
            "mlava evaluate --annotations gt.csv --detections det.csv --label-map labels.pbtxt --custom-classes 3,6,10 --evaluation-set ground-truth")
        {
            detections, json, report,
        };
        evaluation.AddTo(verb);
        return verb.Does((parsed, terminal, token) =>
        {
            string? page = parsed.GetValue(report);
            FrameMapOptions options = evaluation.Rules(parsed);
            LabelMap classes = evaluation.Classes(parsed);
            FrameMapFiles files = evaluation.Files(parsed, parsed.GetRequiredValue(detections));
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
        new Reporting.EvaluationReport
        {
            Title = "Frame-mAP",
            Subtitle = Path.GetFileName(files.Detections!),
            Command = command,
            Facts = [new("Ground truth", files.Annotations)],
            Result = analysis.Result,
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
