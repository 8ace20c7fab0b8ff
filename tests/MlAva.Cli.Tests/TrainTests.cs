using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;

namespace MlAva.Cli.Tests;

public sealed partial class TrainTests(TrainedSet trained) : IClassFixture<TrainedSet>
{
    readonly TinySet _set = trained.Set;

    [Fact]
    public void A_training_leaves_model_checkpoint_detections_and_figures()
    {
        Assert.Equal(["checkpoint.safetensors", "metrics.json", "model.zip", "results.csv"],
            Directory.GetFiles(_set.WorkDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(8, DetectionFile.Read(trained.Results).Select(d => d.Key).Distinct().Count());
        Assert.Matches(@"mAP@0\.5IOU: \d\.\d{4}", trained.Output);
        Assert.Contains("be blue [cold]", trained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_of_every_epoch_and_of_the_time_axis_on_standard_error()
    {
        Assert.Equal(["1/2", "2/2"], EpochLine().Matches(trained.Errors).Select(m => m.Groups[1].Value));
        Assert.Contains("frame 1 is at 0 s", trained.Errors, StringComparison.Ordinal);
        Assert.Contains("8 keyframes of 2 videos", trained.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mAP_after_the_last_epoch_is_that_of_the_saved_model()
    {
        using JsonDocument figures = JsonDocument.Parse(File.ReadAllText(Path.Combine(_set.WorkDirectory, "metrics.json")));
        string last = EpochLine().Matches(trained.Errors)[^1].Groups[2].Value;

        Assert.Equal(double.Parse(last, System.Globalization.CultureInfo.InvariantCulture),
            figures.RootElement.GetProperty("mAP").GetDouble(), 5.1e-5);
    }

    [Fact]
    public void A_saved_model_scores_in_a_fresh_process_as_it_did_after_training()
    {
        string results = _set.In("test/results.csv.gz"), json = _set.In("test/metrics.json");

        Tool run = Tool.Run(_set.Test(trained.Model, "--out", results, "--json", json)).ExitsWith(0);

        Assert.Equal(DetectionFile.Read(trained.Results), DetectionFile.Read(results));
        Assert.Equal(File.ReadAllText(Path.Combine(_set.WorkDirectory, "metrics.json")), File.ReadAllText(json));
        Assert.Contains("mAP@0.5IOU", run.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output, Tool.Run(_set.Test(trained.Model)).ExitsWith(0).Output);
    }

    [Fact]
    public void Testing_gives_the_figures_that_evaluating_its_file_gives()
    {
        string json = _set.In("evaluated.json");

        Tool.Run("evaluate", "--annotations", _set.Annotations, "--detections", trained.Results, "--label-map", _set.Labels, "--json", json)
            .ExitsWith(0);

        Assert.Equal(File.ReadAllText(Path.Combine(_set.WorkDirectory, "metrics.json")), File.ReadAllText(json));
    }

    [Fact]
    public void One_video_is_scored_with_the_names_of_the_classes()
    {
        string results = _set.In("score.csv");

        Tool run = Tool.Run("score", "--model", trained.Model, "--source", Path.Combine(_set.Frames, "second"), "--proposals",
            _set.Proposals, "--out", results, "--threshold", "0").ExitsWith(0);

        Assert.Equal(DetectionFile.Read(trained.Results).Where(d => d.VideoId == "second"), DetectionFile.Read(results));
        Assert.Equal(4, ScoreLine().Count(run.Output));
    }

    [Fact]
    public void Scores_in_bfloat16_are_those_in_float32_but_for_rounding()
    {
        DetectionRow[] plain = [.. Scored("score", "plain.csv")], chosen = [.. Scored("score", "chosen.csv", "--precision", "float32")];
        DetectionRow[] reduced = [.. Scored("score", "reduced.csv", "--precision", "bfloat16")];
        DetectionRow[] tested = [.. Scored("test", "tested.csv", "--precision", "BFloat16").Where(d => d.VideoId == "second")];

        Assert.Equal(plain, chosen);
        Assert.Equal(reduced, tested);
        Assert.Equal(plain.Length, reduced.Length);
        double[] apart = [.. plain.Zip(reduced, (a, b) => (a with { Score = b.Score }) == b ? Math.Abs(a.Score - b.Score) : double.NaN)];
        // A network in its second epoch moves by little, but eight bits of significance must show.
        Assert.All(apart, a => Assert.InRange(a, 0, 0.05));
        Assert.Contains(apart, a => a > 0);

        IEnumerable<DetectionRow> Scored(string verb, string file, params string[] more)
        {
            string results = _set.In(file);
            string[] keyframes = verb == "test" ? _set.Test(trained.Model)
                : [verb, "--model", trained.Model, "--source", Path.Combine(_set.Frames, "second"), "--proposals", _set.Proposals];
            Tool.Run([.. keyframes, "--out", results, .. more]).ExitsWith(0);
            return DetectionFile.Read(results);
        }
    }

    [Theory]
    [InlineData("score")]
    [InlineData("test")]
    public void Numbers_that_nothing_is_computed_in_are_refused(string verb)
    {
        Tool run = Tool.Run(verb, "--precision", "float16").ExitsWith(2);

        Assert.Contains("Cannot take 'float16' for option '--precision'; expected one of float32, bfloat16.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_proposals_the_whole_frame_is_scored_at_the_times_given()
    {
        string results = _set.In("whole.csv");

        Tool run = Tool.Run(
            "score", "--model", trained.Model, "--source", Path.Combine(_set.Frames, "first"), "--video-id", "other", "--timestamps",
                "1.5,3", "--out", results, "--threshold", "0.999", "--top", "1").ExitsWith(0);

        Assert.Equal([new("other", 1.5), new("other", 3)], DetectionFile.Read(results).Select(d => d.Key).Distinct());
        Assert.Contains("0.000 0.000 1.000 1.000", run.Output, StringComparison.Ordinal);
        Assert.Contains("none reaches 0.999; best: be ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Scoring_needs_to_know_the_keyframes()
    {
        string source = Path.Combine(_set.Frames, "first");

        Tool.Run("score", "--model", trained.Model, "--source", source).Refuses("--timestamps", "--proposals");
        Tool.Run("score", "--model", trained.Model, "--source", source, "--proposals", _set.Proposals, "--video-id", "third")
            .Refuses("proposals.pkl", "'third'", "'first', 'second'", "--video-id");
        Tool.Run("score", "--model", trained.Model, "--source", source, "--timestamps", "500")
            .Refuses("first", "frame 2000", "frames 1..20", "To mend: ");
        Tool.Run("score", "--model", trained.Model, "--source", _set.In("nowhere"), "--timestamps", "1").Refuses("nowhere", "no such file");
    }

    [Theory]
    [InlineData("annotations")]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("zip of something else")]
    [InlineData("model of something else")]
    public void What_is_no_model_is_refused(string kind)
    {
        string path = kind switch
        {
            "annotations" => _set.Annotations,
            "folder" => _set.Frames,
            _ => _set.In(kind + ".zip"),
        };
        if (kind == "zip of something else")
        {
            using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
            using StreamWriter writer = new(zip.CreateEntry("readme.txt").Open());
            writer.Write("nothing");
        }
        else if (kind == "model of something else")
        {
            MLContext context = new(1);
            IDataView data = context.Data.LoadFromTextFile(_set.Annotations, [new("Seconds", DataKind.Single, 1)], ',');
            context.Model.Save(context.Transforms.NormalizeMinMax("Seconds").Fit(data), data.Schema, path);
        }

        Tool.Run(_set.Test(path)).Refuses(path, "found ", "expected a model.zip", "To mend: ");
        Tool.Run("score", "--model", path, "--source", Path.Combine(_set.Frames, "first"), "--timestamps", "1")
            .Refuses(path, "found ", "expected a model.zip", "To mend: ");
    }

    [Theory]
    [InlineData("1: be red\n2: be green\n", "class 2 'be green'", "'be blue [cold]'")]
    [InlineData("1: be red\n2: be blue [cold]\n3: be new\n", "class 3 'be new'", "has no class 3")]
    public void A_label_map_that_is_not_the_models_is_refused(string content, params string[] words)
    {
        string labels = _set.Write("other.txt", content);

        Tool.Run([.. _set.Test(trained.Model).Select(a => a == _set.Labels ? labels : a)]).Refuses(["other.txt", "To mend: ", .. words]);
    }

    [Fact]
    public void A_label_map_of_some_of_the_models_classes_is_remarked_on()
    {
        string labels = _set.Write("some.txt", "1: be red\n");
        string annotations = _set.Write("red.csv",
            string.Join('\n', File.ReadLines(_set.Annotations).Where(l => l.StartsWith("first,", StringComparison.Ordinal))) + "\n");

        Tool run = Tool.Run([.. _set.Test(trained.Model).Select(a => a == _set.Labels ? labels : a == _set.Annotations ? annotations : a)]);

        Assert.Contains("remark: the model knows 1 classes", run.ExitsWith(0).Errors, StringComparison.Ordinal);
        Assert.Contains("2 'be blue [cold]'", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_ended_early_goes_on_to_the_same_result()
    {
        string work = _set.In("resumed");
        Tool.Run(_set.Train(1, work)).ExitsWith(0);

        Tool run = Tool.Run(_set.Train(2, work, more: "--resume")).ExitsWith(0);

        Assert.Equal(["2/2"], EpochLine().Matches(run.Errors).Select(m => m.Groups[1].Value));
        Assert.Equal(File.ReadAllText(trained.Results), File.ReadAllText(Path.Combine(work, "results.csv")));
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused()
    {
        string work = _set.In("other");
        Tool.Run(_set.Train(1, work, validate: false)).ExitsWith(0);

        Tool.Run(_set.Train(2, work, validate: false, more: ["--resume", "--base-channels", "8"]))
            .Refuses("checkpoint.safetensors", "a training with another network", "To mend: ");
        Tool run = Tool.Run(_set.Train(2, work, validate: false, more: ["--resume", "--threads", "3"])).ExitsWith(0);

        Assert.DoesNotContain("beginning anew", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("mAP", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.Equal(["checkpoint.safetensors", "model.zip"],
            Directory.GetFiles(work).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_device_that_is_not_there_is_no_fault_of_the_input()
    {
        Tool run = Tool.Run(_set.Test(trained.Model, "--gpu", "99")).ExitsWith(1);

        Assert.Contains("error: MLContext.GpuDeviceId is 99", run.Errors, StringComparison.Ordinal);
    }

    [SignalTheory]
    [InlineData(PosixSignalNumber.Interrupt)]
    [InlineData(PosixSignalNumber.Terminate)]
    public void A_stopped_training_leaves_a_checkpoint_and_says_how_to_go_on(PosixSignalNumber signal)
    {
        string work = _set.In($"stopped by {signal}");

        Tool run = Tool.RunUntil("epoch 1/", signal, _set.Train(100_000, work, validate: false)).ExitsWith(130);

        Assert.Equal(["checkpoint.safetensors"], Directory.GetFiles(work).Select(Path.GetFileName));
        Assert.Contains("resume with: mlava train --annotations ", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"--work-dir '{work}'", run.Errors, StringComparison.Ordinal);
        Assert.EndsWith("--resume", run.Errors.TrimEnd(), StringComparison.Ordinal);
        int done = EpochLine().Count(run.Errors);
        Tool resumed = Tool.Run(_set.Train(done + 1, work, validate: false, more: "--resume")).ExitsWith(0);
        Assert.Equal([$"{done + 1}/{done + 1}"], EpochLine().Matches(resumed.Errors).Select(m => m.Groups[1].Value));
    }

    [GeneratedRegex(@"^epoch (\d+/\d+): loss [\d.]+, lr [\d.E-]+(?:, mAP (\d\.\d{4}))?", RegexOptions.Multiline)]
    private static partial Regex EpochLine();

    [GeneratedRegex(@"^ +\d +1 +0\.500 0\.250 0\.875 0\.750 +(be red|be blue \[cold\]) \d\.\d\d, (be red|be blue \[cold\]) \d\.\d\d",
        RegexOptions.Multiline)]
    private static partial Regex ScoreLine();
}
