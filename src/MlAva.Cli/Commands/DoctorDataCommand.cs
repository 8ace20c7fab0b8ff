using System.CommandLine;
using System.Globalization;
using MlAva.Diagnostics;
using MlAva.Video;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava doctor data</c>: why mAP is 0, or a data set trains nothing.</summary>
static class DoctorDataCommand
{
    public static Command Create()
    {
        Option<string> annotations = Flags.Annotations();
        Option<string?> detections = Flags.Optional("--detections", "Detections csv, to be compared with the annotations", "FILE");
        Option<string?> labelMap = Flags.Optional("--label-map", "Label map (.pbtxt, or '1: name' lines)", "FILE");
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv)", "FILE"), exclude = Flags.Exclude();
        Option<string?> frames = Flags.Optional("--frames", "Folder that holds a folder of frames, or a video file, for each video id",
            "FOLDER");
        Option<string?> valAnnotations =
            Flags.Optional("--val-annotations", "Annotation csv of the other split: no video may be in both", "FILE");
        Option<string> template = Flags.WithDefault("--filename-tmpl", FrameTemplate.Default.Pattern, "Names of the frame files",
            "TEMPLATE");
        Option<double> fps = Flags.WithDefault("--fps", 30.0, "Frames a second in the frame store", "RATE");
        Option<double?> start =
            Flags.Number("--timestamp-start", "Time of frame 1 [default: 900 if every timestamp is at least 900, else 0]", "SECONDS");
        Option<int?> numClasses = new("--num-classes")
        {
            Description = "Number of classes with the unused 0 that the network is to have; checked against the ids", HelpName = "N",
        };
        Option<bool> json = new("--json") { Description = "Print the report as JSON" };
        return new Verb("data",
            "Looks through a data set and a result for what explains an mAP of 0, and says how to mend it; exit code 1 if something does.",
            "mlava doctor data --annotations val.csv --detections results.csv --label-map labels.pbtxt",
            "mlava doctor data --annotations train.csv --label-map labels.pbtxt --proposals train.pkl --frames rawframes --fps 30",
            "mlava doctor data --annotations train.csv --val-annotations val.csv --json > report.json")
        {
            annotations, detections, labelMap, proposals, exclude, frames, valAnnotations, template, fps, start, numClasses, json,
        }.Does((parsed, terminal, token) =>
        {
            DataDoctorOptions options = new()
            {
                AnnotationPath = parsed.GetRequiredValue(annotations),
                DetectionPath = parsed.GetValue(detections),
                LabelMapPath = parsed.GetValue(labelMap),
                ProposalPath = parsed.GetValue(proposals),
                ExcludePath = parsed.GetValue(exclude),
                FramesFolder = parsed.GetValue(frames),
                ValAnnotationPath = parsed.GetValue(valAnnotations),
                Template = FrameTemplate.Parse(parsed.GetValue(template)!),
                Fps = parsed.GetValue(fps),
                TimestampStart = parsed.GetValue(start),
                NumClasses = parsed.GetValue(numClasses),
            };
            DataReport report = ConsoleProgress.Run(terminal, "doctor data", progress =>
                DataDoctor.Examine(options with { Progress = new Reporter(progress) }, token));
            if (parsed.GetValue(json)) Terminal.WriteResult(report.ToJson());
            else Print(terminal, report);
            return report.IsHealthy ? ExitCodes.Fine : ExitCodes.Failed;
        });
    }

    static void Print(Terminal terminal, DataReport report)
    {
        const int Indent = 14;
        string margin = new(' ', Indent);
        foreach (DataFinding finding in report.Findings)
        {
            (string word, Color color) = finding.Severity switch
            {
                DataSeverity.Fine => ("fine", Color.Green),
                DataSeverity.Remark => ("remark", Color.Yellow),
                DataSeverity.LikelyCause => ("LIKELY CAUSE", Color.Red),
                _ => ("BROKEN", Color.Red),
            };
            terminal.Results.Write(new Text(word.PadRight(Indent), new Style(color)));
            Terminal.WriteResult($"{finding.Code}: {finding.File}");
            Terminal.WriteResult($"{margin}{finding.Sentence}");
            foreach (DataEvidence evidence in finding.Evidence) Terminal.WriteResult($"{margin}  {evidence}");
            if (finding.Mend is { } mend) Terminal.WriteResult($"{margin}to mend: {mend}");
        }
        PrintOverlap(report.Tallies.ProposalIoU);
        int causes = report.Findings.Count(f => f.Severity >= DataSeverity.LikelyCause);
        Terminal.WriteResult(report.IsHealthy ? "Nothing found explains a failure."
            : string.Create(CultureInfo.InvariantCulture,
                $"{causes} of the {report.Findings.Count} findings would explain a failure; the likeliest is the first."));
    }

    /// <summary>How tightly proposals fit the truth, bin by bin; the last is that of positives.</summary>
    static void PrintOverlap(IReadOnlyList<long>? bins)
    {
        const int Width = 40;
        if (bins is null || bins.Sum() == 0) return;
        Terminal.WriteResult("Truth boxes by the IoU of their best proposal; training takes those of 0.9 and more as positive:");
        for (int i = 0; i < bins.Count; i++)
        {
            int length = (int)Math.Ceiling(Width * (double)bins[i] / bins.Max());
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"  {i / 10.0:0.0} to {(i + 1) / 10.0:0.0} {bins[i],9:N0} {new string('#', length)}").TrimEnd());
        }
    }

    sealed class Reporter(ConsoleProgress progress) : IProgress<DataDoctorProgress>
    {
        public void Report(DataDoctorProgress value) => progress.Report(double.NaN,
            value.Rows == 0 ? value.Step : string.Create(CultureInfo.InvariantCulture, $"{value.Step}, {value.Rows:N0} rows"));
    }
}
