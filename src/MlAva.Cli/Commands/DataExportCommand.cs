using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Annotations.Formats;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data export</c>: AVA's files as they should be, or as other tools'.</summary>
static class DataExportCommand
{
    enum Target
    {
        Ava,
        Cvat,
        Via,
        Coco,
    }

    public static Command Create()
    {
        Choice<Target> to = new("--to", Target.Ava, "Whose form: AVA's (csv, pbtxt, proposals), CVAT's XML, VIA 3's or COCO's JSON");
        Option<string> annotations = Flags.Annotations(), labels = Flags.LabelMap();
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv), for --to ava", "FILE");
        Option<string> output = Flags.Required("--out", "ava, cvat: a folder; via, coco: the JSON file", "PATH");
        Option<bool> csv = new("--proposals-csv") { Description = "Write proposals in SlowFast's form, as csv" };
        Option<string?> videos = ImportFlags.Videos(), size = ImportFlags.Size();
        Option<double?> fps = ImportFlags.Fps();
        Option<double> start = ImportFlags.Start();
        return new Verb("export", "Writes AVA's annotations for CVAT, VIA or COCO tools, or as AVA's own files.",
            "mlava data export --annotations train.csv --label-map labels.pbtxt --to cvat --videos videos --out cvat",
            "mlava data export --annotations train.csv --label-map labels.pbtxt --proposals train.csv --to ava --out dataset")
        {
            annotations, labels, proposals, to, output, csv, videos, size, fps, start,
        }.Does((parsed, terminal, token) =>
        {
            string path = parsed.GetRequiredValue(output);
            Target target = to.Of(parsed);
            AnnotationFile file = AnnotationFile.Read(parsed.GetRequiredValue(annotations), token);
            LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(labels));
            IReadOnlyList<string> written;
            if (target == Target.Ava)
            {
                List<string> files = [Path.Combine(path, "annotations.csv"), Path.Combine(path, "labels.pbtxt")];
                AnnotationFile.Write(files[0], file.Rows, file.EmptyKeyframes);
                classes.Write(files[1]);
                if (parsed.GetValue(proposals) is { } boxes)
                {
                    files.Add(Path.Combine(path, parsed.GetValue(csv) ? "proposals.csv" : "proposals.pkl"));
                    ProposalFile.Write(files[2], ProposalFile.Read(boxes, token));
                }
                written = files;
            }
            else
            {
                if (parsed.GetValue(proposals) is not null)
                    throw new ArgumentException($"--proposals is given, but {target.ToString().ToLowerInvariant()} has no place for them; expected --to ava.");
                AnnotationFormat format = target switch
                {
                    Target.Cvat => AnnotationFormat.Cvat,
                    Target.Via => AnnotationFormat.Via,
                    _ => AnnotationFormat.Coco,
                };
                written = AnnotationExport.Write(format, path, file.Rows, classes, new()
                {
                    Fps = parsed.GetValue(fps),
                    Videos = ImportFlags.Lookup(parsed.GetValue(videos)),
                    FrameSize = ImportFlags.SizeOf(parsed.GetValue(size)),
                    TimestampStart = parsed.GetValue(start),
                });
            }
            foreach (string name in written) Terminal.WriteResult(name);
            Terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{file.Rows.Count} rows of {file.Rows.Select(r => r.VideoId).Distinct().Count()} videos"));
            return ExitCodes.Fine;
        });
    }
}
