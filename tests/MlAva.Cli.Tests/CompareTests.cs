using System.Text.Json;
using System.Xml.Linq;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

public sealed class CompareTests : IDisposable
{
    // Two videos, one label each; the first file finds one of them, the second both.
    const string GroundTruth = "v,0902,0.1,0.1,0.5,0.9,1,0\nw,0902,0.1,0.1,0.5,0.9,1,0\nw,0902,0.6,0.1,0.9,0.9,2,1\n";
    const string First = "v,902,0.1,0.1,0.5,0.9,1,0.9\nw,902,0.6,0.1,0.9,0.9,2,0.8\n";
    const string Second = "v,902,0.1,0.1,0.5,0.9,1,0.9\nw,902,0.1,0.1,0.5,0.9,1,0.8\n";
    const string Labels = "item { name: \"stand [up]\" id: 1 }\nitem { name: \"sit\" id: 2 }\n";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string[] Arguments(string first = First, string second = Second) =>
        ["compare", _folder.Write("first.csv", first), _folder.Write("second.csv", second),
            "--annotations", _folder.Write("gt.csv", GroundTruth), "--label-map", _folder.Write("map.pbtxt", Labels)];

    [Fact]
    public void Two_files_are_compared_with_intervals_and_classes()
    {
        (string json, string report) = (_folder.File("figures.json"), _folder.File("page.html"));

        Tool run = Tool.Run([.. Arguments(), "--json", json, "--report", report, "--bootstrap", "400", "--seed", "5"]).ExitsWith(0);

        // stand: 0.5 to 1; sit: 1 to 0.
        Assert.Matches(@"first\.csv +0\.7500 ", run.Output);
        Assert.Matches(@"second\.csv +0\.5000 .* -0\.2500 ", run.Output);
        Assert.Matches(@"second\.csv gained \+0\.5000 \[.*\] stand \[up\] \(0\.5000 to 1\.0000\)", run.Output);
        Assert.Matches(@"second\.csv lost -1\.0000 \[-1\.0000, -1\.0000\] \* sit \(1\.0000 to 0\.0000\)", run.Output);
        Assert.Contains("400 resamplings of 2 videos, seed 5", run.Output, StringComparison.Ordinal);
        Assert.Contains("*: an interval on one side of 0", run.Output, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement difference = Assert.Single(document.RootElement.GetProperty("differences").EnumerateArray());
        Assert.Equal(-.25, difference.GetProperty("difference").GetDouble());
        Assert.Equal([.5, -1], difference.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("difference").GetDouble()));
        XDocument page = XDocument.Load(report);
        Assert.Equal(["0.750", "0.500"], page.Descendants("strong").Select(s => s.Value));
        Assert.StartsWith("mlava compare ", page.Descendants("code").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Keyframes_can_be_chosen_as_for_evaluate_and_figures_say_which()
    {
        string json = _folder.File("figures.json");
        string[] choice = ["--keyframes", _folder.Write("list.csv", "w,902\n"), "--ava-groups"];

        Tool run = Tool.Run([.. Arguments(), .. choice, "--json", json]).ExitsWith(0);

        Assert.Contains("first.csv: 1 detections of 2 on 1 keyframes (listed), 0 excluded; equal scores in any order: 0.5000 to 0.5000",
            run.Output, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement[] runs = [.. document.RootElement.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("evaluation"))];
        Tool.Run(["evaluate", "--detections", _folder.File("second.csv"), .. Arguments()[3..], .. choice, "--json", json]).ExitsWith(0);
        using JsonDocument alone = JsonDocument.Parse(File.ReadAllText(json));
        Assert.True(JsonElement.DeepEquals(alone.RootElement, runs[1]));
    }

    [Fact]
    public void A_later_file_of_which_nothing_counts_is_shown_as_such()
    {
        Tool run = Tool.Run(Arguments(second: "elsewhere,902,0.1,0.1,0.5,0.9,1,0.9\n")).ExitsWith(0);
        Assert.Matches(@"remark: second\.csv: No keyframe has both", run.Output);
    }

    [Fact]
    public void Chosen_classes_alone_are_compared()
    {
        Tool run = Tool.Run([.. Arguments(), "--custom-classes", "1"]).ExitsWith(0);

        Assert.Matches(@"second\.csv +1\.0000 .* \+0\.5000 ", run.Output);
        Assert.DoesNotContain("sit", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_output() =>
        Assert.Equal(Tool.Run(Arguments()).ExitsWith(0).Output, Tool.Run(Arguments()).ExitsWith(0).Output);

    [Fact]
    public void A_single_file_is_refused()
    {
        Tool run = Tool.Run("compare", _folder.Write("a.csv", First), "--annotations", "gt.csv", "--label-map", "map.pbtxt").ExitsWith(2);
        Assert.Contains("mlava compare --help", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_names_its_file_and_row() =>
        Tool.Run(Arguments(second: Second + "w,902,0.6,0.1,0.9,0.9,2,NaN\n")).Refuses("second.csv", "3");

    [Fact]
    public void Impossible_options_name_their_flag()
    {
        Tool.Run([.. Arguments(), "--bootstrap", "0"]).Refuses("--bootstrap: Samples is 0", "1 to 100000");
        Tool.Run([.. Arguments(), "--confidence", "1"]).Refuses("--confidence: Confidence is 1");
    }

    [Fact]
    public void Without_ground_truth_of_any_class_it_says_so() => Tool.Run(
        "compare", _folder.Write("a.csv", First), _folder.Write("b.csv", Second), "--annotations", _folder.Write("gt.csv", GroundTruth),
        "--label-map", _folder.Write("map.pbtxt", "item { name: \"other\" id: 7 }")).Refuses("mAP is undefined", "label map");
}
