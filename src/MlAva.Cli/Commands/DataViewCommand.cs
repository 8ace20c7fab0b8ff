using System.CommandLine;
using System.Globalization;
using MlAva.Preparation;
using MlAva.Video;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data view</c>: a data set as a page of pictures.</summary>
static class DataViewCommand
{
    public static Command Create()
    {
        Option<string> annotations = Flags.Annotations(), labels = Flags.LabelMap(), frames = Flags.Frames();
        Option<string> output = Flags.Required("--out", "The page, one HTML file with all that it needs", "FILE");
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv), drawn thin and white", "FILE"), exclude = Flags.Exclude();
        Option<double> score = Flags.PersonScore();
        Option<int?> classes = Flags.NumClasses();
        Option<double?> fps = Flags.Number("--fps", "Frames a second of frames in folders [default: as extracted, else 30]", "RATE");
        Option<double?> start = Flags.Number("--timestamp-start", "Time of frame 1 [default: 900 if every timestamp is at least 900, else 0]", "SECONDS");
        Option<string[]> videos = new("--video") { Description = "Only this video; may be repeated", HelpName = "ID" };
        Option<int[]?> actions = Flags.Numbers("--actions", "Only keyframes with one of these actions", "3,12");
        Option<int> count = Flags.WithDefault("--max", 60, "At most so many keyframes, spread over the set", "N");
        Option<string> template = Flags.WithDefault("--filename-tmpl", FrameTemplate.Default.Pattern, "Names of the frame files", "TEMPLATE");
        return new Verb("view", "Draws keyframes with boxes, actions and proposals on an HTML page.",
            "mlava data view --annotations train.csv --label-map labels.pbtxt --frames rawframes --proposals train.pkl --out set.html",
            "mlava data view … --video 1j20qq1JyX4 --actions 12 --max 20 --out set.html")
        {
            annotations, labels, frames, output, proposals, exclude, score, classes, fps, start, videos, actions, count, template,
        }.Does((parsed, terminal, token) =>
        {
            DataSetPageOptions options = new()
            {
                Frames = parsed.GetRequiredValue(frames),
                Store = new() { Template = FrameTemplate.Parse(parsed.GetRequiredValue(template)) },
                Fps = parsed.GetValue(fps),
                TimestampStart = parsed.GetValue(start),
                Videos = parsed.GetValue(videos) is { Length: > 0 } ids ? ids : null,
                Actions = parsed.Given(actions),
                MaxKeyframes = parsed.GetValue(count),
            };
            options.Validate();
            string path = parsed.GetRequiredValue(output);
            (int shown, int unreadable) = ConsoleProgress.Run(terminal, "view", progress => DataSetPage.Write(
                path, DataStatsCommand.Load(parsed, annotations, labels, proposals, exclude, score, classes, token), options, new Reporter(progress), token));
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"{path}: {shown} keyframes{(unreadable > 0 ? $", {unreadable} of them without a frame that can be read" : "")}"));
            return ExitCodes.Fine;
        });
    }

    sealed class Reporter(ConsoleProgress progress) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => progress.Report(value.Done, value.Total, "keyframes");
    }
}
