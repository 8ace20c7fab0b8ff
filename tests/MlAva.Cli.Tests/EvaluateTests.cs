using System.Diagnostics;
using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

public sealed class EvaluateTests : IDisposable
{
    // The worked example of the reference specification, §11.
    const string GroundTruth = """
        A,0902,0.1,0.1,0.5,0.9,12,0
        A,0902,0.1,0.1,0.5,0.9,17,0
        A,0902,0.6,0.2,0.9,0.95,12,1
        A,0903,0.1,0.1,0.5,0.9,12,0
        B,0902,0.05,0.05,0.4,0.8,80,0

        """;
    const string Detections = """
        A,902,0.11,0.1,0.5,0.9,12,0.900
        A,902,0.1,0.12,0.51,0.9,12,0.800
        A,902,0.6,0.2,0.9,0.9,12,0.700
        A,902,0.1,0.1,0.5,0.9,17,0.300
        A,903,0.3,0.1,0.7,0.9,12,0.850
        B,902,0.05,0.05,0.4,0.8,12,0.600

        """;
    const string Labels = """
        item { name: "stand" id: 12 }
        item { name: "carry [heavy]" id: 17 }
        item { name: "talk" id: 79 }
        item { name: "watch" id: 80 }
        """;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string[] Arguments(string groundTruth = GroundTruth, string detections = Detections) =>
        ["evaluate", "--annotations", _folder.Write("gt.csv", groundTruth), "--detections", _folder.Write("det.csv", detections),
            "--label-map", _folder.Write("map.pbtxt", Labels)];

    [Fact]
    public void The_worked_example_has_an_mAP_of_one_half()
    {
        string json = _folder.File("out/figures.json");

        Tool run = Tool.Run([.. Arguments(), "--json", json]).ExitsWith(0);

        Assert.Equal("mAP@0.5IOU: 0.5000", run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].TrimEnd());
        Assert.Contains("carry [heavy]", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(0.5, document.RootElement.GetProperty("mAP").GetDouble());
        Dictionary<int, JsonElement> classes =
            document.RootElement.GetProperty("classes").EnumerateArray().ToDictionary(c => c.GetProperty("id").GetInt32());
        Assert.Equal((0.5, 3, 5, 2), Figures(classes[12]));
        Assert.Equal((1.0, 1, 1, 1), Figures(classes[17]));
        Assert.Equal((0.0, 1, 0, 0), Figures(classes[80]));
        Assert.Equal(JsonValueKind.Null, classes[79].GetProperty("ap").ValueKind);

        static (double, int, int, int) Figures(JsonElement c) =>
            (c.GetProperty("ap").GetDouble(), c.GetProperty("numGroundTruth").GetInt32(), c.GetProperty("numDetections").GetInt32(),
                c.GetProperty("numTruePositives").GetInt32());
    }

    [Fact]
    public void Excluded_keyframes_have_no_part()
    {
        string json = _folder.File("figures.json");

        Tool run = Tool.Run([.. Arguments(), "--exclude", _folder.Write("excluded.csv", "B,0902\n"), "--json", json]).ExitsWith(0);

        Assert.Contains("mAP@0.5IOU: 0.7500", run.Output, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(0.75, document.RootElement.GetProperty("mAP").GetDouble());
        Assert.Equal(1, document.RootElement.GetProperty("counts").GetProperty("keyframesExcluded").GetInt32());
    }

    [Fact]
    public void Rules_and_groups_can_be_chosen()
    {
        Tool run = Tool.Run([.. Arguments(), "--protocol", "official-2019", "--ties", "numpy", "--iou", "0.3", "--ava-groups"])
            .ExitsWith(0);

        Assert.Contains("protocol official-2019, ties numpy", run.Output, StringComparison.Ordinal);
        // At 0.3 the detection at 903, IoU 1/3, is right too: 12 has three of three found.
        Assert.Contains("mAP@0.3IOU:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("mAP@0.3IOU: 0.5000", run.Output, StringComparison.Ordinal);
        Assert.Contains("person_interaction: 0.0000 over 1 of 2 classes", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_names_protocol_sets_and_what_ties_allow()
    {
        string page = _folder.File("report.html");

        Tool run = Tool.Run([.. Arguments(), "--report", page, "--custom-classes", "12,80", "--evaluation-set", "ground-truth"]).ExitsWith(0);

        Assert.Contains("protocol mmaction2-0.x, ties stable; equal scores in any order: 0.2500 to 0.2500", run.Output, StringComparison.Ordinal);
        Assert.Contains("left out: 1 of other classes", run.Output, StringComparison.Ordinal);
        Assert.Contains("3 keyframes (ground-truth), 3 with ground truth, 0 excluded; 2 of 2 classes averaged", run.Output, StringComparison.Ordinal);
        string html = File.ReadAllText(page);
        Assert.All(["mmaction2-0.x", "3 (ground-truth), 0 excluded", "0.2500 to 0.2500", "stand", "watch"],
            text => Assert.Contains(text, html, StringComparison.Ordinal));
        Assert.DoesNotContain("carry", html, StringComparison.Ordinal);
        Assert.All(["Precision and recall", "Where mAP is lost", "Groups, sizes, persons, overlap", "Videos", "Are scores probabilities?"],
            section => Assert.Contains($"<h2>{section}</h2>", html, StringComparison.Ordinal));
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Keyframes_to_evaluate_can_be_listed()
    {
        Tool run = Tool.Run([.. Arguments(), "--keyframes", _folder.Write("keyframes.csv", "A,0902\nA,0903\n")]).ExitsWith(0);

        Assert.Contains("(listed)", run.Output, StringComparison.Ordinal);
        Assert.Contains("mAP@0.5IOU: 0.7500", run.Output, StringComparison.Ordinal);
    }

    [SharedTheory("ava/eval_cases")]
    [InlineData("v21_first8_derived", "mmaction2-0.x", "mmaction2_0.24.1", true)]
    [InlineData("v21_first8_derived", "official-2020", "head2020", false)]
    [InlineData("real_v22_slowfast_koish11", "mmaction2-0.x", "mmaction2_0.24.1", true)]
    [InlineData("real_v22_slowfast_koish11", "mmaction2-1.x", "mmaction2_1.2.0", true)]
    [InlineData("real_v22_slowfast_koish11", "official-2019", "v2019_capacity50_with_exclusions", true)]
    [InlineData("real_v22_slowfast_koish11", "official-2018", "v2018_nocapacity_with_exclusions", true)]
    public void The_official_figures_come_out(string name, string protocol, string official, bool exclude)
    {
        string folder = SharedData.Path($"ava/eval_cases/{name}"), json = _folder.File("figures.json");
        string[] exclusions = exclude ? ["--exclude", Path.Combine(folder, "excluded.csv")] : [];

        Tool.Run([
            "evaluate", "--annotations", Path.Combine(folder, "gt.csv.gz"), "--detections", Path.Combine(folder, "det.csv.gz"),
                "--label-map", Path.Combine(folder, "labelmap.pbtxt"),
            "--protocol", protocol, "--ties", "numpy", "--json", json, .. exclusions]).ExitsWith(0);

        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))),
            found = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(expected.RootElement.GetProperty("runs").GetProperty(official).GetProperty("mAP").GetDouble(),
            found.RootElement.GetProperty("mAP").GetDouble(), 1e-12);
    }

    [Fact]
    public void A_row_of_six_columns_is_refused_and_the_old_figures_stay()
    {
        string json = _folder.Write("figures.json", "old");

        Tool.Run([.. Arguments(detections: Detections + "A,902,0.1,0.1,0.5,0.9\n"), "--json", json])
            .Refuses("det.csv:7: ", "6 columns", "expected 8 columns", "To mend: ");

        Assert.Equal("old", File.ReadAllText(json));
        Assert.Equal(["det.csv", "figures.json", "gt.csv", "map.pbtxt"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_inverted_box_is_named_by_file_and_row() =>
        Tool.Run(Arguments("C,5\n" + GroundTruth.Replace("A,0903,0.1,0.1,0.5,0.9", "A,0903,0.5,0.1,0.1,0.9", StringComparison.Ordinal)))
            .Refuses("gt.csv:5: ", "(0.5, 0.1, 0.1, 0.9)", "x1 <= x2", "swap the corners");

    /// <summary>As <c>--detections &lt;(zcat results.csv.gz)</c> in a shell.</summary>
    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -c")]
    public void Files_can_be_pipes(string writer)
    {
        if (!File.Exists("/bin/bash")) return;
        string[] files = Arguments();
        string line = $"dotnet {Tool.Assembly} evaluate --annotations <(cat {files[2]}) --detections <({writer} {files[4]}) --label-map {files[6]}";
        using Process process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", line]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal("mAP@0.5IOU: 0.5000", output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].TrimEnd());
    }

    [Fact]
    public void An_undefined_mAP_is_an_error_with_its_reason() =>
        Tool.Run(Arguments("A,0902,0.1,0.1,0.5,0.9,3,0\n"))
            .Refuses("mAP is undefined", "None of the 1 rows of ground truth is of a class in the label map");

    [Fact]
    public void Detections_that_share_no_keyframe_are_remarked_upon()
    {
        Tool run = Tool.Run(Arguments(detections: Detections.Replace(",90", ",80", StringComparison.Ordinal))).ExitsWith(0);

        Assert.Contains("remark: No keyframe has both detections and ground truth", run.Output, StringComparison.Ordinal);
        Assert.Contains("mAP@0.5IOU: 0.0000", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        string[] arguments = Arguments();
        arguments[4] = _folder.File("nowhere.csv");

        Tool.Run(arguments).Refuses(_folder.File("nowhere.csv"), "no such file", "To mend: ");
    }

    [Fact]
    public void An_option_out_of_range_is_refused() =>
        Tool.Run([.. Arguments(), "--iou", "1.5"]).Refuses("IouThreshold", "1.5", "at most 1");

    [Fact]
    public void The_stack_trace_is_shown_when_asked_for()
    {
        Tool run = Tool.Run([.. Arguments(), "--iou", "1.5", "--verbose"]).ExitsWith(2);

        Assert.Contains("   at MlAva", run.Errors, StringComparison.Ordinal);
    }
}
