using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.Diagnostics;

namespace MlAva.Tests;

/// <summary>A sound set is found fine; every fault is found first, with its numbers, and mended in memory it gives the sound mAP
/// back.</summary>
public sealed class DataDoctorTests : IDisposable
{
    readonly SoundSet _set = new();

    public void Dispose() => _set.Dispose();

    /// <summary>The likeliest finding is this one, it explains a failure, and mended gives the sound set's mAP.</summary>
    static DataFinding Mended(DataReport report, string code, string file, int decimals = 6)
    {
        DataFinding first = Caused(report, code, file);
        Assert.NotNull(first.MendedMeanAveragePrecision);
        Assert.Equal(SoundSet.SoundMean, first.MendedMeanAveragePrecision.Value, decimals);
        Assert.Contains("mAP would be", first.Sentence, StringComparison.Ordinal);
        Assert.NotEmpty(first.Mend!);
        return first;
    }

    static DataFinding Caused(DataReport report, string code, string file)
    {
        DataFinding first = report.Findings[0];
        Assert.True(first.Code == code && first.File == file,
            string.Join('\n', report.Findings.Select(f => $"{f.Severity} {f.Likelihood} {f.Code} {f.File}: {f.Sentence}")));
        Assert.True(first.Severity >= DataSeverity.LikelyCause, first.Sentence);
        Assert.False(report.IsHealthy);
        return first;
    }

    static DataFinding Remarked(DataReport report, string code, string file)
    {
        DataFinding? finding = report.Findings.FirstOrDefault(f => f.Code == code && f.File == file);
        Assert.True(finding is { Severity: DataSeverity.Remark } && report.IsHealthy,
            string.Join('\n', report.Findings.Select(f => $"{f.Severity} {f.Likelihood} {f.Code} {f.File}: {f.Sentence}")));
        return finding;
    }

    [Fact]
    public void A_sound_set_is_fine_in_every_respect_and_its_mAP_is_the_evaluations()
    {
        _set.Write();

        DataReport report = _set.Examine(o => o with { NumClasses = 6, TimestampStart = 900 });

        Assert.All(report.Findings, f => Assert.True(f.Severity == DataSeverity.Fine, $"{f.Severity} {f.Code}: {f.Sentence}"));
        Assert.True(report.IsHealthy);
        Assert.InRange(SoundSet.SoundMean, 0.9, 0.9999);
        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 12);
        Assert.Null(report.MendedMeanAveragePrecision);
        Assert.Equal(["annotations", "detections", "proposals"], report.Tallies.Files.Select(f => f.Role));
        Assert.Equal([(400L, 400L, 4, 100, 5), (1000L, 1000L, 4, 100, 5), (200L, 200L, 4, 100, 0)],
            report.Tallies.Files.Select(f => (f.Rows, f.UsableRows, f.Videos, f.Keyframes, f.Classes)));
        Assert.Equal((902.0, 926.0), (report.Tallies.Files[0].FirstTimestamp, report.Tallies.Files[0].LastTimestamp));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0], report.Tallies.ProposalIoU!.Take(8));
        Assert.Equal(200, report.Tallies.DetectionIoU!.Sum());
    }

    [Fact]
    public void Annotations_alone_are_enough()
    {
        _set.Write();

        DataReport report = DataDoctor.Examine(new() { AnnotationPath = _set.TruthPath });

        Assert.Equal("annotations", Assert.Single(report.Findings).Code);
        Assert.Null(report.MeanAveragePrecision);
    }

    // Boxes.

    [Theory]
    [InlineData(640, 480)]
    [InlineData(1920, 1080)]
    [InlineData(341, 256)]
    [InlineData(637, 411)]
    public void Detections_in_pixels(int width, int height)
    {
        SoundSet.Boxes(_set.Found, b => [b[0] * width, b[1] * height, b[2] * width, b[3] * height]);

        DataFinding first = Mended(_set.Write().Examine(), "boxes-in-pixels", _set.FoundPath, decimals: 3);

        Assert.Equal((1000, 1000), (first.Counts["boxes"], first.Counts["affected"]));
        Assert.InRange(first.Counts["width"], width - 2, width + 2);
        Assert.InRange(first.Counts["height"], height - 2, height + 2);
        Assert.Equal(1, first.Evidence[0].Line);
        Assert.Equal(string.Join(',', _set.Found[0]), first.Evidence[0].Text);
        Assert.Contains("awk -F,", first.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotations_in_pixels_are_refused_by_training()
    {
        SoundSet.Boxes(_set.Truth, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);

        DataFinding first = Mended(_set.Write().Examine(), "boxes-in-pixels", _set.TruthPath, decimals: 3);

        Assert.Equal(DataSeverity.Broken, first.Severity);
        Assert.Equal((400, 640, 480), (first.Counts["affected"], first.Counts["width"], first.Counts["height"]));
    }

    [Fact]
    public void Annotations_in_pixels_without_any_other_file_get_the_tightest_usual_size()
    {
        SoundSet.Boxes(_set.Truth, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);
        _set.Write();

        DataFinding first = Caused(DataDoctor.Examine(new() { AnnotationPath = _set.TruthPath }), "boxes-in-pixels", _set.TruthPath);

        Assert.Equal((640, 480), (first.Counts["width"], first.Counts["height"]));
        Assert.Null(first.MendedMeanAveragePrecision);
    }

    [Fact]
    public void Annotations_in_pixels_get_the_size_of_the_frames_on_disk()
    {
        SoundSet.Boxes(_set.Truth, b => [b[0] * 72, b[1] * 50, b[2] * 72, b[3] * 50]);
        _set.Write().WriteFrames(frames: 30, width: 72, height: 50);

        DataReport report = DataDoctor.Examine(new()
        {
            AnnotationPath = _set.TruthPath, FramesFolder = _set.FramesPath, Fps = 1, TimestampStart = 900,
        });

        DataFinding first = Caused(report, "boxes-in-pixels", _set.TruthPath);
        Assert.Equal((72, 50), (first.Counts["width"], first.Counts["height"]));
    }

    [Fact]
    public void Both_in_pixels_still_evaluate()
    {
        foreach (List<string[]> rows in (List<string[]>[])[_set.Truth, _set.Found])
            SoundSet.Boxes(rows, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);

        DataReport report = _set.Write().Examine(o => o with { ProposalPath = null });

        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 6);
        Assert.Equal(SoundSet.SoundMean, report.MendedMeanAveragePrecision!.Value, 6);
        Caused(report, "boxes-in-pixels", _set.TruthPath);
    }

    [Fact]
    public void Some_videos_in_pixels_and_others_not()
    {
        foreach (string[] row in _set.Found.Where(r => r[0].Contains('A', StringComparison.Ordinal)
            || r[0].Contains('B', StringComparison.Ordinal)))
            SoundSet.Boxes([row], b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);

        DataFinding first = Mended(_set.Write().Examine(), "boxes-in-pixels", _set.FoundPath, decimals: 3);

        Assert.Equal((1000, 500), (first.Counts["boxes"], first.Counts["affected"]));
    }

    [Fact]
    public void Percents_are_pixels_of_a_frame_of_100()
    {
        SoundSet.Boxes(_set.Found, b => [b[0] * 100, b[1] * 100, b[2] * 100, b[3] * 100]);

        DataFinding first = Mended(_set.Write().Examine(), "boxes-in-pixels", _set.FoundPath);

        Assert.Equal((100, 100), (first.Counts["width"], first.Counts["height"]));
    }

    [Fact]
    public void Proposals_in_pixels()
    {
        _set.Proposed.Clear();
        foreach (IGrouping<(string, string), string[]> keyframe in _set.Found.Where(r => r[6] == "1").GroupBy(r => (r[0], r[1])))
        {
            Box[] boxes = [.. keyframe.Select(r => new Box(SoundSet.Number(r[2]) * 320, SoundSet.Number(r[3]) * 240,
                SoundSet.Number(r[4]) * 320, SoundSet.Number(r[5]) * 240))];
            _set.Proposed.Add(new(new(keyframe.Key.Item1, SoundSet.Number(keyframe.Key.Item2)), new(boxes, [.. boxes.Select(_ => 0.95)])));
        }

        DataReport report = _set.Write().Examine();

        DataFinding first = Caused(report, "boxes-in-pixels", _set.ProposalPath);
        Assert.Equal((200, 320, 240), (first.Counts["affected"], first.Counts["width"], first.Counts["height"]));
        Assert.Contains("/= 320", first.Mend, StringComparison.Ordinal);
        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 9);
        Assert.Equal("proposals-overlap", report.Findings.Single(f => f.Code.StartsWith("proposals-", StringComparison.Ordinal)).Code);
    }

    [Fact]
    public void Boxes_divided_by_the_frame_size_twice()
    {
        foreach (string[] row in _set.Found)
            for (int i = 0; i < 4; i++) row[2 + i] = (SoundSet.Number(row[2 + i]) / (i % 2 == 0 ? 640 : 480)).ToString("0.########",
                CultureInfo.InvariantCulture);

        DataFinding first = Mended(_set.Write().Examine(), "boxes-too-small", _set.FoundPath, decimals: 3);

        Assert.InRange(1 / first.Counts["width"], 636, 644);
    }

    public static TheoryData<string, Func<double[], double[]>> WrongForms => new()
    {
        { "boxes-xywh", b => [b[0], b[1], b[2] - b[0], b[3] - b[1]] },
        { "boxes-cxcywh", b => [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, b[2] - b[0], b[3] - b[1]] },
        { "boxes-inverted", b => [b[2], b[3], b[0], b[1]] },
        { "boxes-column-order", b => [b[1], b[0], b[3], b[2]] },
        { "boxes-column-order", b => [b[0], b[2], b[1], b[3]] },
    };

    [Theory]
    [MemberData(nameof(WrongForms))]
    public void Detections_whose_four_numbers_mean_something_else(string code, Func<double[], double[]> change)
    {
        SoundSet.Boxes(_set.Found, change);

        Mended(_set.Write().Examine(), code, _set.FoundPath);
    }

    [Theory]
    [MemberData(nameof(WrongForms))]
    public void Annotations_whose_four_numbers_mean_something_else(string code, Func<double[], double[]> change)
    {
        SoundSet.Boxes(_set.Truth, change);

        // The proposals side with the detections; without them it could not be told which of two files has y before x.
        Mended(_set.Write().Examine(), code, _set.TruthPath);
    }

    [Theory]
    [InlineData("boxes-xywh", 2)]
    [InlineData("boxes-cxcywh", 1)]
    public void Annotations_alone_in_another_form(string code, int divisor)
    {
        SoundSet.Boxes(_set.Truth, b => divisor == 2 ? [b[0], b[1], b[2] - b[0], b[3] - b[1]]
            : [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, b[2] - b[0], b[3] - b[1]]);
        _set.Write();

        DataFinding first = Caused(DataDoctor.Examine(new() { AnnotationPath = _set.TruthPath }), code, _set.TruthPath);

        Assert.True(first.Counts["affected"] > 20);
    }

    [Fact]
    public void Pixels_and_sizes_in_place_of_edges_at_once()
    {
        SoundSet.Boxes(_set.Found, b => [b[0] * 640, b[1] * 480, (b[2] - b[0]) * 640, (b[3] - b[1]) * 480]);

        DataReport report = _set.Write().Examine();

        Assert.Equal(["boxes-in-pixels", "boxes-xywh"],
            report.Findings.Where(f => f.Severity == DataSeverity.LikelyCause).Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.Equal(SoundSet.SoundMean, report.MendedMeanAveragePrecision!.Value, 3);
    }

    [Fact]
    public void A_few_boxes_with_swapped_corners_are_a_remark()
    {
        foreach (string[] row in _set.Found.Take(10)) (row[2], row[4]) = (row[4], row[2]);

        DataFinding finding = Remarked(_set.Write().Examine(), "boxes-inverted", _set.FoundPath);

        Assert.Equal((1000, 10), (finding.Counts["boxes"], finding.Counts["affected"]));
        Assert.Equal([1L, 2, 3], finding.Evidence.Select(e => e.Line));
        Assert.Equal(SoundSet.SoundMean, finding.MendedMeanAveragePrecision!.Value, 9);
    }

    [Fact]
    public void An_inverted_truth_box_that_stops_the_evaluation_is_no_mAP_as_it_stands()
    {
        (_set.Truth[7][2], _set.Truth[7][4]) = (_set.Truth[7][4], _set.Truth[7][2]);

        DataReport report = _set.Write().Examine();

        Assert.Null(report.MeanAveragePrecision);
        DataFinding first = Mended(report, "boxes-inverted", _set.TruthPath);
        Assert.Equal(8, Assert.Single(first.Evidence).Line);
    }

    [Fact]
    public void Boxes_outside_and_without_area_are_remarks()
    {
        _set.Found[0][4] = "1.3";
        (_set.Found[5][2], _set.Found[5][4]) = ("0.5", "0.5");

        DataReport report = _set.Write().Examine();

        Assert.Equal(1, Remarked(report, "boxes-out-of-frame", _set.FoundPath).Counts["affected"]);
        Assert.Equal(6, Assert.Single(Remarked(report, "boxes-without-area", _set.FoundPath).Evidence).Line);
    }

    // Ids.

    [Theory]
    [InlineData(-1, "$7+=1")]
    [InlineData(1, "$7-=1")]
    public void Detections_whose_ids_are_one_off(int shift, string command)
    {
        SoundSet.Cells(_set.Found, 6, c => SoundSet.Number(SoundSet.Number(c) + shift));

        DataReport report = _set.Write().Examine();

        Assert.True(report.MeanAveragePrecision < SoundSet.SoundMean / 2);
        DataFinding first = Mended(report, "ids-shifted", _set.FoundPath, decimals: 9);
        Assert.Contains(command, first.Mend, StringComparison.Ordinal);
        Assert.Contains($"ids shifted by {(shift < 0 ? "+1" : "-1")}", first.Sentence, StringComparison.Ordinal);
        Assert.Equal(1 + shift, first.Counts["lowestId"]);
    }

    [Fact]
    public void Ids_that_count_the_classes_of_a_label_map_with_gaps()
    {
        int[] meant = [3, 7, 12, 60, 80];
        (int[] ids, int[] truthIds) = ([1, 2, 3, 4, 5], meant);
        _set.Ids.Clear();
        _set.Ids.AddRange(meant);
        SoundSet.Cells(_set.Truth, 6, c => SoundSet.Number(truthIds[Array.IndexOf(ids, (int)SoundSet.Number(c))]));

        DataFinding first = Mended(_set.Write().Examine(), "ids-shifted", _set.FoundPath, decimals: 9);

        Assert.Contains("1 to 5 taken for the 5 classes in order", first.Sentence, StringComparison.Ordinal);
        Assert.Contains("split(\"3 7 12 60 80\"", first.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotations_whose_ids_begin_at_0()
    {
        SoundSet.Cells(_set.Truth, 6, c => SoundSet.Number(SoundSet.Number(c) - 1));

        DataReport report = _set.Write().Examine();

        Assert.Null(report.MeanAveragePrecision);
        DataFinding first = Mended(report, "ids-from-zero", _set.TruthPath, decimals: 9);
        Assert.Equal((DataSeverity.Broken, 0.0, 4.0), (first.Severity, first.Counts["lowestId"], first.Counts["highestId"]));
        Assert.Equal(_set.Truth.Count(r => r[6] == "0"), first.Counts["affected"]);
    }

    [Fact]
    public void Both_ids_begin_at_0()
    {
        foreach (List<string[]> rows in (List<string[]>[])[_set.Truth, _set.Found])
            SoundSet.Cells(rows, 6, c => SoundSet.Number(SoundSet.Number(c) - 1));

        DataReport report = _set.Write().Examine();

        Caused(report, "ids-from-zero", _set.TruthPath);
        Assert.Contains(report.Findings, f => f.Code == "ids-shifted" && f.Severity == DataSeverity.LikelyCause);
        Assert.Equal(SoundSet.SoundMean, report.MendedMeanAveragePrecision!.Value, 9);
    }

    [Fact]
    public void Annotations_whose_ids_are_one_too_large()
    {
        SoundSet.Cells(_set.Truth, 6, c => SoundSet.Number(SoundSet.Number(c) + 1));

        DataFinding first = Mended(_set.Write().Examine(), "ids-beyond-label-map", _set.TruthPath, decimals: 9);

        Assert.Equal((6, 5), (first.Counts["highestId"], first.Counts["labelMapHighestId"]));
    }

    [Fact]
    public void Some_actions_that_the_label_map_lacks()
    {
        _set.Truth[3][6] = "9";

        DataFinding first = Caused(_set.Write().Examine(), "ids-beyond-label-map", _set.TruthPath);

        Assert.Equal((1, 9), (first.Counts["affected"], first.Counts["highestId"]));
        Assert.Equal(4, Assert.Single(first.Evidence).Line);
    }

    [Fact]
    public void Classes_in_the_gaps_of_a_map_of_60_are_left_out_with_a_remark()
    {
        _set.Ids.Remove(2);

        DataFinding finding = Remarked(_set.Write().Examine(), "classes-not-evaluated", _set.TruthPath);

        Assert.Equal(_set.Truth.Count(r => r[6] == "2"), finding.Counts["affected"]);
        Assert.Equal((1, 4), (finding.Counts["classes"], finding.Counts["labelMapClasses"]));
    }

    [Fact]
    public void Too_few_columns_for_the_ids_and_too_many()
    {
        _set.Write();

        DataFinding first = Caused(_set.Examine(o => o with { NumClasses = 5 }), "num-classes", _set.TruthPath);
        Assert.Equal((5, 6, _set.Truth.Count(r => r[6] == "5")),
            (first.Counts["numClasses"], first.Counts["needed"], (int)first.Counts["affected"]));
        Assert.Equal("--num-classes 6", first.Mend);
        Remarked(_set.Examine(o => o with { NumClasses = 81 }), "num-classes", _set.TruthPath);
    }

    [Fact]
    public void A_label_map_with_a_class_0_is_refused_and_read_all_the_same()
    {
        _set.Write();
        _set.WriteFile("labels.pbtxt", "item { name: \"none\" id: 0 }\n" + File.ReadAllText(_set.LabelPath));

        DataFinding first = Mended(_set.Examine(), "label-map-refused", _set.LabelPath, decimals: 9);

        Assert.Equal((6, 0), (first.Counts["classes"], first.Counts["lowestId"]));
    }

    [Fact]
    public void Detections_only_of_classes_without_truth()
    {
        SoundSet.Cells(_set.Found, 6, c => c + "0");

        DataFinding first = Caused(_set.Write().Examine(), "classes-disjoint", _set.FoundPath);

        Assert.Equal((5, 5), (first.Counts["classes"], first.Counts["truthClasses"]));
    }

    [Fact]
    public void Classes_that_the_result_never_names()
    {
        _set.Found.RemoveAll(r => r[6] == "4");

        DataFinding finding = Remarked(_set.Write().Examine(), "classes-never-detected", _set.FoundPath);
        Assert.Equal((1, _set.Truth.Count(r => r[6] == "4")), (finding.Counts["classes"], (int)finding.Counts["truthRows"]));

        _set.Found.RemoveAll(r => r[6] != "1");
        Caused(_set.Write().Examine(), "classes-never-detected", _set.FoundPath);
    }

    [Fact]
    public void A_hundred_times_more_of_one_class_than_of_another_is_a_remark()
    {
        foreach (string[] row in _set.Truth.Where(r => r[6] is "4" or "5").Skip(1)) row[6] = "3";

        DataFinding finding = Remarked(_set.Write().Examine(o => o with { DetectionPath = null }), "class-imbalance", _set.TruthPath);

        Assert.Equal((3, 1), (finding.Counts["mostId"], finding.Counts["least"]));
    }

    // Keyframes.

    public static TheoryData<string, Func<string, string>> Spellings => new()
    {
        { "a file ending", v => v + ".mp4" },
        { "a path", v => "frames/val/" + v },
        { "capital and small letters", v => v.ToUpperInvariant() },
        { "blanks or quotes", v => v + " " },
        { "'-' and '_'", v => v.Replace('-', '_') },
        { "a path before the id, a file ending", v => $"D:\\videos\\{v}.mkv" },
        { "'val_' stands", v => "val_" + v },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Detections_that_spell_video_ids_otherwise(string words, Func<string, string> change)
    {
        SoundSet.Cells(_set.Found, 0, change);

        DataReport report = _set.Write().Examine();

        Assert.Equal(0, report.MeanAveragePrecision);
        DataFinding first = Mended(report, "video-ids-differ", _set.FoundPath, decimals: 9);
        Assert.Contains(words, first.Sentence, StringComparison.Ordinal);
        Assert.Equal((100, 0, 100, 4), (first.Counts["keyframes"], first.Counts["commonAsIs"], first.Counts["commonMended"],
            first.Counts["videosRespelled"]));
        Assert.Equal((1L, _set.FoundPath), (first.Evidence[0].Line, first.Evidence[0].File));
        Assert.Equal(_set.TruthPath, first.Evidence[1].File);
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Annotations_that_spell_video_ids_otherwise(string words, Func<string, string> change)
    {
        SoundSet.Cells(_set.Truth, 0, change);

        DataReport report = _set.Write().Examine();

        Assert.Contains(words, Mended(report, "video-ids-differ", _set.FoundPath, decimals: 9).Sentence, StringComparison.Ordinal);
        Assert.Contains(report.Findings, f => f.Code == "video-ids-differ" && f.File == _set.ProposalPath);
    }

    [Fact]
    public void One_video_of_four_spelled_otherwise()
    {
        string one = _set.Found[0][0];
        SoundSet.Cells(_set.Found, 0, v => v == one ? v + ".avi" : v);

        DataFinding first = Mended(_set.Write().Examine(), "video-ids-differ", _set.FoundPath, decimals: 9);

        Assert.Equal((75, 100), (first.Counts["commonAsIs"], first.Counts["commonMended"]));
        Assert.Contains("sub(/\\.avi$/", first.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(900, "shifted by +900 s", "$2=$2+900")]
    [InlineData(-1000, "shifted by -1000 s", "$2=$2-1000")]
    public void Detections_that_count_seconds_from_elsewhere(int offset, string words, string command)
    {
        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number(SoundSet.Number(t) - offset));

        DataFinding first = Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath, decimals: 9);

        Assert.Contains(words, first.Sentence, StringComparison.Ordinal);
        Assert.Contains(command, first.Mend, StringComparison.Ordinal);
        Assert.Equal(offset, first.Counts["offset"]);
    }

    [Fact]
    public void Detections_in_frames_and_in_milliseconds()
    {
        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number(SoundSet.Number(t) * 25));
        Assert.Contains("divided by 25", Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath).Sentence,
            StringComparison.Ordinal);

        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number(SoundSet.Number(t) * 40));
        Assert.Contains("divided by 1000", Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath).Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Detections_in_frames_from_the_start_of_the_clip()
    {
        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number((SoundSet.Number(t) - 900) * 30 + 1));

        DataFinding first = Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath);

        Assert.Contains("divided by 30", first.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Detections_with_fractions_of_seconds()
    {
        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number(SoundSet.Number(t) + 0.033));

        Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath, decimals: 9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Detections_a_second_off(int offset)
    {
        SoundSet.Cells(_set.Found, 1, t => SoundSet.Number(SoundSet.Number(t) + offset));

        DataFinding first = Mended(_set.Write().Examine(), "timestamps-differ", _set.FoundPath, decimals: 9);

        Assert.Equal(-offset, first.Counts["offset"]);
        Assert.Contains(offset > 0 ? "$2=$2-1" : "$2=$2+1", first.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_spellings_of_the_same_second_are_one_keyframe_here()
    {
        SoundSet.Cells(_set.Found, 1, t => t + ".0");
        foreach (string[] row in _set.Truth.Take(200)) row[1] = row[1].TrimStart('0');

        DataReport report = _set.Write().Examine();

        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 12);
        Assert.Equal((200, 200), (Remarked(report, "key-spelling", _set.TruthPath).Counts["padded"],
            report.Findings.First(f => f.Code == "key-spelling").Counts["short"]));
    }

    [Theory]
    [InlineData("902", "programs that compare text", DataSeverity.Fine)]
    [InlineData("902.0", "stop at 902.0", DataSeverity.Remark)]
    public void Files_that_spell_seconds_in_different_ways(string spelling, string reason, DataSeverity severity)
    {
        SoundSet.Cells(_set.Truth, 1, t => $"{(int)SoundSet.Number(t):D4}");
        SoundSet.Cells(_set.Found, 1, t => $"{(int)SoundSet.Number(t)}{spelling[3..]}");
        DataReport report = _set.Write().Examine();

        DataFinding finding = report.Findings.Single(f => f.Code == "key-spelling" && f.File == _set.FoundPath);
        Assert.Equal(severity, finding.Severity);
        Assert.True(report.IsHealthy);
        Assert.Contains($"the detections write seconds as {spelling}, the annotations as 0902", finding.Sentence, StringComparison.Ordinal);
        Assert.Contains(reason, finding.Sentence, StringComparison.Ordinal);
        Assert.Contains("sprintf(\"%04d\",$2)", finding.Mend, StringComparison.Ordinal);
        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 12);
    }

    [Fact]
    public void Detections_of_other_videos_and_of_the_other_split()
    {
        SoundSet.Cells(_set.Found, 0, v => "other" + v[^1]);
        _set.Write();
        DataFinding first = Caused(_set.Examine(), "keyframes-disjoint", _set.FoundPath);
        Assert.Equal((100, 100, 0), (first.Counts["truthKeyframes"], first.Counts["keyframes"], first.Counts["commonMended"]));

        _set.WriteFile("val.csv", SoundSet.Csv(_set.Found.Take(20).Select(r => (string[])[.. r[..7], "1"])));
        first = Caused(_set.Examine(o => o with { ValAnnotationPath = _set.ValPath }), "keyframes-disjoint", _set.FoundPath);
        Assert.Contains(_set.ValPath, first.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Keyframes_without_results_and_results_without_truth()
    {
        _set.Found.RemoveAll(r => int.Parse(r[1], CultureInfo.InvariantCulture) > 906);
        DataReport report = _set.Write().Examine();
        DataFinding first = Caused(report, "truth-without-results", _set.FoundPath);
        Assert.Equal((80, 100), (first.Counts["missing"], first.Counts["keyframes"]));
        Assert.Equal(21, first.Evidence[0].Line);

        using SoundSet other = new();
        other.Truth.RemoveAll(r => int.Parse(r[1], CultureInfo.InvariantCulture) > 903);
        report = other.Write().Examine();
        DataFinding finding = report.Findings.Single(f => f.Code == "results-without-truth");
        Assert.Equal((92, 920), (finding.Counts["keyframes"], finding.Counts["rows"]));
        Assert.Equal(DataSeverity.LikelyCause, finding.Severity);
    }

    [Fact]
    public void Exclusions_that_cover_everything()
    {
        _set.Write();
        _set.WriteFile("excluded.csv", SoundSet.Csv(_set.Truth.Select(r => r[..2])));

        DataReport report = _set.Examine(o => o with { ExcludePath = _set.ExcludePath });

        Assert.Null(report.MeanAveragePrecision);
        DataFinding first = Mended(report, "exclusions-cover-everything", _set.ExcludePath, decimals: 9);
        Assert.Equal((100, 100), (first.Counts["excluded"], first.Counts["keyframes"]));
    }

    [Fact]
    public void Exclusions_that_match_nothing_are_a_remark_and_spelled_otherwise_too()
    {
        _set.Write();
        _set.WriteFile("excluded.csv", "else,0902\nelse,0903\n");
        Remarked(_set.Examine(o => o with { ExcludePath = _set.ExcludePath }), "exclusions-match-nothing", _set.ExcludePath);

        _set.WriteFile("excluded.csv", $"{_set.Truth[0][0]}.mp4,0902\n");
        DataFinding finding = Remarked(_set.Examine(o => o with { ExcludePath = _set.ExcludePath }), "video-ids-differ", _set.ExcludePath);
        Assert.Equal((0, 1), (finding.Counts["commonAsIs"], finding.Counts["commonMended"]));
    }

    // Two faults at once, and many rows.

    [Fact]
    public void Three_faults_at_once_are_all_found_and_mended_together()
    {
        SoundSet.Boxes(_set.Found, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);
        SoundSet.Cells(_set.Found, 0, v => v + ".mp4");
        SoundSet.Cells(_set.Found, 6, c => SoundSet.Number(SoundSet.Number(c) - 1));

        DataReport report = _set.Write().Examine();

        Assert.Equal(["boxes-in-pixels", "ids-shifted", "video-ids-differ"],
            report.Findings.Where(f => f.Severity == DataSeverity.LikelyCause).Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.Equal(SoundSet.SoundMean, report.MendedMeanAveragePrecision!.Value, 3);
        Assert.All(report.Findings.Take(3), f => Assert.Contains("mended together with the others", f.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_many_rows_whole_keyframes_are_drawn_and_the_mend_is_found_all_the_same()
    {
        using SoundSet large = new(videos: 20, seconds: 50);
        double whole = large.Write().Examine().MeanAveragePrecision!.Value;
        SoundSet.Cells(large.Found, 6, c => SoundSet.Number(SoundSet.Number(c) - 1));
        SoundSet.Cells(large.Found, 0, v => v + ".mp4");

        DataReport report = large.Write().Examine(o => o with { TrialRows = 4000 });

        Assert.Equal(0.2, report.Tallies.SampledShare, 9);
        Assert.Equal(10_000, report.Tallies.Files[1].Rows);
        Assert.Equal(whole, report.MendedMeanAveragePrecision!.Value, 0.03);
        Assert.Equal(["ids-shifted", "video-ids-differ"],
            report.Findings.Where(f => f.Severity == DataSeverity.LikelyCause).Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.Contains("% of the keyframes", report.Findings[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Packed_files_are_read()
    {
        _set.Write();
        string packed = _set.PathOf("found.csv.gz");
        using (GZipStream gzip = new(File.Create(packed), CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(_set.FoundPath));

        Assert.Equal(SoundSet.SoundMean, _set.Examine(o => o with { DetectionPath = packed }).MeanAveragePrecision!.Value, 12);
    }

    [Fact]
    public void The_report_is_there_as_JSON()
    {
        SoundSet.Boxes(_set.Found, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]);

        using JsonDocument json = JsonDocument.Parse(_set.Write().Examine().ToJson());

        JsonElement first = json.RootElement.GetProperty("findings")[0];
        Assert.Equal("boxes-in-pixels", first.GetProperty("code").GetString());
        Assert.Equal("likelyCause", first.GetProperty("severity").GetString());
        Assert.Equal(640, first.GetProperty("counts").GetProperty("width").GetDouble());
        Assert.Equal(1, first.GetProperty("evidence")[0].GetProperty("line").GetInt64());
        Assert.False(json.RootElement.GetProperty("isHealthy").GetBoolean());
        Assert.Equal(0, json.RootElement.GetProperty("meanAveragePrecision").GetDouble());
        Assert.Equal(1000, json.RootElement.GetProperty("tallies").GetProperty("files")[1].GetProperty("rows").GetInt64());
    }

    [Fact]
    public void It_can_be_stopped()
    {
        _set.Write();

        Assert.Throws<OperationCanceledException>(() => DataDoctor.Examine(_set.Options, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Impossible_options_are_refused_by_name()
    {
        DataDoctorOptions options = new() { AnnotationPath = "a.csv" };

        Assert.Contains("Fps is 0", Assert.Throws<ArgumentException>(() => (options with { Fps = 0 }).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("NumClasses is 1", Assert.Throws<ArgumentException>(() => (options with { NumClasses = 1 }).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("TrialRows is 0", Assert.Throws<ArgumentException>(() => (options with { TrialRows = 0 }).Validate()).Message,
            StringComparison.Ordinal);
        Assert.Contains("AnnotationPath is empty",
            Assert.Throws<ArgumentException>(() => (options with { AnnotationPath = "" }).Validate()).Message, StringComparison.Ordinal);
    }
}
