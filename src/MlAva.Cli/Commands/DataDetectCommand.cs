using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Persons;
using MlAva.Preparation;
using MlAva.Video;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data detect</c>: person boxes of keyframes.</summary>
static class DataDetectCommand
{
    public static Command Create()
    {
        Argument<string> source = new("SOURCE") { Description = "A video, or a folder that holds a video file or a folder of frames for each video id" };
        Option<string> output = Flags.Required("--out", "The proposals: .pkl as MMAction2 reads them, .csv as SlowFast does", "FILE");
        Option<string?> persons = Flags.Optional("--persons", "The boxes linked over time: a csv file with a number for each person in the 9th column", "FILE");
        Option<string?> annotations = Flags.Optional("--annotations", "Look at the keyframes of this annotation csv, and tell how many of its boxes are found", "FILE");
        Option<double> step = Flags.WithDefault("--keyframe-step", 1.0, "Seconds between keyframes, without --annotations", "SECONDS");
        Option<double?> start = Flags.Number("--timestamp-start", "Time of the first frame [default: 900 if every timestamp of --annotations is at least 900, else 0]", "SECONDS");
        Option<double?> fps = Flags.Number("--fps", "Frames a second of frames in folders [default: as extracted, else 30]", "RATE");
        Option<string> template = Flags.WithDefault("--filename-tmpl", FrameTemplate.Default.Pattern, "Names of the frame files", "TEMPLATE");
        Option<int> workers = Flags.WithDefault("--workers", 0, "Videos at once; 0: one for each processor", "N");
        Choice<OnError> onError = ImportFlags.OnError("a video or a frame");
        LinkerFlags linker = new();
        DetectorFlags detector = new();
        Verb verb = new("detect", "Finds persons in keyframes, links them over time, and tells the recall.",
            "mlava data detect videos --out proposals.pkl",
            "mlava data detect rawframes --annotations train.csv --out train.pkl --detector yolox_m.onnx",
            "mlava data detect film.mp4 --keyframe-step 0.5 --out boxes.csv --persons persons.csv")
        {
            source, output, persons, annotations, step, start, fps, template, workers, onError,
        };
        foreach (Option option in (Option[])[.. linker.All, .. detector.All]) verb.Add(option);
        return verb.Does((parsed, terminal, token) =>
        {
            AnnotationFile? truth = parsed.GetValue(annotations) is { } path ? AnnotationFile.Read(path, token) : null;
            KeyframeKey[]? keyframes = truth is null ? null : [.. truth.Rows.Select(r => r.Key).Concat(truth.EmptyKeyframes).Distinct()];
            if (keyframes is []) throw new ArgumentException($"{parsed.GetValue(annotations)} holds no keyframe; expected at least one.");
            PersonDetectionOptions options = new()
            {
                Source = parsed.GetRequiredValue(source),
                Keyframes = keyframes,
                KeyframeStep = parsed.GetValue(step),
                TimestampStart = keyframes is null ? parsed.GetValue(start) ?? 0 : TimeAxis.Of(keyframes.Select(k => k.Timestamp), parsed.GetValue(start)).Start,
                Fps = parsed.GetValue(fps),
                Store = new() { Template = FrameTemplate.Parse(parsed.GetRequiredValue(template)) },
                Workers = parsed.GetValue(workers),
                OnError = onError.Of(parsed),
                Linker = linker.Of(parsed),
            };
            options.Validate();
            using IPersonDetector finder = detector.Create(parsed);
            Stopwatch clock = Stopwatch.StartNew();
            PersonDetectionResult result = ConsoleProgress.Run(terminal, "detect", progress =>
                PersonDetection.Run(finder, options with { Progress = new DetectorFlags.Reporter(progress) }, token));
            double rate = result.Proposals.Count / clock.Elapsed.TotalSeconds;
            string target = parsed.GetRequiredValue(output);
            ProposalFile.Write(target, Plain(result.Proposals));
            if (parsed.GetValue(persons) is { } table) ProposalFile.Write(CsvName(table), result.Proposals);
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"{target}: {result.Videos} videos, {result.Proposals.Count} keyframes, {result.MeanBoxes:F1} boxes a keyframe, {result.Persons} persons; {rate:F1} keyframes a second"));
            if (truth is not null) DetectorFlags.Print(ProposalOverlap.Of(truth.Rows, result.Proposals));
            if (result.Failures.Count > 0)
                Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{result.Failures.Count} videos or frames could not be read and were left out"));
            return ExitCodes.Fine;
        });
    }

    /// <summary>SlowFast's form has eight columns.</summary>
    static Proposals Plain(Proposals proposals) =>
        new(proposals.Entries.Select(e => KeyValuePair.Create(e.Key, new KeyframeProposals(e.Value.Boxes, e.Value.Scores))));

    static string CsvName(string path) => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase) ? path
        : throw new ArgumentException($"--persons is '{path}'; expected the name of a .csv or .csv.gz file.");
}
