using System.Globalization;
using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class AvaDatasetTests : IDisposable
{
    static readonly int[] CustomClasses = [3, 6, 10, 27, 29, 38, 41, 48, 51, 53, 54, 59, 61, 64, 70, 72];
    static readonly Box A = new(0.1, 0.2, 0.3, 0.4);
    static readonly Box B = new(0.1, 0.2, 0.3, 0.5);
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory("golden/components/dataset/train.json")]
    [InlineData("train.json", "proposals_p2.pkl")]
    [InlineData("test.json", "proposals_p4.pkl")]
    [InlineData("train_custom.json", "proposals_p4.pkl")]
    [InlineData("test_custom.json", "proposals_p2.pkl")]
    public void The_reference_data_set_is_grouped_merged_and_joined_alike(string expectedName, string proposals)
    {
        string folder = SharedData.Path("golden/components/dataset");
        bool custom = expectedName.Contains("custom", StringComparison.Ordinal),
            test = expectedName.StartsWith("test", StringComparison.Ordinal);
        AvaDataset set = AvaDataset.Load(new()
        {
            AnnotationPath = Path.Combine(folder, "ann.csv"),
            ExcludePath = Path.Combine(folder, "exclude.csv"),
            LabelMapPath = custom ? SharedData.Path("ava/annotations/ava_action_list_v2.2.pbtxt") : Path.Combine(folder, "labels.pbtxt"),
            ProposalPath = Path.Combine(folder, proposals),
            CustomClasses = custom ? CustomClasses : null,
            NumClasses = custom ? 17 : 81,
            TestMode = test,
        });
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, expectedName)));
        JsonElement[] infos = [.. json.RootElement.GetProperty("video_infos").EnumerateArray()];
        Assert.Equal(json.RootElement.GetProperty("length").GetInt32(), set.Keyframes.Count);
        Assert.Equal(infos.Select(i => i.GetProperty("img_key").GetString()), set.Keyframes.Select(k => k.Key.ToString()));
        foreach ((JsonElement info, AvaKeyframe keyframe) in infos.Zip(set.Keyframes))
        {
            Assert.Equal(info.GetProperty("video_id").GetString(), keyframe.VideoId);
            Assert.Equal(info.GetProperty("timestamp").GetDouble(), keyframe.Timestamp);
            Assert.Equal(Rows(info.GetProperty("gt_bboxes")).Select(r => new Box(r[0], r[1], r[2], r[3])), keyframe.Boxes);
            Assert.Equal(Rows(info.GetProperty("gt_labels")).SelectMany(r => r).Select(v => (float)v), keyframe.ToLabels(set.NumClasses));
            Assert.Equal(info.GetProperty("entity_ids").EnumerateArray().Select(v => v.GetInt32()), keyframe.EntityIds);
        }
        JsonElement[] items = [.. json.RootElement.GetProperty("items").EnumerateArray()];
        Assert.Equal(set.Keyframes.Count, items.Length);
        foreach ((JsonElement item, AvaKeyframe keyframe) in items.Zip(set.Keyframes))
        {
            Assert.Equal(item.GetProperty("scores").EnumerateArray().Select(v => v.GetDouble()), keyframe.Proposals!.Scores!);
            // Only without random crops the boxes can be followed back: pixels of an 80×60 frame, scaled.
            if (!test) continue;
            double[] scale = [.. item.GetProperty("scale_factor").EnumerateArray().Select(v => v.GetDouble())];
            double[][] pixels = Rows(item.GetProperty("proposals"));
            Assert.Equal(pixels.Length, keyframe.Proposals.Count);
            foreach ((double[] expected, Box box) in pixels.Zip(keyframe.Proposals.Boxes))
            {
                Box scaled = box.Scale(80 * scale[0], 60 * scale[1]);
                Assert.All(expected.Zip([scaled.X1, scaled.Y1, scaled.X2, scaled.Y2]), p => Assert.Equal(p.First, p.Second, 1e-4));
            }
        }
        Assert.Equal(test ? set.Keyframes.Count : set.Keyframes.Count + 1, set.KeyframesBeforeExclusion);
        Assert.Equal(custom ? [0, .. CustomClasses] : Enumerable.Range(0, 81), set.ActionIds);
    }

    [Fact]
    public void Boxes_merge_by_equal_coordinates_and_keyframes_by_first_appearance()
    {
        AvaDataset set = FromRows(Options(), new("v", 2, A, 3, 7), new("v", 1, A, 1, 1), new("v", 2, B, 4, 7), new("v", 2, A, 5, 8),
            new("v", 2, A, 3, 9));
        Assert.Equal(["v,0002", "v,0001"], set.Keyframes.Select(k => k.Key.ToString()));
        AvaKeyframe first = set.Keyframes[0];
        Assert.Equal([A, B], first.Boxes);
        Assert.Equal([7, 7], first.EntityIds);
        Assert.Equal([[3, 5], [4]], first.Classes);
        Assert.Equal([0f, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0], first.ToLabels(6));
        Assert.Null(first.Proposals);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.ToLabels(5));
    }

    [Fact]
    public void Excluded_keyframes_leave_training_only()
    {
        AnnotationRow[] rows = [new("v", 1, A, 1, 1), new("v", 2, A, 1, 1)];
        ExcludedTimestamps excluded = new([new("v", 1)]);
        Assert.Equal(2, Assert.Single(AvaDataset.FromRows(Options(), rows, excluded: excluded).Keyframes).Timestamp);
        Assert.Equal(2, AvaDataset.FromRows(Options() with { TestMode = true }, rows, excluded: excluded).Keyframes.Count);
    }

    [Fact]
    public void Custom_classes_renumber_labels_and_drop_other_rows()
    {
        AvaDataset set = FromRows(Options() with { CustomClasses = [40, 3], NumClasses = 3 }, new("v", 1, A, 40, 5), new("v", 2, A, 80, 5),
            new("v", 1, A, 3, 6), new("v", 1, B, 7, 6));
        AvaKeyframe keyframe = Assert.Single(set.Keyframes);
        Assert.Equal([[1, 2]], keyframe.Classes);
        Assert.Equal([0, 40, 3], set.ActionIds);
    }

    [Fact]
    public void A_keyframe_without_proposals_gets_the_whole_frame()
    {
        Proposals proposals = new([new(new("v", 1), new([A, B], [0.5, 0.95])), new(new("v", 2), new([A, B], null))]);
        AvaDataset set = AvaDataset.FromRows(Options(), [new("v", 1, A, 1, 1), new("v", 2, A, 1, 1), new("v", 3, A, 1, 1)],
            proposals: proposals);
        Assert.Equal([B], set.Keyframes[0].Proposals!.Boxes);
        Assert.Equal([A, B], set.Keyframes[1].Proposals!.Boxes);
        Assert.Null(set.Keyframes[1].Proposals!.Scores);
        Assert.Equal([Box.WholeFrame], set.Keyframes[2].Proposals!.Boxes);
        Assert.Equal([1.0], set.Keyframes[2].Proposals!.Scores!);
    }

    [Fact]
    public void Keyframes_without_proposals_are_counted_among_those_kept()
    {
        AnnotationRow[] rows = [new("v", 1, A, 1, 1), new("v", 2, A, 1, 1), new("v", 3, A, 1, 1), new("v", 3, B, 1, 1)];
        Proposals proposals = new([new(new("v", 1), new([A], [0.95]))]);
        ExcludedTimestamps excluded = new([new("v", 2)]);
        Assert.Equal(2, AvaDataset.FromRows(Options(), rows, proposals: proposals).KeyframesWithoutProposals);
        Assert.Equal(1, AvaDataset.FromRows(Options(), rows, excluded: excluded, proposals: proposals).KeyframesWithoutProposals);
        Assert.Equal(0, AvaDataset.FromRows(Options(), rows).KeyframesWithoutProposals);
    }

    [Theory]
    [InlineData("", "no rows")]
    [InlineData("\n\n", "no rows")]
    [InlineData("v,1\nv,2\n", "no rows but keyframes with nobody in them")]
    public void An_annotation_file_without_rows_is_refused_and_an_empty_exclusion_file_is_not(string text, string found)
    {
        string path = _folder.Write("a.csv", text), exclude = _folder.Write("x.csv", "");
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => AvaDataset.Load(new() { AnnotationPath = path }));
        Assert.Equal((path, 0L, found), (e.File, e.Row, e.Found));
        string full = _folder.Write("b.csv", "v,1,0,0,1,1,3,1\n");
        Assert.Single(AvaDataset.Load(new() { AnnotationPath = full, ExcludePath = exclude }).Keyframes);
    }

    [Fact]
    public void Numbers_in_messages_have_a_point_under_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            ArgumentException e = Assert.Throws<ArgumentException>((Options() with { PersonScoreThreshold = 1.5 }).Validate);
            Assert.Contains("is 1.5;", e.Message, StringComparison.Ordinal);
            AnnotationRow pixels = new("v", 1, new(10.5, 20, 300, 200), 1, 1);
            Assert.Contains("10.5", Assert.Throws<AnnotationFormatException>(() => FromRows(Options(), pixels)).Found, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Actions_without_a_class_are_refused_with_their_row()
    {
        string path = _folder.Write("a.csv", "v,1,0,0,1,1,3,1\n\nv,1,0,0,1,1,81,1\n");
        Assert.Equal(3, Assert.Throws<AnnotationFormatException>(() => AvaDataset.Load(new() { AnnotationPath = path })).Row);
        string labels = _folder.Write("l.pbtxt", "item { name: \"a\" id: 2 } item { name: \"b\" id: 4 }");
        AvaDatasetOptions options = new() { AnnotationPath = path, LabelMapPath = labels, NumClasses = 100 };
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => AvaDataset.Load(options));
        Assert.Equal(3, e.Row);
        Assert.Contains("l.pbtxt", e.Expected, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Throws<AnnotationFormatException>(() =>
            AvaDataset.Load(options with { UnlistedActions = UnlistedActions.Refuse })).Row);
        Assert.Throws<ArgumentException>(() => AvaDataset.Load(options with { CustomClasses = [2, 3], NumClasses = 3 }));
    }

    [Fact]
    public void Inverted_boxes_are_refused_with_their_row_or_key_unless_that_is_turned_off()
    {
        AnnotationRow row = new("v", 1, new(0.5, 0.1, 0.2, 0.9), 1, 1);
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => FromRows(Options(), new("v", 1, A, 1, 1), row));
        Assert.Equal(2, e.Row);
        Assert.Contains("x1 up to x2", e.Expected, StringComparison.Ordinal);
        Assert.Single(FromRows(Options() with { RefuseInvertedBoxes = false }, row).Keyframes);
        Proposals proposals = new([new(new("v", 1), new([new(0.1, 0.9, 0.5, 0.2), A], [0.99, 0.95]))]);
        e = Assert.Throws<AnnotationFormatException>(() => AvaDataset.FromRows(Options(), [new("v", 1, A, 1, 1)], proposals: proposals));
        Assert.Contains("under key 'v,0001'", e.Found, StringComparison.Ordinal);
        AvaDataset skipped = AvaDataset.FromRows(Options() with { OnError = OnError.Skip }, [new("v", 1, A, 1, 1)], proposals: proposals);
        Assert.Equal([A], skipped.Keyframes[0].Proposals!.Boxes);
        Assert.Equal(1, skipped.Skipped.Count);
    }

    [Fact]
    public void What_cannot_be_used_is_left_out_counted_and_named_where_that_is_asked_for()
    {
        string path = _folder.Write("a.csv",
            "v,1,0,0,1,1,3,1\nv,2,nan,0,1,1,3,1\nv,3,0.5,0,0.1,1,3,1\nv,4,0,0,1,1,99,1\n"
            + "v,5,10,20,300,200,3,1\nv,6,0,0,1\nw,1,0,0,1,1,4,1\n");
        string proposals = _folder.Write("p.csv", "v,1,0,0,1,1,,0.99\nv,1,x,0,1,1,,0.98\nw,1,0.9,0,0.1,1,,0.97\nw,1,0,0,0.5,1,,0.96\n");
        AvaDatasetOptions options = new() { AnnotationPath = path, ProposalPath = proposals };
        Assert.Throws<AnnotationFormatException>(() => AvaDataset.Load(options));

        AvaDataset set = AvaDataset.Load(options with { OnError = OnError.Skip });
        Assert.Equal([new("v", 1), new("w", 1)], set.Keyframes.Select(k => k.Key));
        Assert.Equal([1, 1], set.Keyframes.Select(k => k.Proposals!.Count));
        Assert.Equal(7, set.Skipped.Count);
        foreach (int row in (int[])[2, 3, 4, 5, 6])
            Assert.Contains(set.Skipped.Reasons, r => r.StartsWith($"{path}:{row}: ", StringComparison.Ordinal));
        Assert.Contains(set.Skipped.Reasons, r => r.StartsWith($"{proposals}:2: ", StringComparison.Ordinal));
        Assert.Contains("7 rows cannot be used", set.Skipped.Describe("rows"), StringComparison.Ordinal);
        Assert.Equal("", new SkippedItems().Describe("rows"));
    }

    [Fact]
    public void Proposals_without_scores_count_as_certain_unless_the_reference_is_mirrored()
    {
        AvaDatasetOptions mirrored = Options() with { Compatibility = Compatibility.MMAction2 };
        Proposals four = new([new(new("v", 1), new([A], null))]), none = new([new(new("v", 1), new([], []))]);
        AnnotationRow[] rows = [new("v", 1, A, 1, 1)];
        Assert.Equal(1, AvaDataset.FromRows(Options(), rows, proposals: four).Keyframes[0].Proposals!.Count);
        Assert.Equal(0, AvaDataset.FromRows(Options(), rows, proposals: none).Keyframes[0].Proposals!.Count);
        Assert.Contains("without scores",
            Assert.Throws<AnnotationFormatException>(() => AvaDataset.FromRows(mirrored, rows, proposals: four)).Found,
            StringComparison.Ordinal);
        Assert.Contains("no boxes",
            Assert.Throws<AnnotationFormatException>(() => AvaDataset.FromRows(mirrored, rows, proposals: none)).Found,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Boxes_in_pixels_are_refused()
    {
        AnnotationRow row = new("v", 1, new(10, 20, 300, 200), 1, 1);
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => FromRows(Options(), new("v", 1, A, 1, 1), row));
        Assert.Equal(2, e.Row);
        Assert.Contains("divide", e.Mend, StringComparison.Ordinal);
        Assert.Single(FromRows(Options() with { RefusePixelBoxes = false }, row).Keyframes);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        static void Refused(AvaDatasetOptions options, string name) =>
            Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        Refused(Options() with { AnnotationPath = "" }, "AnnotationPath");
        Refused(Options() with { PersonScoreThreshold = 1.5 }, "PersonScoreThreshold is 1.5");
        Refused(Options() with { PersonScoreThreshold = double.NaN }, "PersonScoreThreshold");
        Refused(Options() with { MaxProposals = 0 }, "MaxProposals");
        Refused(Options() with { NumClasses = 1 }, "NumClasses");
        Refused(Options() with { CustomClasses = [0, 1], NumClasses = 3 }, "CustomClasses holds 0");
        Refused(Options() with { CustomClasses = [1, 1], NumClasses = 3 }, "twice");
        Refused(Options() with { CustomClasses = [1, 2] }, "NumClasses is 81; expected 3");
        Options().Validate();
    }

    [SharedTheory("ava")]
    [InlineData("nest/annotations/ava_train_v2.2.csv", "nest/annotations/ava_action_list_v2.2.pbtxt",
        "nest/annotations/ava_train_excluded_timestamps_v2.2.csv", "nest/annotations/ava_dense_proposals_train.FAIR.recall_93.9.pkl", 0)]
    [InlineData("nest/annotations/ava_val_v2.2.csv", "nest/annotations/ava_action_list_v2.2.pbtxt",
        "nest/annotations/ava_val_excluded_timestamps_v2.2.csv", "nest/annotations/ava_dense_proposals_val.FAIR.recall_93.9.pkl", 11)]
    [InlineData("custom_bird/ava_train_v2.1.csv", "custom_bird/ava_action_list_v2.1.pbtxt",
        "custom_bird/ava_train_excluded_timestamps_v2.1.csv", "custom_bird/ava_dense_proposals_train.FAIR.recall_93.9.pkl", 0)]
    [InlineData("custom_bird/ava_val_v2.1.csv", "custom_bird/ava_action_list_v2.1.pbtxt",
        "custom_bird/ava_val_excluded_timestamps_v2.1.csv", "custom_bird/ava_dense_proposals_val.FAIR.recall_93.9.pkl", 0)]
    public void Custom_sets_find_their_proposals_although_the_keys_are_padded_differently(string annotations, string labels,
        string excluded, string proposals, int missing)
    {
        LabelMap map = LabelMap.Read(SharedData.Path($"ava/{labels}"));
        AvaDataset set = AvaDataset.Load(new()
        {
            AnnotationPath = SharedData.Path($"ava/{annotations}"),
            LabelMapPath = SharedData.Path($"ava/{labels}"),
            ExcludePath = SharedData.Path($"ava/{excluded}"),
            ProposalPath = SharedData.Path($"ava/{proposals}"),
            NumClasses = map.MaxId + 1,
            UnlistedActions = UnlistedActions.Refuse,
        });
        Assert.NotEmpty(set.Keyframes);
        // Counted with Python over the same files, keys compared as numbers.
        Assert.Equal(missing, set.Keyframes.Count(k => ReferenceEquals(k.Proposals, KeyframeProposals.WholeFrame)));
        Assert.Equal(missing, set.KeyframesWithoutProposals);
    }

    [SharedFact("ava/nest")]
    public void Half_of_a_custom_sets_validation_has_no_proposals_and_it_says_so()
    {
        AvaDatasetOptions options = new()
        {
            AnnotationPath = SharedData.Path("ava/nest/annotations/ava_val_v2.2.csv"),
            ProposalPath = SharedData.Path("ava/nest/annotations/ava_dense_proposals_val.FAIR.recall_93.9.pkl"),
        };
        AvaDataset set = AvaDataset.Load(options);
        Assert.Equal((22, 11), (set.Keyframes.Count, set.KeyframesWithoutProposals));
        Assert.Equal(0, AvaDataset.Load(options with { ProposalPath = null }).KeyframesWithoutProposals);
    }

    [SharedFact("ava/annotations")]
    public void AVAs_own_file_loads_with_its_60_class_map()
    {
        AvaDataset set = AvaDataset.Load(new()
        {
            AnnotationPath = SharedData.Path("ava/annotations/ava_val_v2.1_first8videos.csv"),
            LabelMapPath = SharedData.Path("ava/annotations/ava_action_list_v2.1_for_activitynet_2018.pbtxt.txt"),
            ExcludePath = SharedData.Path("ava/annotations/ava_val_excluded_timestamps_v2.1.csv"),
        });
        Assert.Equal(6470, set.KeyframesBeforeExclusion);
        Assert.Equal(6470, set.Keyframes.Count);
        Assert.Equal(27163, AnnotationFile.Enumerate(set.Options.AnnotationPath).Count());
        Assert.Equal(81, set.NumClasses);
    }

    static AvaDatasetOptions Options() => new() { AnnotationPath = "rows" };

    static AvaDataset FromRows(AvaDatasetOptions options, params ReadOnlySpan<AnnotationRow> rows) =>
        AvaDataset.FromRows(options, rows.ToArray());

    static double[][] Rows(JsonElement array) =>
        [.. array.EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
}
