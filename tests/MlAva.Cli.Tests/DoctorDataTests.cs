using System.Text.Json;
using MlAva.Annotations;

namespace MlAva.Cli.Tests;

/// <summary><c>mlava doctor data</c> from the outside: what it prints, and its exit codes.</summary>
public sealed class DoctorDataTests : IDisposable
{
    readonly TinySet _set = new();

    public void Dispose() => _set.Dispose();

    string Detections(int shift = 0, string ending = "")
    {
        string path = _set.In("found.csv");
        DetectionFile.Write(path, AnnotationFile.Read(_set.Annotations).Rows.SelectMany(r => Enumerable.Range(1, 2).Select(action =>
            new DetectionRow(r.VideoId + ending, r.Timestamp, r.Box, action + shift, action == r.ActionId ? 0.9 : 0.2))));
        return path;
    }

    [Fact]
    public void A_sound_set_is_exit_code_0()
    {
        Tool run = Tool.Run("doctor", "data", "--annotations", _set.Annotations, "--detections", Detections(), "--label-map", _set.Labels,
            "--proposals", _set.Proposals, "--frames", _set.Frames, "--fps", "4", "--num-classes", "3").ExitsWith(0);

        foreach (string word in (string[])["mAP at IoU 0.5 is 1.0000", "all 8 keyframes have a frame", "Nothing found explains a failure."])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        int truths = AnnotationFile.Read(_set.Annotations).Rows.Select(r => (r.Key, r.Box)).Distinct().Count();
        string bins = $"  0.8 to 0.9         0{Environment.NewLine}  0.9 to 1.0 {truths,9} {new string('#', 40)}";
        Assert.Contains(bins, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("CAUSE", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BROKEN", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_explains_a_failure_comes_first_with_rows_and_mend_and_is_exit_code_1()
    {
        string detections = Detections(ending: ".mp4");

        Tool run = Tool.Run("doctor", "data", "--annotations", _set.Annotations, "--detections", detections, "--label-map", _set.Labels)
            .ExitsWith(1);

        string[] lines = run.Output.Split('\n');
        Assert.StartsWith("LIKELY CAUSE  video-ids-differ: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("mended, mAP would be 1.0000, 0.0000 as it stands", lines[1], StringComparison.Ordinal);
        Assert.Contains($"{detections}:1: 'first.mp4'", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.TrimStart().StartsWith("to mend: awk -F,", StringComparison.Ordinal));
        Assert.Contains("of the", lines[^2], StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public void The_report_is_there_as_JSON_too()
    {
        Tool run = Tool.Run("doctor", "data", "--annotations", _set.Annotations, "--detections", Detections(shift: -1), "--label-map",
            _set.Labels, "--json").ExitsWith(1);

        using JsonDocument report = JsonDocument.Parse(run.Output);
        JsonElement first = report.RootElement.GetProperty("findings")[0];
        Assert.Equal("ids-shifted", first.GetProperty("code").GetString());
        Assert.Equal(1, first.GetProperty("mendedMeanAveragePrecision").GetDouble(), 9);
        Assert.False(report.RootElement.GetProperty("isHealthy").GetBoolean());
    }

    [Fact]
    public void What_cannot_be_read_is_exit_code_2()
    {
        Tool.Run("doctor", "data", "--annotations", _set.In("none.csv")).Refuses("none.csv", "no such file");
        Tool.Run("doctor", "data", "--annotations", _set.Proposals).Refuses("proposals.pkl", "pickle", "To mend: ");
        Tool.Run("doctor", "data", "--annotations", _set.Annotations, "--fps", "0").Refuses("--fps: ", "Fps is 0");
        Tool.Run("doctor", "data", "--annotations", _set.Annotations, "--filename-tmpl", "frame.jpg").Refuses("frame.jpg", "template");
    }

    [Fact]
    public void A_file_that_training_refuses_is_explained()
    {
        string rows = File.ReadAllText(_set.Annotations).Replace(',', '\t');
        string tabs = _set.Write("tabs.csv", rows);

        Tool run = Tool.Run("doctor", "data", "--annotations", tabs).ExitsWith(1);

        Assert.StartsWith("BROKEN        separator: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("kept apart by tabs, not commas", run.Output, StringComparison.Ordinal);
    }
}
