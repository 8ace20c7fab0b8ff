using MlAva.Annotations.Formats;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests.Formats;

public sealed class RoundTripTests : IDisposable
{
    static readonly LabelMap Classes = LabelMap.FromEntries([new(1, "walk", ActionGroup.Unknown), new(4, "sit & \"wait\"", ActionGroup.Unknown), new(6, "talk", ActionGroup.Unknown)]);

    static readonly AnnotationRow[] Rows =
    [
        new("a", 902, new(0.123, 0.2, 0.5, 0.9), 1, 0), new("a", 902, new(0.123, 0.2, 0.5, 0.9), 4, 0), new("a", 902, new(0.5, 0.2, 0.75, 0.9), 6, 1),
        new("a", 903, new(0.15, 0.2, 0.5, 0.9), 4, 0), new("a", 905, new(0.5, 0.25, 0.75, 0.9), 6, 1), new("b", 900, new(0, 0, 1, 1), 1, 5),
    ];

    readonly TemporaryFolder _folder = new();

    static SourceVideo? Video(string id) => id == "a" ? new(341, 256, 30) : new(640, 360, 29.83);

    ImportedSet ThereAndBack(AnnotationFormat format, IEnumerable<AnnotationRow> rows, LabelMap classes, Func<string, SourceVideo?> videos, double start)
    {
        string path = _folder.File(format == AnnotationFormat.Cvat ? "folder" : "file.json");
        IReadOnlyList<string> files = AnnotationExport.Write(format, path, rows, classes, new() { Videos = videos, TimestampStart = start });
        return AnnotationImport.Read(format, files, new() { Videos = videos, TimestampStart = start, LabelMap = classes });
    }

    [Theory]
    [InlineData(AnnotationFormat.Cvat, true)]
    [InlineData(AnnotationFormat.Coco, true)]
    [InlineData(AnnotationFormat.Via, false)]
    public void What_is_exported_is_imported_as_it_was(AnnotationFormat format, bool keepsPersons)
    {
        ImportedSet set = ThereAndBack(format, Rows, Classes, Video, 900);

        Assert.Equal(InOrder(Rows, keepsPersons), InOrder(set.Rows, keepsPersons));
        Assert.Equal(0, set.Report.Clipped + set.Report.Skipped);
    }

    [SharedTheory]
    [InlineData(AnnotationFormat.Cvat)]
    [InlineData(AnnotationFormat.Coco)]
    [InlineData(AnnotationFormat.Via)]
    public void AVAs_own_rows_come_back(AnnotationFormat format)
    {
        string folder = SharedData.Path("ava/annotations");
        LabelMap classes = LabelMap.Read(Path.Combine(folder, "ava_action_list_v2.2.pbtxt"));
        AnnotationRow[] rows = [.. AnnotationFile.Read(Path.Combine(folder, "ava_val_v2.1_first8videos.csv")).Rows.Take(3000)];

        ImportedSet set = ThereAndBack(format, rows, classes, _ => new(640, 360, 30), 900);

        Assert.Equal(InOrder(rows, persons: false), InOrder(set.Rows, persons: false));
    }

    [SharedFact]
    public void The_nest_set_comes_back_from_CVAT_with_its_persons()
    {
        string folder = SharedData.Path("ava/nest");
        string csv = Directory.GetFiles(folder, "*train*.csv", SearchOption.AllDirectories).First(f => !f.Contains("excluded", StringComparison.Ordinal));
        LabelMap classes = LabelMap.Read(Directory.GetFiles(folder, "*.pbtxt*", SearchOption.AllDirectories)[0]);
        AnnotationRow[] rows = [.. AnnotationFile.Read(csv).Rows];

        ImportedSet set = ThereAndBack(AnnotationFormat.Cvat, rows, classes, _ => new(477, 256, 30), 0);

        Assert.Equal(rows.Select(r => (r.Key, r.ActionId)).Distinct().Count(), set.Rows.Select(r => (r.Key, r.ActionId)).Distinct().Count());
        // Sixteen digits become six.
        Assert.All(set.Rows, r => Assert.Contains(rows, o => o.Key == r.Key && o.ActionId == r.ActionId && Math.Abs(o.Box.X1 - r.Box.X1) < 1e-6 && Math.Abs(o.Box.Y2 - r.Box.Y2) < 1e-6));
    }

    [Fact]
    public void Proposals_come_back_from_csv()
    {
        Proposals proposals = new([new(new("a", 902), new([new(0, 0.25, 0.5, 1), new(0.1, 0.2, 0.3, 0.4)], [0.875, 0.1])), new(new("b", 1.5), new([new(0, 0, 1, 1)], [1]))]);

        ProposalFile.Write(_folder.File("p.csv"), proposals);
        Proposals read = ProposalFile.Read(_folder.File("p.csv"));

        Assert.Equal(proposals.Keys, read.Keys);
        Assert.All(proposals.Entries, e => Assert.Equal((e.Value.Boxes, e.Value.Scores!), (read[e.Key].Boxes, read[e.Key].Scores!), PairComparer));
        Assert.StartsWith("a,0902,0.000,0.250,0.500,1.000,,0.875\n", File.ReadAllText(_folder.File("p.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void SlowFasts_lists_choose_videos_and_its_boxes_become_proposals()
    {
        string list = _folder.Write("train.csv", "original_vido_id video_id frame_id path labels\na 0 0 a/a_000001.jpg \"\"\na 0 89 a/a_000090.jpg \"\"\n");
        string truth = _folder.Write("truth.csv", "a,0900,0.1,0.1,0.5,0.5,4,7\na,0902,0.1,0.1,0.5,0.5,6,7\nb,0900,0.1,0.1,0.5,0.5,4,7\na,0903,0.1,0.1,0.5,0.5,4,7\n");
        string boxes = _folder.Write("boxes.csv", "a,0900,0.1,0.1,0.5,0.5,,0.9\na,0900,0.2,0.1,1.2,0.5,,0.8\n");
        ImportOptions options = new() { Fps = 30, TimestampStart = 900, LabelMap = Classes, OnError = OnError.Skip };

        ImportedSet set = AnnotationImport.Read(AnnotationFormat.SlowFast, [list, truth, boxes], options);

        Assert.Equal([new("a", 900, new(0.1, 0.1, 0.5, 0.5), 4, 7), new("a", 902, new(0.1, 0.1, 0.5, 0.5), 6, 7)], set.Rows);
        Assert.Equal([0.9, 0.8], set.Proposals[new("a", 900)].Scores!);
        Assert.Equal((2, 1, 0), (set.Report.Skipped, set.Report.Clipped, set.Report.WithoutAction));
        Assert.Contains("truth.csv:3: found video 'b'", set.Report.Errors[0], StringComparison.Ordinal);
        Assert.Contains("behind the 90 frames", set.Report.Errors[1], StringComparison.Ordinal);
        Assert.Equal([4, 6], AnnotationImport.Read(AnnotationFormat.SlowFast, [list, truth], options with { LabelMap = null }).LabelMap.Ids);
    }

    [Fact]
    public void A_size_or_rate_that_nobody_tells_is_asked_for()
    {
        Assert.Contains("--size", Assert.Throws<ArgumentException>(() => AnnotationExport.Write(AnnotationFormat.Via, _folder.File("x.json"), Rows, Classes, new())).Message,
            StringComparison.Ordinal);
        Assert.Contains("--fps", Assert.Throws<ArgumentException>(
            () => AnnotationExport.Write(AnnotationFormat.Coco, _folder.File("x.json"), Rows, Classes, new() { FrameSize = new(10, 10) })).Message, StringComparison.Ordinal);
    }

    static bool PairComparer((Box[] Boxes, double[] Scores) a, (Box[] Boxes, double[] Scores) b) => a.Boxes.SequenceEqual(b.Boxes) && a.Scores.SequenceEqual(b.Scores);

    static IEnumerable<(string, double, Box, int, int)> InOrder(IEnumerable<AnnotationRow> rows, bool persons) =>
        rows.Select(r => (r.VideoId, r.Timestamp, r.Box, r.ActionId, persons ? r.PersonId : 0)).Distinct().Order(Comparer<(string, double, Box, int, int)>.Create((a, b) =>
            (a.Item1, a.Item2, a.Item3.X1, a.Item3.Y1, a.Item3.X2, (a.Item3.Y2, a.Item4, a.Item5)).CompareTo((b.Item1, b.Item2, b.Item3.X1, b.Item3.Y1, b.Item3.X2, (b.Item3.Y2, b.Item4, b.Item5)))));

    public void Dispose() => _folder.Dispose();
}
