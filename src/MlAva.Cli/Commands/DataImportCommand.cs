using System.CommandLine;
using MlAva.Annotations;
using MlAva.Annotations.Formats;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data import</c>: other tools' annotations as AVA's files.</summary>
static class DataImportCommand
{
    public static Command Create()
    {
        Choice<AnnotationFormat> from = new("--from", null, "Whose files they are: CVAT's XML 1.1, VIA 3's or COCO's JSON, SlowFast's lists and csv files")
        {
            Required = true,
        };
        Argument<string[]> files = new("FILE") { Description = "The files; several are joined", Arity = ArgumentArity.OneOrMore };
        Option<string> folder = Flags.Required("--out", "Where annotations.csv, labels.pbtxt and proposals.pkl go", "FOLDER");
        Option<string?> labels = Flags.Optional("--label-map", "The classes; names that it lacks are errors [default: as the files list them]", "FILE");
        Option<string?> videos = ImportFlags.Videos(), size = ImportFlags.Size();
        Option<string?> video = Flags.Optional("--video-id", "The video's id, where the files tell of one video and not which", "ID");
        Option<double?> fps = ImportFlags.Fps();
        Option<double> step = ImportFlags.KeyframeStep(), start = ImportFlags.Start();
        Option<int> first = Flags.WithDefault("--first-frame", 0, "Number of the first frame in names of frame files", "N");
        Option<string[]> attributes = ImportFlags.ActionAttributes();
        Option<bool> byLabel = new("--labels-are-actions") { Description = "Take labels for actions, even where boxes have attributes" };
        Choice<OnError> onError = ImportFlags.OnError("an element");
        return new Verb("import", "Reads annotations of CVAT, VIA, COCO or SlowFast, and writes AVA's files.",
            "mlava data import --from cvat annotations.xml --videos videos --out dataset",
            "mlava data import --from via project.json --size 1280x720 --out dataset --on-error skip",
            "mlava data import --from slowfast frame_lists/train.csv ava_train_v2.2.csv --label-map labels.pbtxt --fps 30 --timestamp-start 900 --out dataset")
        {
            files, from, folder, labels, videos, size, video, fps, step, start, first, attributes, byLabel, onError,
        }.Does((parsed, terminal, token) =>
        {
            string target = parsed.GetRequiredValue(folder);
            string[] named = parsed.GetValue(attributes) ?? [];
            if (named.Length > 0 && parsed.GetValue(byLabel))
                throw new ArgumentException("--action-attribute and --labels-are-actions are both given; expected one of them.");
            ImportOptions options = new()
            {
                Fps = parsed.GetValue(fps),
                Videos = ImportFlags.Lookup(parsed.GetValue(videos)),
                FrameSize = ImportFlags.SizeOf(parsed.GetValue(size)),
                VideoId = parsed.GetValue(video),
                KeyframeStep = parsed.GetValue(step),
                TimestampStart = parsed.GetValue(start),
                FirstFrame = parsed.GetValue(first),
                ActionAttributes = parsed.GetValue(byLabel) ? [] : named.Length > 0 ? named : null,
                LabelMap = parsed.GetValue(labels) is { } map ? LabelMap.Read(map) : null,
                OnError = onError.Of(parsed),
            };
            ImportedSet set = AnnotationImport.Read(from.Of(parsed), parsed.GetRequiredValue(files), options, token);
            AnnotationFile.Write(Path.Combine(target, "annotations.csv"), set.Rows);
            set.LabelMap.Write(Path.Combine(target, "labels.pbtxt"));
            ProposalFile.Write(Path.Combine(target, "proposals.pkl"), set.Proposals);
            ImportFlags.Print(set);
            return ExitCodes.Fine;
        });
    }
}
