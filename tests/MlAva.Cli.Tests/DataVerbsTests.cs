using System.Text;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Cli.Tests;

/// <summary>The verbs of <c>mlava data</c>, on three clips that are made here and a CVAT export of them.</summary>
public sealed class DataVerbsTests : IDisposable
{
    const int Width = 96, Height = 64, Fps = 4, Frames = 21;
    static readonly bool HasFfmpeg = FfmpegStore.IsAvailable();
    readonly TemporaryFolder _folder = new();
    readonly string _videos, _cvat;

    public DataVerbsTests()
    {
        _videos = _folder.File("videos");
        Directory.CreateDirectory(_videos);
        StringBuilder tasks = new(), tracks = new();
        for (int i = 0; i < 3; i++)
        {
            string id = $"clip{i + 1}", action = i == 1 ? "wave" : "walk";
            VideoClip clip = new(Frames, new(Width, Height));
            for (int f = 0; f < Frames; f++)
            {
                new FramePainter(clip.Frame(f), clip.Size).Fill(0, 0, Width, Height, new(80, 80, 80));
                new FramePainter(clip.Frame(f), clip.Size).Fill(10 + f, 10, 40, 40, i == 1 ? new(40, 40, 220) : new(220, 40, 40));
            }
            MotionJpegAviWriter.WriteClip(clip, Path.Combine(_videos, id + ".avi"), Fps);
            tasks.Append(FormattableString.Invariant($"""
                <task><id>{i}</id><name>{id}</name><original_size><width>{Width}</width><height>{Height}</height></original_size><source>{id}.avi</source>
                <labels><label><name>person</name><attributes><attribute><name>action</name><input_type>select</input_type><values>walk
                wave</values></attribute></attributes></label></labels></task>
                """));
            tracks.Append(FormattableString.Invariant($"""
                <track id="{i}" label="person" task_id="{i}">
                <box frame="0" outside="0" xtl="10" ytl="10" xbr="50" ybr="50"><attribute name="action">{action}</attribute></box>
                <box frame="20" outside="0" xtl="30" ytl="10" xbr="70" ybr="50"><attribute name="action">{action}</attribute></box></track>
                """));
        }
        _cvat = _folder.Write("annotations.xml", $"<annotations><meta><project><tasks>{tasks}</tasks></project></meta>{tracks}</annotations>");
    }

    string Out(string name) => _folder.File(name);

    [Fact]
    public void One_command_goes_from_videos_and_a_CVAT_export_to_a_model()
    {
        if (!HasFfmpeg)
        {
            Tool.Run("data", "prepare", _videos, "--annotations", _cvat, "--out", Out("set")).Refuses("ffmpeg", "install it");
            return;
        }
        Tool run = Tool.Run("data", "prepare", _videos, "--annotations", _cvat, "--out", Out("set"), "--val-video", "clip3", "--short-side", "48", "--train", "--",
            "--epochs", "1", "--batch-size", "3", "--lr", "0.002", "--warmup-epochs", "0", "--clip-len", "2", "--frame-interval", "1", "--short-side", "48",
            "--rescale", "48,56", "--crop", "48", "--base-channels", "4", "--stage-blocks", "1,1,1,1", "--inflate", "0,0,1,1").ExitsWith(0);

        Assert.Contains("3 videos, 63 frames", run.Output, StringComparison.Ordinal);
        Assert.Contains("18 keyframes, 18 boxes, 18 rows, 2 classes", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Out("set/work/model.zip")));
        Assert.Equal(6, DetectionFile.Read(Out("set/work/results.csv")).Select(d => d.Key).Distinct().Count());
        Assert.Equal(12, AnnotationFile.Read(Out("set/annotations/train.csv")).Rows.Count);
        Assert.Contains(AnnotationFile.Read(Out("set/annotations/train.csv")).Rows, r => r is { VideoId: "clip2", Timestamp: 5, ActionId: 2 } && Math.Abs(r.Box.X1 - 30.0 / Width) < 1e-5);

        Tool config = Tool.Run("config", "show", Out("set/config.json"), "--json").ExitsWith(0);
        using JsonDocument json = JsonDocument.Parse(config.Output);
        Assert.Equal(3, json.RootElement.GetProperty("model").GetProperty("head").GetProperty("numClasses").GetInt32());
        Assert.Equal(4, json.RootElement.GetProperty("clip").GetProperty("sampling").GetProperty("fps").GetDouble());

        // The line that the verb names starts the same training; what is there is not made again.
        Tool again = Tool.Run("data", "prepare", _videos, "--annotations", _cvat, "--out", Out("set"), "--val-video", "clip3", "--short-side", "48").ExitsWith(0);
        Assert.Contains("3 of them were there", again.Output, StringComparison.Ordinal);
        Tool.Run("train", "@" + Out("set/train.rsp"), "--epochs", "0").Refuses("--epochs");
    }

    [Fact]
    public void Annotations_go_to_AVA_and_to_other_tools_and_back()
    {
        Tool import = Tool.Run("data", "import", "--from", "cvat", _cvat, "--videos", _videos, "--out", Out("ava")).ExitsWith(0);
        string csv = Out("ava/annotations.csv"), labels = Out("ava/labels.pbtxt");
        Assert.Contains("3 videos, 18 keyframes, 18 boxes", import.Output, StringComparison.Ordinal);
        Assert.Equal(18, ProposalFile.Read(Out("ava/proposals.pkl")).Count);

        foreach (string format in (string[])["via", "coco"])
        {
            Tool.Run("data", "export", "--annotations", csv, "--label-map", labels, "--to", format, "--videos", _videos, "--out", Out(format + ".json")).ExitsWith(0);
            Tool.Run("data", "import", "--from", format, Out(format + ".json"), "--label-map", labels, "--videos", _videos, "--out", Out(format)).ExitsWith(0);
            Assert.Equal(Keys(csv), Keys(Out(format + "/annotations.csv")));
        }
        Tool.Run("data", "export", "--annotations", csv, "--label-map", labels, "--to", "cvat", "--videos", _videos, "--out", Out("xml")).ExitsWith(0);
        Tool.Run(["data", "import", "--from", "cvat", .. Directory.GetFiles(Out("xml")), "--label-map", labels, "--fps", "4", "--out", Out("cvat")]).ExitsWith(0);
        Assert.Equal(AnnotationFile.Read(csv).Rows, AnnotationFile.Read(Out("cvat/annotations.csv")).Rows);
        Tool.Run("data", "export", "--annotations", csv, "--label-map", labels, "--proposals", Out("ava/proposals.pkl"), "--proposals-csv", "--out", Out("same")).ExitsWith(0);
        Assert.Equal(File.ReadAllText(csv), File.ReadAllText(Out("same/annotations.csv")));
        Assert.Equal(18, ProposalFile.Read(Out("same/proposals.csv")).Count);

        static IEnumerable<(KeyframeKey, int, Box)> Keys(string path) => AnnotationFile.Read(path).Rows.Select(r => (r.Key, r.ActionId, r.Box));
    }

    [Fact]
    public void A_set_is_counted_and_drawn()
    {
        Tool.Run("data", "import", "--from", "cvat", _cvat, "--videos", _videos, "--out", Out("ava")).ExitsWith(0);
        string[] set = ["--annotations", Out("ava/annotations.csv"), "--label-map", Out("ava/labels.pbtxt"), "--proposals", Out("ava/proposals.pkl")];

        Tool table = Tool.Run(["data", "stats", .. set]).ExitsWith(0), json = Tool.Run(["data", "stats", .. set, "--json"]).ExitsWith(0);
        Tool page = Tool.Run(["data", "view", .. set, "--frames", _videos, "--out", Out("page.html"), "--max", "4"]).ExitsWith(0);

        Assert.Contains("3 videos, 18 keyframes, 18 boxes, 18 labels", table.Output, StringComparison.Ordinal);
        Assert.Contains("1.000 at 0.5", table.Output, StringComparison.Ordinal);
        using JsonDocument figures = JsonDocument.Parse(json.Output);
        Assert.Equal(6, figures.RootElement.GetProperty("classes")[1].GetProperty("boxes").GetInt32());
        string inverted = _folder.Write("inverted.csv", "clip1,0001,0.5,0.1,0.2,0.9,,0.95\n");
        Tool told = Tool.Run(["data", "stats", .. set[..4], "--proposals", inverted]).ExitsWith(0);
        Assert.Contains("1 rows and boxes cannot be used and were left out", told.Errors, StringComparison.Ordinal);
        Assert.Contains("corners in order", told.Errors, StringComparison.Ordinal);
        Assert.Contains("4 keyframes", page.Output, StringComparison.Ordinal);
        Assert.Equal(5, File.ReadAllText(Out("page.html")).Split("data:image/jpeg").Length);
    }

    /// <summary>A figure that walks through an empty room, and its truth at whole seconds.</summary>
    string WriteWalk()
    {
        const int Count = 61, Rate = 10;
        VideoClip clip = new(Count, new(160, 120));
        for (int f = 0; f < Count; f++)
        {
            new FramePainter(clip.Frame(f), clip.Size).Fill(0, 0, 160, 120, new(90, 90, 90));
            new FramePainter(clip.Frame(f), clip.Size).Fill(4 + 2 * f, 30, 26, 70, new(30, 40, 80));
        }
        MotionJpegAviWriter.WriteClip(clip, Path.Combine(Directory.CreateDirectory(Out("walks")).FullName, "walk.avi"), Rate);
        AnnotationFile.Write(Out("walk.csv"), Enumerable.Range(0, 7).Select(t => new AnnotationRow("walk", t, new Box(4 + 20 * t, 30, 30 + 20 * t, 100).Scale(1 / 160.0, 1 / 120.0), 1, -1)));
        return Out("walks");
    }

    [Fact]
    public void Persons_are_found_linked_and_held_against_the_truth()
    {
        string videos = WriteWalk();

        Tool found = Tool.Run("data", "detect", videos, "--annotations", Out("walk.csv"), "--out", Out("walk.pkl"), "--persons", Out("persons.csv"), "--score-thr", "0.9", "--link-iou", "0.1").ExitsWith(0);
        Tool every = Tool.Run("data", "detect", Path.Combine(videos, "walk.avi"), "--keyframe-step", "2", "--timestamp-start", "900", "--out", Out("every.csv")).ExitsWith(0);
        Tool linked = Tool.Run("data", "link", "--annotations", Out("walk.csv"), "--out", Out("linked.csv"), "--link-iou", "0.1").ExitsWith(0);

        Assert.Contains("1 videos, 7 keyframes", found.Output, StringComparison.Ordinal);
        Assert.Contains("recall of the annotated boxes: 1.000 at IoU 0.5, 1.000 at 0.75", found.Output, StringComparison.Ordinal);
        Assert.Equal(7, ProposalFile.Read(Out("walk.pkl")).Count);
        Assert.All(ProposalFile.Read(Out("persons.csv")).Entries, e => Assert.Equal(0, e.Value.PersonIds![0]));
        Assert.Contains("4 keyframes", every.Output, StringComparison.Ordinal);
        Assert.Equal([900, 902, 904, 906], ProposalFile.Read(Out("every.csv")).Keys.Select(k => k.Timestamp));
        Assert.All(File.ReadLines(Out("every.csv")), l => Assert.Equal(8, l.Split(',').Length));
        Assert.Contains("7 rows, 1 persons", linked.Output, StringComparison.Ordinal);
        Assert.All(AnnotationFile.Read(Out("linked.csv")).Rows, r => Assert.Equal(0, r.PersonId));

        DetectionFile.Write(Out("results.csv"), AnnotationFile.Read(Out("walk.csv")).Rows.Select(r => new DetectionRow(r.VideoId, r.Timestamp, r.Box, 1, 0.5)));
        Tool.Run("data", "link", "--detections", Out("results.csv"), "--out", Out("tracks.csv"), "--link-iou", "0.1").ExitsWith(0);
        Assert.All(File.ReadLines(Out("tracks.csv")), l => Assert.EndsWith(",1,0.500,0", l, StringComparison.Ordinal));

        Tool.Run("data", "link", "--annotations", Out("walk.csv"), "--detections", Out("results.csv"), "--out", Out("x.csv")).Refuses("exactly one");
        Tool.Run("data", "link", "--proposals", Out("walk.pkl"), "--out", Out("x.pkl")).Refuses("--out is", ".csv");
        Tool.Run("data", "detect", videos, "--out", Out("x.pkl"), "--detector-class", "1").Refuses("--detector-class is given, but --detector is not");
        Tool.Run("data", "detect", videos, "--out", Out("x.pkl"), "--detector", Out("walk.csv")).Refuses("walk.csv: no ONNX model");
        Tool.Run("data", "detect", Out("nowhere"), "--out", Out("x.pkl")).Refuses("nowhere");
        Tool.Run("data", "detect", videos, "--out", Out("x.pkl"), "--max-boxes", "0").Refuses("--max-boxes: ");
        File.WriteAllBytes(Path.Combine(videos, "empty.avi"), []);
        Tool.Run("data", "detect", videos, "--out", Out("x.pkl")).Refuses("empty.avi");
        Tool skipped = Tool.Run("data", "detect", videos, "--out", Out("x.pkl"), "--on-error", "skip").ExitsWith(0);
        Assert.Contains("1 videos or frames could not be read and were left out", skipped.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Preparing_finds_persons_where_it_is_asked_to()
    {
        if (!HasFfmpeg) return;
        string videos = WriteWalk();
        Tool.Run("data", "export", "--annotations", Out("walk.csv"), "--label-map", _folder.Write("labels.pbtxt", "item {\n  name: \"walk\"\n  id: 1\n}\n"),
            "--to", "cvat", "--videos", videos, "--out", Out("cvat")).ExitsWith(0);

        Tool run = Tool.Run("data", "prepare", videos, "--annotations", Out("cvat/walk.xml"), "--out", Out("set"), "--short-side", "0", "--detect").ExitsWith(0);

        Assert.Contains("recall of the annotated boxes: 1.000 at IoU 0.5", run.Output, StringComparison.Ordinal);
        Proposals proposals = ProposalFile.Read(Out("set/annotations/train.pkl"));
        Assert.Equal(7, proposals.Count);
        // They are the detector's, not the annotated ones.
        Assert.Contains(AnnotationFile.Read(Out("set/annotations/train.csv")).Rows, r => proposals[r.Key].Boxes[0] != r.Box);
        Assert.NotNull(ProposalFile.Read(Out("set/annotations/persons.csv")).Entries.First().Value.PersonIds);
        Tool.Run("data", "prepare", videos, "--annotations", Out("cvat/walk.xml"), "--out", Out("set"), "--detect", "--proposals", Out("x.pkl")).Refuses("--proposals", "expected one of them");
    }

    [Fact]
    public void Bad_input_is_told_with_its_place_and_the_mend()
    {
        string bad = _folder.Write("bad.xml", File.ReadAllText(_cvat).Replace("xbr=\"70\"", "xbr=\"NaN\"", StringComparison.Ordinal));

        Tool.Run("data", "import", "--from", "cvat", bad, "--videos", _videos, "--out", Out("x")).Refuses("bad.xml:", "xbr=\"NaN\"", "finite", "To mend");
        Tool skipped = Tool.Run("data", "import", "--from", "cvat", bad, "--videos", _videos, "--out", Out("x"), "--on-error", "skip").ExitsWith(0);
        Assert.Contains("3 elements could not be used and were left out", skipped.Output, StringComparison.Ordinal);
        Tool.Run("data", "import", "--from", "via", _cvat, "--out", Out("x")).Refuses("annotations.xml", "JSON");
        Tool.Run("data", "import", "--from", "cvat", _cvat, "--size", "10", "--out", Out("x")).Refuses("--size is '10'", "640x360");
        Tool.Run("data", "export", "--annotations", _cvat, "--label-map", _cvat, "--out", Out("x")).Refuses("annotations.xml");
        Tool.Run("data", "extract", Out("nowhere"), "--out", Out("x")).Refuses("no such folder");
        Tool.Run("data", "fetch-ava", "--out", Out("x"), "--base-url", "ftp://example.com").Refuses("--base-url: ", "http://");
        Tool.Run("data", "extract", _videos, "--out", Out("x"), "--quality", "40").Refuses("--quality: ", "1 to 31");
        File.Delete(Path.Combine(_videos, "clip2.avi"));
        Tool.Run("data", "prepare", _videos, "--annotations", _cvat, "--out", Out("y"), "--fps", "4").Refuses("clip2");
    }

    public void Dispose() => _folder.Dispose();
}
