using System.Text.Json;
using System.Xml.Linq;
using MlAva.Annotations;
using MlAva.Preparation;
using MlAva.TestSupport;

namespace MlAva.Tests.Preparation;

public sealed class DataSetPageTests : IDisposable
{
    static readonly LabelMap Classes = LabelMap.FromEntries([new(1, "walk", ActionGroup.Unknown), new(3, "sit <down>", ActionGroup.Unknown)]);

    readonly TemporaryFolder _folder = new();

    static AvaDataset Set(bool withProposals = true) => AvaDataset.FromRows(new() { AnnotationPath = "rows.csv", NumClasses = 4 },
        [
            new("a", 1, new(0.1, 0.2, 0.5, 0.8), 1, 0), new("a", 1, new(0.1, 0.2, 0.5, 0.8), 3, 0), new("a", 1, new(0.5, 0.2, 0.9, 0.8), 1, 1),
            new("a", 2, new(0.1, 0.2, 0.5, 0.8), 1, 0), new("b", 1, new(0, 0, 1, 1), 1, 0),
        ], Classes, proposals: !withProposals ? null : new([
            new(new("a", 1), new([new(0.1, 0.2, 0.5, 0.8), new(0.5, 0.2, 0.9, 0.5)], [1, 0.95])), new(new("a", 2), new([new(0.1, 0.2, 0.3, 0.8), new(0, 0, 1, 1)], [0.99, 0.2])),
        ]));

    [Fact]
    public void Classes_keyframes_and_proposals_are_counted()
    {
        DataSetStatistics counts = DataSetStatistics.Of(Set());

        Assert.Equal((2, 3, 4, 5), (counts.Videos, counts.Keyframes, counts.Boxes, counts.Labels));
        Assert.Equal([new(1, "walk", 4, 3, 2), new(2, "", 0, 0, 0), new(3, "sit <down>", 1, 1, 1)], counts.Classes);
        Assert.Equal([0, 2, 1], counts.KeyframesByBoxes);
        Assert.Equal([0, 3, 1], counts.BoxesByLabels);
        // IoUs of the four truth boxes: 1, 0.5, 0.5 (both on the edge of rounding: thresholds beyond it are tested), 0.
        Assert.Equal((1, 3), (counts.Proposals!.KeyframesWithout, counts.Proposals.Boxes));
        Assert.Equal(0.5, counts.Proposals.MeanBestIoU, 1e-12);
        Assert.Equal(0.25, counts.Proposals.Recall[1]);
        Assert.Equal(0.25, counts.Proposals.Recall[^1]);
        Assert.Null(DataSetStatistics.Of(Set(withProposals: false)).Proposals);
    }

    [Fact]
    public void Figures_are_JSON_and_data_frames_too()
    {
        DataSetStatistics counts = DataSetStatistics.Of(Set());
        using JsonDocument json = JsonDocument.Parse(counts.ToJson());

        Assert.Equal(4, json.RootElement.GetProperty("boxes").GetInt32());
        Assert.Equal("sit <down>", json.RootElement.GetProperty("classes")[2].GetProperty("name").GetString());
        Assert.Equal(4, counts.PerClass()["Boxes"][0]);
        Assert.Equal(2, counts.PerBoxCount()["Keyframes"][1]);
        Assert.Equal(10, counts.ProposalRecall().Rows.Count);
    }

    [Fact]
    public void The_page_shows_pictures_actions_and_why_a_frame_is_missing()
    {
        Clips.Write(_folder.File("a.avi"), 20);
        string path = _folder.File("page.html");

        Assert.Equal((3, 1), DataSetPage.Write(path, Set(), new() { Frames = _folder.Path }));

        XDocument page = XDocument.Parse(File.ReadAllText(path).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Equal(2, page.Descendants("img").Count());
        Assert.All(page.Descendants("img"), i => Assert.StartsWith("data:image/jpeg;base64,/9j/", i.Attribute("src")!.Value, StringComparison.Ordinal));
        Assert.Contains(page.Descendants("li"), l => l.Value.Contains("walk, sit <down>", StringComparison.Ordinal) && l.Value.Contains("best IoU 1.00", StringComparison.Ordinal));
        Assert.Contains("nothing there", Assert.Single(page.Descendants("p"), p => p.Attribute("class")?.Value == "gone").Value, StringComparison.Ordinal);
        Assert.Contains("3 of 3 keyframes are shown", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Videos_and_actions_choose_keyframes()
    {
        Clips.Write(_folder.File("a.avi"), 20);

        Assert.Equal((1, 0), DataSetPage.Write(_folder.File("p.html"), Set(), new() { Frames = _folder.Path, Actions = [3] }));
        Assert.Equal((2, 0), DataSetPage.Write(_folder.File("p.html"), Set(withProposals: false), new() { Frames = _folder.Path, Videos = ["a"] }));
        Assert.Equal((1, 0), DataSetPage.Write(_folder.File("p.html"), Set(), new() { Frames = _folder.Path, MaxKeyframes = 1 }));
        Assert.Throws<ArgumentException>(() => DataSetPage.Write(_folder.File("p.html"), Set(), new() { Frames = _folder.Path, Videos = ["c"] }));
    }

    [SharedFact]
    public void The_nest_set_is_counted_and_shown()
    {
        string nest = SharedData.Path("ava/nest");
        string File(string pattern) => Directory.GetFiles(nest, pattern, SearchOption.AllDirectories).First(f => !f.Contains("excluded", StringComparison.Ordinal));
        LabelMap classes = LabelMap.Read(File("*.pbtxt*"));
        AvaDataset set = AvaDataset.Load(new() { AnnotationPath = File("*val*.csv"), ProposalPath = File("*val*.pkl"), LabelMapPath = File("*.pbtxt*"), NumClasses = classes.MaxId + 1 });
        string path = _folder.File("nest.html");

        DataSetStatistics counts = DataSetStatistics.Of(set);
        (int shown, int unreadable) = DataSetPage.Write(path, set, new() { Frames = Path.Combine(nest, "rawframes"), Fps = 30, MaxKeyframes = 5 });

        Assert.Equal(set.Keyframes.Count, counts.Keyframes);
        Assert.InRange(counts.Proposals!.Recall[0], 0.5, 1);
        Assert.Equal((5, 0), (shown, unreadable));
    }

    public void Dispose() => _folder.Dispose();
}
