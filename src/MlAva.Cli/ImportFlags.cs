using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Annotations.Formats;
using MlAva.Preparation;

namespace MlAva.Cli;

/// <summary>Options and lines that the verbs about other tools' annotations share.</summary>
static class ImportFlags
{
    public static Choice<OnError> OnError(string what) =>
        new("--on-error", Annotations.OnError.Fail, $"What to do about {what} that cannot be used: stop, or leave it out and count it");

    public static Option<double?> Fps() => Flags.Number("--fps", "Frames a second, where neither the files nor --videos tell", "RATE");

    public static Option<string?> Size() => Flags.Optional("--size", "Size of the frames in pixels, where neither the files nor --videos tell", "WxH");

    public static Option<string?> Videos() =>
        Flags.Optional("--videos", "Folder of the videos, or of folders of frames, from which sizes and rates are taken", "FOLDER");

    public static Option<double> KeyframeStep() =>
        Flags.WithDefault("--keyframe-step", 1.0, "Seconds between keyframes; 0: every annotated frame is one", "SECONDS");

    public static Option<double> Start() => Flags.WithDefault("--timestamp-start", 0.0, "Time of the first frame (AVA's own clips: 900)", "SECONDS");

    public static Option<string[]> ActionAttributes() => new("--action-attribute")
    {
        Description = "An attribute whose values are actions; may be repeated [default: all, or the labels where boxes have no attributes]",
        HelpName = "NAME",
    };

    public static SourceVideo SizeOf(string? text, string option = "--size")
    {
        if (text is null) return default;
        string[] parts = text.Split('x', 'X', '×');
        return parts.Length == 2 && Side(parts[0], out int width) && Side(parts[1], out int height) ? new(width, height)
            : throw new ArgumentException($"{option} is '{text}'; expected width and height in pixels, such as 640x360.");

        static bool Side(string part, out int side) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;
    }

    public static Func<string, SourceVideo?>? Lookup(string? folder) => folder is null ? null : new SourceVideos(folder).Find;

    /// <summary>Says what became of the boxes.</summary>
    public static void Print(ImportedSet set)
    {
        ImportReport report = set.Report;
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
            $"{set.Videos.Count} videos, {set.Rows.Select(r => r.Key).Distinct().Count()} keyframes, {report.Boxes} boxes, {set.Rows.Count} rows, {set.LabelMap.Count} classes"));
        Left(report.Clipped, "boxes reached out of the frame and were clipped to it");
        Left(report.WithoutAction, "boxes have no action; they are proposals only");
        Left(report.BetweenKeyframes, "boxes are of frames between keyframes and were left out (--keyframe-step says where keyframes are)");
        Left(report.OtherShapes, "shapes are no boxes and were left out");
        if (report.Skipped == 0) return;
        foreach (string error in report.Errors) Terminal.Note($"left out: {error}");
        Left(report.Skipped, "elements could not be used and were left out");

        static void Left(int count, string what)
        {
            if (count > 0) Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
        }
    }
}
