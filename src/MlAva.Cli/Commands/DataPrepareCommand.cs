using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Annotations.Formats;
using MlAva.Persons;
using MlAva.Preparation;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data prepare</c>: from videos and another tool's annotations to a data set, and on to a training.</summary>
static class DataPrepareCommand
{
    public static Command Create()
    {
        Argument<string> videos = new("VIDEO_FOLDER") { Description = "The folder of the videos; a file's name without its ending is the video's id" };
        Argument<string[]> more = new("TRAIN_OPTION") { Description = "Behind '--': options of 'mlava train', for --train", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> annotations = new("--annotations")
        {
            Description = "The annotations; one file for each video, or all in one", HelpName = "FILE", Required = true, AllowMultipleArgumentsPerToken = true,
        };
        Choice<AnnotationFormat> from = new("--from", AnnotationFormat.Cvat, "Whose annotations they are");
        Option<string> output = Flags.Required("--out", "Where rawframes/, annotations/, config.json and train.rsp go", "FOLDER");
        Option<string[]> validation = new("--val-video") { Description = "A video to validate on; may be repeated [default: none]", HelpName = "ID" };
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv) [default: the annotated boxes]", "FILE");
        Option<bool> detect = new("--detect") { Description = "Find person boxes in the frames, with the embedded detector or that of --detector" };
        Option<string?> labels = Flags.Optional("--label-map", "The classes; names that it lacks are errors [default: as the annotations list them]", "FILE");
        Option<double?> fps = Flags.Number("--fps", "Frames a second of the frames [default: the videos' own where all have one, else 30]", "RATE");
        Option<double> step = ImportFlags.KeyframeStep();
        Option<string[]> attributes = ImportFlags.ActionAttributes();
        Option<int> side = Flags.WithDefault("--short-side", 256, "Short side of the frames in pixels; 0: as in the videos", "N");
        Option<int> workers = Flags.WithDefault("--workers", 0, "Videos extracted at once; 0: one for each processor", "N");
        Choice<OnError> onError = ImportFlags.OnError("a video or an element of the annotations");
        DetectorFlags detector = new();
        Option<bool> train = new("--train") { Description = "Train on the set at once" };
        Verb verb = new("prepare", "Makes a data set from a folder of videos and a CVAT export, and trains on it.",
            "mlava data prepare videos --annotations annotations.xml --out dataset --val-video clip3",
            "mlava data prepare videos --annotations annotations.xml --out dataset --detect",
            "mlava data prepare videos --annotations annotations.xml --out dataset --train -- --epochs 10 --batch-size 4 --lr 0.01")
        {
            videos, annotations, from, output, validation, proposals, labels, fps, step, attributes, side, workers, onError, detect, train, more,
        };
        foreach (Option option in detector.All) verb.Add(option);
        return verb.Does((parsed, terminal, token) =>
        {
            string[] rest = parsed.GetValue(more) ?? [];
            if (rest.Length > 0 && !parsed.GetValue(train)) throw new ArgumentException($"'{rest[0]}' is given, but --train is not; expected both.");
            bool detects = parsed.GetValue(detect) || detector.IsModelGiven(parsed);
            if (detects && parsed.GetValue(proposals) is not null) throw new ArgumentException("--proposals and --detect or --detector are given; expected one of them.");
            using IPersonDetector? finder = detects ? detector.Create(parsed) : null;
            DataSetPreparationOptions options = new()
            {
                Videos = parsed.GetRequiredValue(videos),
                Annotations = parsed.GetRequiredValue(annotations),
                Format = from.Of(parsed),
                Output = parsed.GetRequiredValue(output),
                Import = new()
                {
                    KeyframeStep = parsed.GetValue(step),
                    ActionAttributes = parsed.GetValue(attributes) is { Length: > 0 } named ? named : null,
                    LabelMap = parsed.GetValue(labels) is { } map ? LabelMap.Read(map) : null,
                },
                Validation = parsed.GetValue(validation) ?? [],
                Proposals = parsed.GetValue(proposals),
                Detector = finder,
                Fps = parsed.GetValue(fps),
                ShortSide = parsed.GetValue(side) is not 0 and var pixels ? pixels : null,
                Workers = parsed.GetValue(workers),
                OnError = onError.Of(parsed),
            };
            PreparedDataSet set = ConsoleProgress.Run(terminal, "prepare", progress =>
                DataSetPreparation.Run(options with
                {
                    Progress = new DataExtractCommand.Reporter(progress), DetectionProgress = new DetectorFlags.Reporter(progress),
                }, token));
            DataExtractCommand.Print(set.Extraction);
            ImportFlags.Print(set.Imported);
            if (detects || options.Proposals is not null) DetectorFlags.Print(set.Overlap);
            if (set.Unseen.Count > 0)
                Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"in {set.Unseen.Count} frames persons could not be looked for"));
            Terminal.WriteResult($"configuration: {set.Config}");
            if (!parsed.GetValue(train))
            {
                Terminal.WriteResult($"train: mlava train @{set.ResponseFile}");
                return ExitCodes.Fine;
            }
            // An option behind '--' takes the place of the set's own.
            string[] own = [.. set.TrainingArguments.Chunk(2).Where(o => !rest.Contains(o[0])).SelectMany(o => o)];
            ParseResult training = TrainCommand.Create().Parse([.. own, .. rest]);
            return training.Errors.Count > 0 ? throw new ArgumentException(training.Errors[0].Message)
                : training.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        });
    }
}
