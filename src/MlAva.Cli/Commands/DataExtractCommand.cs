using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Preparation;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data extract</c>: frames of videos, by FFmpeg.</summary>
static class DataExtractCommand
{
    public static Command Create()
    {
        Argument<string> videos = new("VIDEO_FOLDER") { Description = "The folder of the videos; a file's name without its ending is the video's id" };
        Option<string> output = Flags.Required("--out", "Where a folder of frames for each video and manifest.json go", "FOLDER");
        Option<double?> start = Flags.Number("--start", "Where frames begin [default: the beginning]", "SECONDS");
        Option<double?> end = Flags.Number("--end", "Where frames end [default: the end]", "SECONDS");
        Option<double?> fps = Flags.Number("--fps", "Frames a second [default: the video's own frames]", "RATE");
        Option<int?> side = new("--short-side") { Description = "Short side of the frames in pixels [default: the video's]", HelpName = "N" };
        Option<int> quality = Flags.WithDefault("--quality", 1, "FFmpeg's JPEG quality, 1 is best", "1-31");
        Option<int> workers = Flags.WithDefault("--workers", 0, "Videos at once; 0: one for each processor", "N");
        Choice<OnError> onError = ImportFlags.OnError("a video");
        Option<string> ffmpeg = Flags.WithDefault("--ffmpeg", "ffmpeg", "The program", "PROGRAM");
        return new Verb("extract", "Cuts videos into frames with FFmpeg; goes on where an earlier run stopped.",
            "mlava data extract videos --out rawframes --fps 30 --short-side 256",
            "mlava data extract ava/trainval --out rawframes --start 900 --end 1800 --fps 30 --short-side 256 --on-error skip")
        {
            videos, output, start, end, fps, side, quality, workers, onError, ffmpeg,
        }.Does((parsed, terminal, token) =>
        {
            FrameExtractionOptions options = new()
            {
                Videos = parsed.GetRequiredValue(videos),
                Output = parsed.GetRequiredValue(output),
                Start = parsed.GetValue(start),
                End = parsed.GetValue(end),
                Fps = parsed.GetValue(fps),
                ShortSide = parsed.GetValue(side),
                Quality = parsed.GetValue(quality),
                Workers = parsed.GetValue(workers),
                OnError = onError.Of(parsed),
                FfmpegPath = parsed.GetRequiredValue(ffmpeg),
            };
            Print(Run(terminal, options, token));
            return ExitCodes.Fine;
        });
    }

    internal static ExtractionReport Run(Terminal terminal, FrameExtractionOptions options, CancellationToken token) =>
        ConsoleProgress.Run(terminal, "extract", progress => FrameExtraction.Run(options with { Progress = new Reporter(progress) }, token));

    internal static void Print(ExtractionReport report)
    {
        string were = report.Before > 0 ? string.Create(CultureInfo.InvariantCulture, $", {report.Before} of them were there") : "";
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{report.Videos.Count} videos, {report.Videos.Sum(v => (long)v.Frames)} frames{were}; {report.Ffmpeg}"));
        foreach (ExtractedVideo video in report.Videos.Where(v => v.IsShort || v.Warning is not null))
            Terminal.Note($"{video.Source}: {(video.IsShort ? string.Create(CultureInfo.InvariantCulture, $"ends before --end, with {video.Frames} frames") : $"FFmpeg said: {video.Warning}")}");
        if (report.Failures.Count > 0) Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{report.Failures.Count} videos could not be used and were left out"));
    }

    internal sealed class Reporter(ConsoleProgress progress) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value)
        {
            if (value.Trouble is { } trouble) progress.Line($"left out: {trouble}");
            progress.Report(value.Done, value.Total, "videos", value.Before);
        }
    }
}
