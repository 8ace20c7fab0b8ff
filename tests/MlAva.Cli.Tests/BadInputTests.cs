using System.Text;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary>
/// Whatever is wrong with the files: exit code 2, one message that names the place and the mend, and nothing half-written.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    readonly TinySet _set = new();

    public void Dispose() => _set.Dispose();

    void Refused(string[] arguments, params string[] words)
    {
        string[] before = Entries();

        Tool.Run(arguments).Refuses([.. words, "To mend: "]);

        Assert.Equal(before, Entries());
    }

    string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_set.Root, "*",
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal)];

    string Annotated(string row) => _set.Write("bad.csv", File.ReadAllText(_set.Annotations) + row + "\n");

    [Fact]
    public void A_row_of_six_columns() =>
        Refused(_set.Train(1, annotations: Annotated("first,4,0.1,0.1,0.5,0.9")), "bad.csv:9: ", "6 columns", "expected 8 columns");

    [Fact]
    public void An_action_that_is_not_in_the_label_map() =>
        Refused(_set.Train(1, annotations: Annotated("first,4,0.1,0.1,0.5,0.9,3,0")), "bad.csv:9: ", "action 3", "1 to 2");

    [Fact]
    public void An_action_of_more_classes_that_is_not_in_the_label_map() =>
        Refused(_set.Train(1, annotations: Annotated("first,4,0.1,0.1,0.5,0.9,3,0"), more: ["--num-classes", "9"]), "bad.csv:9: ",
            "action 3", "labels.pbtxt", "ids go up to 2");

    [Fact]
    public void A_missing_annotation_file() => Refused(_set.Train(1, annotations: _set.In("none.csv")), "none.csv", "no such file");

    [Fact]
    public void A_pickle_that_wants_to_run_a_program_which_is_not_run()
    {
        string trace = _set.In("trace"), command = $"touch {trace}", pickle = _set.In("evil.pkl");
        byte[] text = Encoding.UTF8.GetBytes(command);
        byte[] content = [0x80, 2, .. "cos\nsystem\n"u8, (byte)'X', .. BitConverter.GetBytes(text.Length), .. text, 0x85, (byte)'R',
            (byte)'.'];
        File.WriteAllBytes(pickle, content);

        Refused(_set.Train(1, proposals: pickle), "evil.pkl", "os.system", "expected a pickled dict");

        Assert.False(File.Exists(trace));
    }

    [Fact]
    public void A_missing_frame()
    {
        File.Delete(_set.FrameFile("second", 9));

        Refused(_set.Train(1), Path.Combine(_set.Frames, "second"), "frame 9", "img_00009.jpg");
    }

    [Fact]
    public void A_truncated_frame()
    {
        byte[] whole = File.ReadAllBytes(_set.FrameFile("first", 9));
        File.WriteAllBytes(_set.FrameFile("first", 9), whole[..(whole.Length / 2)]);

        Refused(_set.Train(1), "img_00009.jpg", "expected ");
    }

    [Fact]
    public void An_impossible_option()
    {
        string[] before = Entries();

        Tool.Run(_set.Train(0)).Refuses("--epochs: ", "Epochs is 0", "at least 1");
        Tool.Run(_set.Train(1, more: ["--rescale", "48"])).Refuses("--rescale", "two");
        Tool.Run(_set.Train(1, more: ["--crop", "64"])).Refuses("--rescale: ", "ShortEdgeMinimum is 48", "64");

        Assert.Equal(before, Entries());
    }

    [Fact]
    public void Testing_refuses_the_same_and_leaves_no_results()
    {
        Tool.Run(_set.Train(1, validate: false)).ExitsWith(0);
        string model = Path.Combine(_set.WorkDirectory, "model.zip"), results = _set.In("results.csv");
        string labels = _set.Write("one.pbtxt", "item { name: \"be red\" id: 1 }");
        string[] arguments = _set.Test(model, "--out", results);

        Refused([.. arguments.Select(a => a == _set.Labels ? labels : a)], "annotations.csv:5: ", "action 2", "1 to 1");
        File.Delete(_set.FrameFile("second", 9));
        Refused(arguments, Path.Combine(_set.Frames, "second"), "img_00009.jpg");
        Assert.False(File.Exists(results));
    }

    [Fact]
    public void What_cannot_be_used_is_left_out_counted_and_told_where_that_is_asked_for()
    {
        byte[] whole = File.ReadAllBytes(_set.FrameFile("first", 9));
        File.WriteAllBytes(_set.FrameFile("first", 9), whole[..(whole.Length / 2)]);
        string annotations = Annotated("first,4,nan,0.1,0.5,0.9,1,0");
        Tool.Run(_set.Train(1, annotations: annotations, more: ["--on-error", "fail"])).Refuses("bad.csv:9: ");

        Tool run = Tool.Run(_set.Train(1, annotations: annotations, more: ["--on-error", "skip"])).ExitsWith(0);
        Assert.Contains("train: 1 rows and boxes cannot be used and were left out, the first because of: ", run.Errors,
            StringComparison.Ordinal);
        Assert.Contains("bad.csv:9: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("keyframes cannot be used and were left out, the first because of: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("img_00009.jpg", run.Errors, StringComparison.Ordinal);
        Assert.Contains("waited for data ", run.Errors, StringComparison.Ordinal);

        // A video that is empty, and one that is not there at all.
        string model = Path.Combine(_set.WorkDirectory, "model.zip"), results = _set.In("results.csv");
        Directory.Delete(Path.Combine(_set.Frames, "second"), recursive: true);
        string[] test = [.. _set.Test(model, "--out", results).Select(a => a == _set.Annotations ? annotations : a)];
        Tool.Run(test).Refuses("bad.csv:9: ");
        Assert.False(File.Exists(results));
        run = Tool.Run([.. test, "--on-error", "skip"]).ExitsWith(0);
        Assert.Contains("test: 1 videos cannot be used and were left out", run.Errors, StringComparison.Ordinal);
        Assert.Contains("their labels count as missed", run.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(results));
    }

    [SharedFact("ava/custom_bird")]
    public void A_real_set_without_its_frames_is_refused_with_the_place_that_is_empty()
    {
        string folder = SharedData.Path("ava/custom_bird");
        string map = Path.Combine(folder, "ava_action_list_v2.1.pbtxt");
        Assert.NotEmpty(LabelMap.Read(map));

        Refused([
            "train", "--annotations", Path.Combine(folder, "ava_train_v2.1.csv"), "--frames", _set.Frames, "--label-map", map,
            "--proposals", Path.Combine(folder, "ava_dense_proposals_train.FAIR.recall_93.9.pkl"), "--work-dir", _set.WorkDirectory,
                "--epochs", "1"], _set.Frames, "nothing there");
    }
}
