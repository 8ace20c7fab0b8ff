using System.Globalization;
using System.Text.RegularExpressions;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary>Keyframes outside their video: left out with a note, or refused; never a late failure.</summary>
public sealed partial class CoverageTests : IDisposable
{
    readonly TinySet _set = new();

    public void Dispose() => _set.Dispose();

    /// <summary>The set with keyframes of the first video at more seconds; its frames end at second 4.75.</summary>
    string Annotated(params int[] seconds) => _set.Write("more.csv", File.ReadAllText(_set.Annotations)
        + string.Concat(seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"first,{s},0.125,0.25,0.5,0.75,1,0\n"))));

    static AvaDataView Load(string annotations, TinySet set) => AvaDataView.Load(new()
    {
        Frames = set.Frames,
        Dataset = new() { AnnotationPath = annotations, LabelMapPath = set.Labels, NumClasses = 3 },
    });

    static ClipOptions Clip(double fps, double start = 0) =>
        new() { Sampling = new() { Fps = fps, TimestampStart = start, TimestampEnd = start + 900, FrameInterval = 1, ClipLength = 2 } };

    [Fact]
    public void Keyframes_outside_are_counted_by_video_with_the_rate_that_would_fit()
    {
        AvaDataView view = Load(Annotated(5, 6), _set);

        KeyframeCoverage coverage = KeyframeCoverage.Examine(view, Clip(4));

        VideoCoverage video = Assert.Single(coverage.Videos);
        Assert.Equal(("first", 0, 2), (video.VideoId, video.Before, video.Beyond));
        Assert.Equal((4.75, 6), (video.LastSecond, video.LastKeyframe));
        Assert.Equal((10, 2, 2), (coverage.Keyframes, coverage.Outside, coverage.VideoCount));
        Assert.Equal(3, coverage.FittingFps); // 19 steps in 6 seconds
        Assert.Equal(0, KeyframeCoverage.Examine(view, Clip(3)).Outside);
        AvaDataView within = view.Where(coverage.Holds);
        Assert.Equal(8, within.GetRowCount());
        Assert.Same(view.Dataset, within.Dataset);
        Assert.Equal(0, KeyframeCoverage.Examine(within, Clip(4)).Outside);
    }

    [Fact]
    public void Keyframes_before_the_start_are_told_apart()
    {
        KeyframeCoverage coverage = KeyframeCoverage.Examine(Load(_set.Annotations, _set), Clip(4, start: 2));

        Assert.Equal([1, 1], coverage.Videos.Select(v => v.Before));
        Assert.Null(coverage.FittingFps);
        Assert.Contains("2 of 8 keyframes lie before the start of their video", coverage.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Up_to_half_the_keyframes_are_left_out_with_a_note_unless_forbidden()
    {
        string annotations = Annotated(5, 6);
        string[] train = _set.Train(1, annotations: annotations, validate: false);

        Tool run = Tool.Run(train).ExitsWith(0);

        Assert.Contains("2 of 10 keyframes lie beyond the end of their video (first: frames reach second 4.8, keyframes second 6); left out",
            run.Errors, StringComparison.Ordinal);
        Assert.Contains("--fps 3 would fit", run.Errors, StringComparison.Ordinal);
        Tool.Run([.. train, "--beyond-end", "fail"]).Refuses("2 of 10", "--fps 3", "To mend: ", "--beyond-end skip");

        string model = Path.Combine(_set.WorkDirectory, "model.zip");
        string[] test = [.. _set.Test(model).Select(a => a == _set.Annotations ? annotations : a)];
        Assert.Contains("2 of 10 keyframes lie beyond the end of their video", Tool.Run(test).ExitsWith(0).Errors, StringComparison.Ordinal);
        Tool.Run([.. test, "--beyond-end", "fail"]).Refuses("2 of 10", "To mend: ");
    }

    [Fact]
    public void More_than_half_are_refused_before_anything_is_made()
    {
        Tool.Run(_set.Train(1, annotations: Annotated([.. Enumerable.Range(10, 9)]), validate: false))
            .Refuses("9 of 17 keyframes lie beyond the end", "frames reach second 4.8", "To mend: ", "--fps 1 ", "--timestamp-start");

        Assert.False(Directory.Exists(_set.WorkDirectory));
    }

    [Fact]
    public void Missing_videos_are_counted_and_named()
    {
        Directory.Delete(Path.Combine(_set.Frames, "second"), recursive: true);

        Tool.Run(_set.Train(1)).Refuses(Path.Combine(_set.Frames, "second"), "nothing there", "1 of 2 videos", "To mend: check --frames");
    }

    [SharedFact("ava/nest")]
    public void A_real_set_whose_annotations_run_on_behind_its_videos_trains_and_tests()
    {
        string folder = SharedData.Path("ava/nest"), annotations = Path.Combine(folder, "annotations");
        string frames = Path.Combine(folder, "rawframes"), labels = Path.Combine(annotations, "ava_action_list_v2.2.pbtxt");
        string truths = Path.Combine(annotations, "ava_val_v2.2.csv");
        string proposals = Path.Combine(annotations, "ava_dense_proposals_val.FAIR.recall_93.9.pkl");

        Tool train = Tool.Run("train", "--annotations", Path.Combine(annotations, "ava_train_v2.2.csv"), "--frames", frames, "--label-map", labels,
            "--proposals", Path.Combine(annotations, "ava_dense_proposals_train.FAIR.recall_93.9.pkl"), "--val-annotations", truths,
            "--val-proposals", proposals, "--work-dir", _set.WorkDirectory, "--epochs", "3", "--batch-size", "8", "--lr", "0.01",
            "--warmup-epochs", "0", "--clip-len", "2", "--short-side", "48", "--rescale", "48,56", "--crop", "48",
            "--base-channels", "4", "--stage-blocks", "1,1,1,1", "--seed", "7").ExitsWith(0);

        Assert.Matches(@"train: \d+ of 88 keyframes lie beyond the end of their video \(\w+: frames reach second 20\.0, keyframes second 22\)",
            train.Errors);
        Assert.Contains("--fps 27 would fit", train.Errors, StringComparison.Ordinal);
        double[] losses = [.. Loss().Matches(train.Errors).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(3, losses.Length);
        Assert.True(losses[^1] < losses[0], string.Join(" ", losses));
        string results = Path.Combine(_set.WorkDirectory, "results.csv"), tested = _set.In("tested.csv");
        Assert.NotEmpty(DetectionFile.Read(results));
        Assert.Matches(@"mAP@0\.5IOU: \d\.\d{4}", train.Output);

        Tool test = Tool.Run("test", "--model", Path.Combine(_set.WorkDirectory, "model.zip"), "--annotations", truths, "--frames", frames,
            "--label-map", labels, "--proposals", proposals, "--out", tested).ExitsWith(0);

        Assert.Contains("lie beyond the end of their video", test.Errors, StringComparison.Ordinal);
        Assert.Contains("count as missed", test.Errors, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(results), File.ReadAllText(tested));
        Assert.Matches(@"mAP@0\.5IOU: \d\.\d{4}", test.Output);
    }

    [GeneratedRegex(@"^epoch \d+/\d+: loss ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Loss();
}
