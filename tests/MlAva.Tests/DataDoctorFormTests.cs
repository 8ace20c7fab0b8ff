using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Pickle;
using MlAva.TestSupport;

namespace MlAva.Tests;

/// <summary>What the strict readers refuse, or others stumble over: read all the same, named with its lines, mAP given back.</summary>
public sealed partial class DataDoctorFormTests : IDisposable
{
    readonly SoundSet _set = new();

    public void Dispose() => _set.Dispose();

    static string Shown(DataReport report) =>
        string.Join('\n', report.Findings.Select(f => $"{f.Severity} {f.Likelihood} {f.Code} {f.File}: {f.Sentence}"));

    /// <summary>The file is refused, so there is no mAP as it stands; the finding comes first; read leniently, mAP is the sound
    /// set's.</summary>
    DataFinding Refused(DataReport report, string code, string file, int decimals = 9)
    {
        DataFinding first = report.Findings[0];
        Assert.True(first.Code == code && first.File == file && first.Severity == DataSeverity.Broken, Shown(report));
        Assert.Null(report.MeanAveragePrecision);
        Assert.Equal(SoundSet.SoundMean, first.MendedMeanAveragePrecision!.Value, decimals);
        Assert.DoesNotContain(report.Findings, f => f.Code == "refused");
        return first;
    }

    static DataFinding Remarked(DataReport report, string code, string file)
    {
        DataFinding? finding = report.Findings.FirstOrDefault(f => f.Code == code && f.File == file);
        Assert.True(finding is { Severity: DataSeverity.Remark } && report.IsHealthy, Shown(report));
        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 9);
        return finding;
    }

    [Theory]
    [InlineData("\t", "tabs", "tr '\\t' ','")]
    [InlineData(";", "semicolons", "tr ';' ','")]
    [InlineData(" ", "blanks", "tr ' ' ','")]
    [InlineData("|", "bars", "tr '|' ','")]
    public void Other_separators(string separator, string words, string command)
    {
        foreach (bool isTruth in (bool[])[true, false])
        {
            _set.Write(truth: isTruth ? SoundSet.Csv(_set.Truth, separator) : null,
                found: isTruth ? null : SoundSet.Csv(_set.Found, separator));

            DataFinding first = Refused(_set.Examine(), "separator", isTruth ? _set.TruthPath : _set.FoundPath);

            Assert.Contains(words, first.Sentence, StringComparison.Ordinal);
            Assert.Contains(command, first.Mend, StringComparison.Ordinal);
            Assert.Equal(isTruth ? 400 : 1000, first.Counts["affected"]);
        }
    }

    [Fact]
    public void Some_rows_with_other_separators()
    {
        string[] lines = SoundSet.Csv(_set.Found).Split('\n');
        for (int i = 10; i < 20; i++) lines[i] = lines[i].Replace(',', ';');

        DataFinding first = Refused(_set.Write(found: string.Join('\n', lines)).Examine(), "separator", _set.FoundPath);

        Assert.Equal(10, first.Counts["affected"]);
        Assert.Equal([11L, 12, 13], first.Evidence.Select(e => e.Line));
    }

    [Fact]
    public void Semicolons_with_decimal_commas_as_spreadsheets_write_them()
    {
        string csv = SoundSet.Csv(_set.Found, ";").Replace('.', ',');

        DataReport report = _set.Write(found: csv).Examine();

        DataFinding first = Refused(report, "separator", _set.FoundPath);
        Assert.Contains("tr ';,' ',.'", first.Mend, StringComparison.Ordinal);
        Assert.Contains(report.Findings, f => f.Code == "decimal-commas" && f.Severity == DataSeverity.Broken);
    }

    [Fact]
    public void A_header_row()
    {
        DataFinding first = Refused(_set.Write(found: "video_id,timestamp,x1,y1,x2,y2,label,score\n" + SoundSet.Csv(_set.Found)).Examine(),
            "header-row", _set.FoundPath);

        Assert.Equal((1L, 1), (Assert.Single(first.Evidence).Line, first.Counts["affected"]));
        Assert.Contains("tail -n +2", first.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_row_in_exclusions_and_in_a_second_annotation_file()
    {
        _set.Write();
        _set.WriteFile("excluded.csv", "video,seconds\nelse,0902\n");
        _set.WriteFile("val.csv", "video,t,x1,y1,x2,y2,a,p\nother,0902,0.1,0.1,0.2,0.2,1,1\n");

        DataReport report = _set.Examine(o => o with { ExcludePath = _set.ExcludePath, ValAnnotationPath = _set.ValPath });

        Assert.Equal([_set.ExcludePath, _set.ValPath],
            report.Findings.Where(f => f.Code == "header-row" && f.Severity == DataSeverity.Broken)
                .Select(f => f.File).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Byte_order_mark_mixed_line_ends_quotes_and_padded_numbers_are_remarks()
    {
        Remarked(_set.Write(found: "\uFEFF" + SoundSet.Csv(_set.Found)).Examine(), "byte-order-mark", _set.FoundPath);

        DataFinding ends = Remarked(_set.Write(found: SoundSet.Csv(_set.Found.Take(400), end: "\r\n")
            + SoundSet.Csv(_set.Found.Skip(400))).Examine(),
            "line-ends", _set.FoundPath);
        Assert.Equal((600, 400, 0), (ends.Counts["lf"], ends.Counts["crlf"], ends.Counts["cr"]));

        DataFinding quotes = Remarked(_set.Write(found: SoundSet.Csv(_set.Found
            .Select(r => r.Select(c => $"\"{c}\"").ToArray()))).Examine(),
            "quotes", _set.FoundPath);
        Assert.Equal(1000, quotes.Counts["affected"]);

        DataReport padded = _set.Write(found: SoundSet.Csv(_set.Found, ", ", "\r\n")).Examine();
        Assert.DoesNotContain(padded.Findings, f => f.Severity != DataSeverity.Fine);
        Assert.Equal(SoundSet.SoundMean, padded.MeanAveragePrecision!.Value, 9);
    }

    [Fact]
    public void Lone_carriage_returns_end_lines_too()
    {
        DataReport report = _set.Write(found: SoundSet.Csv(_set.Found, end: "\r")).Examine();

        Assert.Equal(SoundSet.SoundMean, report.MeanAveragePrecision!.Value, 9);
        Assert.Equal(1000, report.Tallies.Files[1].Rows);
    }

    [Fact]
    public void Sixteen_bit_text()
    {
        _set.Write();
        File.WriteAllText(_set.FoundPath, SoundSet.Csv(_set.Found), Encoding.Unicode);

        Assert.Contains("iconv", Refused(_set.Examine(), "utf-16", _set.FoundPath).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_that_is_not_closed()
    {
        string[] lines = SoundSet.Csv(_set.Found).Split('\n');
        lines[4] = "\"" + lines[4];

        Assert.Equal(5, Assert.Single(Refused(_set.Write(found: string.Join('\n', lines)).Examine(), "open-quote",
            _set.FoundPath).Evidence).Line);
    }

    [Fact]
    public void Names_in_place_of_ids()
    {
        SoundSet.Cells(_set.Found, 6, c => "C" + c);

        DataReport report = _set.Write().Examine();
        Assert.Equal(1000, Refused(report, "action-names", _set.FoundPath).Counts["affected"]);

        report = _set.Examine(o => o with { LabelMapPath = null });
        Assert.Equal("no-rows", report.Findings[0].Code);
        Assert.Contains(report.Findings, f => f.Code == "action-names" && f.Sentence.Contains("--label-map", StringComparison.Ordinal));
    }

    [Fact]
    public void Ids_with_decimals_and_underscores_in_numbers()
    {
        SoundSet.Cells(_set.Found, 6, c => c + ".0");
        Assert.Equal(1000, Refused(_set.Write().Examine(), "action-decimals", _set.FoundPath).Counts["affected"]);

        using SoundSet other = new();
        other.Truth[2][1] = "9_02";
        DataReport report = other.Write().Examine();
        Assert.Equal(("underscores", 3L), (report.Findings[0].Code, report.Findings[0].Evidence[0].Line));
    }

    [Fact]
    public void Rows_of_the_wrong_width_and_cells_that_are_no_numbers()
    {
        _set.Truth.Insert(3, ["clip-A0", "0902", "0.1", "0.1", "0.2"]);
        DataReport report = _set.Write().Examine();
        DataFinding first = Refused(report, "row-width", _set.TruthPath);
        Assert.Equal((4L, 1), (Assert.Single(first.Evidence).Line, first.Counts["affected"]));

        using SoundSet other = new();
        other.Truth.Insert(0, ["clip-A0", "0902", "abc", "0.1", "0.2", "0.2", "1", "1"]);
        first = Refused(other.Write().Examine(), "not-a-number", other.TruthPath);
        Assert.Equal(1L, Assert.Single(first.Evidence).Line);
    }

    [Fact]
    public void NaN_scores()
    {
        _set.Found.Insert(7, [.. _set.Found[0][..7], "nan"]);

        DataFinding first = Refused(_set.Write().Examine(), "not-finite", _set.FoundPath);

        Assert.Equal(8L, Assert.Single(first.Evidence).Line);
        Assert.Contains("diverged", first.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_an_action()
    {
        _set.Truth.Add(["clip-A0", "0903", "0.1", "0.1", "0.2", "0.2", "", ""]);
        Assert.Equal(401, Assert.Single(Refused(_set.Write().Examine(), "empty-actions", _set.TruthPath).Evidence).Line);

        _set.Truth[^1] = ["clip-A0", "0927", "", "", "", "", "", ""];
        Refused(_set.Write().Examine(), "empty-cells", _set.TruthPath);

        _set.Truth[^1] = ["clip-A0", "0927"];
        DataReport report = _set.Write().Examine();
        Assert.Equal(1, report.Findings.Single(f => f.Code == "empty-keyframes").Counts["keyframes"]);
        Assert.All(report.Findings, f => Assert.Equal(DataSeverity.Fine, f.Severity));
    }

    [Fact]
    public void Negative_times_and_rows_without_a_video()
    {
        _set.Found.Add(["clip-A0", "-1", "0.1", "0.1", "0.2", "0.2", "1", "0.5"]);
        Refused(_set.Write().Examine(), "negative-timestamps", _set.FoundPath);

        _set.Found[^1] = ["", "902", "0.1", "0.1", "0.2", "0.2", "1", "0.5"];
        Refused(_set.Write().Examine(), "no-video-id", _set.FoundPath);
    }

    [Fact]
    public void Score_and_action_in_each_others_place()
    {
        foreach (string[] row in _set.Found) (row[6], row[7]) = (row[7], row[6]);

        Assert.Contains("t=$7;$7=$8;$8=t", Refused(_set.Write().Examine(), "columns-swapped", _set.FoundPath).Mend,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_files()
    {
        DataReport report = _set.Write(found: "").Examine();
        Assert.Equal(("no-rows", _set.FoundPath), (report.Findings[0].Code, report.Findings[0].File));
        Assert.False(report.IsHealthy);

        report = _set.Write(truth: "\n\n").Examine();
        Assert.Equal(("no-rows", _set.TruthPath), (report.Findings[0].Code, report.Findings[0].File));
    }

    [Fact]
    public void Repeated_rows()
    {
        DataReport report = _set.Write(found: SoundSet.Csv(_set.Found.Concat(_set.Found))).Examine();
        DataFinding finding = report.Findings.Single(f => f.Code == "rows-repeated");
        Assert.Equal((_set.FoundPath, 1000, 1001L), (finding.File, finding.Counts["affected"], finding.Evidence[0].Line));
        Assert.Equal(SoundSet.SoundMean, finding.MendedMeanAveragePrecision!.Value, 9);

        report = _set.Write(truth: SoundSet.Csv(_set.Truth.Concat(_set.Truth))).Examine();
        finding = report.Findings[0];
        Assert.Equal(("rows-repeated", _set.TruthPath, 400), (finding.Code, finding.File, finding.Counts["affected"]));
        Assert.True(report.MeanAveragePrecision < 0.6);
        Assert.Equal(SoundSet.SoundMean, finding.MendedMeanAveragePrecision!.Value, 9);
    }

    [Fact]
    public void Scores_that_order_nothing()
    {
        SoundSet.Cells(_set.Found, 7, _ => "1.000");
        DataReport report = _set.Write().Examine();
        Assert.Equal(("scores-all-equal", DataSeverity.LikelyCause, 1.0),
            (report.Findings[0].Code, report.Findings[0].Severity, report.Findings[0].Counts["score"]));

        report = _set.Write(found: SoundSet.Csv(_set.Found.Select(r => r[..7]))).Examine();
        Assert.Equal("scores-all-equal", report.Findings[0].Code);
        Assert.Contains("no score column", report.Findings[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_are_a_remark()
    {
        SoundSet.Cells(_set.Found, 7, s => SoundSet.Number(12 * SoundSet.Number(s) - 6));
        DataFinding finding = _set.Write().Examine().Findings.Single(f => f.Code == "scores-out-of-range");
        Assert.Equal(DataSeverity.Remark, finding.Severity);
        Assert.Contains("logits", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_no_better_than_chance()
    {
        using SoundSet large = new(videos: 8);
        Random random = new(3);
        // Many more boxes than persons, so that chance is low.
        List<string[]> strays = [.. large.Found.SelectMany(r => Enumerable.Range(0, 5).Select(i => (string[])
            [r[0], r[1], .. ((double[])[0.02 * i, 0.9, 0.02 * i + 0.05, 0.95 + 0.01 * i]).Select(SoundSet.Number), r[6], "0"]))];
        large.Found.AddRange(strays);
        SoundSet.Cells(large.Found, 7, _ => SoundSet.Number(Math.Round(random.NextDouble(), 3)));

        DataReport report = large.Write().Examine();

        Assert.Equal("scores-uninformative", report.Findings[0].Code);
        Assert.Equal(report.MeanAveragePrecision!.Value, report.Findings[0].Counts["byChance"], 0.03);
    }

    [Fact]
    public void Detections_of_other_places()
    {
        SoundSet.Boxes(_set.Found, b => [0.9, 0.02 * b[1], 0.99, 0.05 + 0.02 * b[1]]);

        DataReport report = _set.Write().Examine();

        Assert.Equal("detections-miss-truth", report.Findings[0].Code);
        Assert.Equal((200, 0), (report.Findings[0].Counts["boxes"], report.Findings[0].Counts["overlapped"]));
    }

    // Times of the annotations.

    [Fact]
    public void Times_before_the_start_in_frames_or_off_the_grid()
    {
        _set.Write();
        DataReport report = _set.Examine(o => o with { TimestampStart = 920 });
        DataFinding first = report.Findings[0];
        Assert.Equal(("timestamps-before-start", 72, "--timestamp-start 902"), (first.Code, first.Counts["keyframes"], first.Mend));

        SoundSet.Cells(_set.Truth, 1, t => SoundSet.Number(SoundSet.Number(t) * 30));
        report = DataDoctor.Examine(new() { AnnotationPath = _set.Write().TruthPath });
        Assert.Equal(30, report.Findings.Single(f => f.Code == "timestamps-look-like-frames").Counts["step"]);

        SoundSet.Cells(_set.Truth, 1, t => SoundSet.Number(SoundSet.Number(t) * 100));
        report = DataDoctor.Examine(new() { AnnotationPath = _set.Write().TruthPath });
        Assert.Equal("timestamps-not-seconds", report.Findings[0].Code);

        _set.WriteFrames(frames: 3);
        report = DataDoctor.Examine(new() { AnnotationPath = _set.TruthPath, FramesFolder = _set.FramesPath, Fps = 1e6 });
        Assert.Contains(report.Findings, f => f.Code == "timestamps-not-seconds");

        using SoundSet other = new();
        other.Truth[9][1] = "1801";
        report = DataDoctor.Examine(new() { AnnotationPath = other.Write().TruthPath });
        Assert.Equal(1, report.Findings.Single(f => f.Code == "timestamps-after-end").Counts["keyframes"]);

        other.Truth[9][1] = "904.4";
        report = DataDoctor.Examine(new() { AnnotationPath = other.Write().TruthPath });
        Assert.Equal(10, report.Findings.Single(f => f.Code == "timestamps-off-grid").Evidence[0].Line);
    }

    // Proposals.

    [Fact]
    public void Keyframes_without_proposals()
    {
        _set.Proposed.RemoveRange(0, 80);

        DataReport report = _set.Write().Examine();

        DataFinding first = report.Findings[0];
        Assert.Equal(("keyframes-without-proposals", DataSeverity.LikelyCause, 80, 100),
            (first.Code, first.Severity, first.Counts["missing"], first.Counts["keyframes"]));
    }

    [Fact]
    public void Proposals_beside_the_truth_and_the_histogram_of_their_IoU()
    {
        for (int i = 0; i < _set.Proposed.Count; i++)
            _set.Proposed[i] = new(_set.Proposed[i].Key,
                new([.. _set.Proposed[i].Value.Boxes.Select(b => new Box(b.X1, b.Y1, b.X1 + 0.4 * (b.X2 - b.X1), b.Y2))], [0.95, 0.95]));

        DataReport report = _set.Write().Examine();

        Assert.Equal("proposals-miss-truth", report.Findings[0].Code);
        Assert.Equal((200, 0), (report.Findings[0].Counts["boxes"], report.Findings[0].Counts["overlapped"]));
        Assert.Equal(200, report.Tallies.ProposalIoU![3] + report.Tallies.ProposalIoU[4]);

        for (int i = 0; i < _set.Proposed.Count; i++)
            _set.Proposed[i] = new(_set.Proposed[i].Key,
                new([.. _set.Proposed[i].Value.Boxes.Select(b => new Box(b.X1, b.Y1, b.X1 + 2 * (b.X2 - b.X1), b.Y2))], [0.95, 0.95]));
        report = _set.Write().Examine();
        Assert.Equal(0, Remarked(report, "proposals-loose", _set.ProposalPath).Counts["positive"]);
    }

    [Fact]
    public void Unsure_proposals_and_those_without_scores()
    {
        for (int i = 0; i < _set.Proposed.Count; i++) _set.Proposed[i] = new(_set.Proposed[i].Key,
            new(_set.Proposed[i].Value.Boxes, [0.6, 0.5]));
        DataReport report = _set.Write().Examine();
        DataFinding first = report.Findings[0];
        Assert.Equal(("proposals-unsure", 200, 0.6), (first.Code, first.Counts["affected"], first.Counts["highest"]));
        Assert.Equal(100, report.Findings.Single(f =>
            f.Code == "proposals-miss-truth").Counts["overlapped"]); // the best of each keyframe stays

        for (int i = 0; i < _set.Proposed.Count; i++) _set.Proposed[i] = new(_set.Proposed[i].Key, new(_set.Proposed[i].Value.Boxes, null));
        Assert.Equal(100, Remarked(_set.Write().Examine(), "proposals-without-scores", _set.ProposalPath).Counts["affected"]);
    }

    void WritePickle(Func<KeyframeKey, object> key, Func<double[][], object> value)
    {
        PickleDictionary dictionary = [];
        foreach ((KeyframeKey name, KeyframeProposals boxes) in _set.Proposed)
        {
            double[][] rows = [.. boxes.Boxes.Select((b, i) => (double[])[b.X1, b.Y1, b.X2, b.Y2, boxes.Scores![i]])];
            dictionary.Add(key(name), value(rows));
        }
        using FileStream file = File.Create(_set.ProposalPath);
        new PickleWriter(file).Write(dictionary);
    }

    static NumpyArray AsArray(double[][] rows) => NumpyArray.Create([rows.Length, 5], rows.SelectMany(r => r).ToArray());

    [Fact]
    public void Proposals_under_tuples_and_in_lists_are_refused_and_read_all_the_same()
    {
        _set.Write();
        WritePickle(k => new PickleTuple(k.VideoId, (long)k.Timestamp), AsArray);
        DataReport report = _set.Examine();
        DataFinding first = report.Findings[0];
        Assert.Equal(("proposal-keys", DataSeverity.Broken, 100), (first.Code, first.Severity, first.Counts["affected"]));
        Assert.Equal(200, report.Findings.Single(f => f.Code == "proposals-overlap").Counts["overlapped"]);

        WritePickle(k => k.ToString(), rows => new List<object?>(rows.Select(r => (object?)new List<object?>(r.Cast<object?>()))));
        first = _set.Examine().Findings[0];
        Assert.Equal(("proposal-arrays", DataSeverity.Broken, 100), (first.Code, first.Severity, first.Counts["affected"]));
    }

    [Fact]
    public void Proposal_keys_that_MMAction2_would_not_find_are_a_remark()
    {
        _set.Write();
        WritePickle(k => string.Create(CultureInfo.InvariantCulture, $"{k.VideoId},{k.Timestamp}"), AsArray);

        Assert.Equal(100, Remarked(_set.Examine(), "key-spelling", _set.ProposalPath).Counts["affected"]);
    }

    [Fact]
    public void Proposals_as_csv_with_tabs()
    {
        _set.Write();
        string csv = _set.PathOf("proposals.csv");
        File.WriteAllText(csv, SoundSet.Csv(_set.Proposed.SelectMany(p => p.Value.Boxes.Select((b, i) => (string[])
            [p.Key.VideoId, SoundSet.Number(p.Key.Timestamp), SoundSet.Number(b.X1), SoundSet.Number(b.Y1), SoundSet.Number(b.X2),
                SoundSet.Number(b.Y2), "", SoundSet.Number(p.Value.Scores![i])])), "\t"));

        DataReport report = _set.Examine(o => o with { ProposalPath = csv });

        Assert.Equal(("separator", csv), (report.Findings[0].Code, report.Findings[0].File));
        Assert.Equal(200, report.Findings.Single(f => f.Code == "proposals-overlap").Counts["positive"]);
    }

    // Frames.

    DataReport Framed(Func<DataDoctorOptions, DataDoctorOptions>? change = null) => _set.Examine(o =>
    {
        DataDoctorOptions framed = o with { FramesFolder = _set.FramesPath, Fps = 2 };
        return change is null ? framed : change(framed);
    });

    [Fact]
    public void Frames_that_are_there()
    {
        _set.Write().WriteFrames(frames: 60);

        DataReport report = Framed();

        Assert.True(report.IsHealthy, Shown(report));
        Assert.Equal(100, report.Findings.Single(f => f.Code == "frames-found").Counts["keyframes"]);
    }

    [Fact]
    public void Frames_that_are_missing_or_named_otherwise()
    {
        _set.Write();
        DataReport report = Framed();
        Assert.Equal(("frames-missing", 4), (report.Findings[0].Code, report.Findings[0].Counts["missing"]));
        Assert.Contains("itself is not there", report.Findings[0].Sentence, StringComparison.Ordinal);

        _set.WriteFrames(frames: 60, name: v => v.ToUpperInvariant() + ".mp4");
        report = Framed();
        Assert.Contains("there is a 'CLIP-A0.mp4'", report.Findings[0].Sentence, StringComparison.Ordinal);
        Assert.StartsWith("mv ", report.Findings[0].Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_of_another_template()
    {
        _set.Write().WriteFrames(frames: 60, template: "frame_{:06}.jpg");

        DataFinding first = Framed().Findings[0];

        Assert.Equal(("frames-template", 4, "--filename-tmpl 'frame_{:06}.jpg'"), (first.Code, first.Counts["affected"], first.Mend));
    }

    [Fact]
    public void Frames_that_end_too_soon_and_frames_with_holes()
    {
        _set.Write().WriteFrames(frames: 20);
        DataReport report = Framed();
        DataFinding first = report.Findings[0];
        // Frame 2 (t - 900) + 1: the keyframes from second 910 on, 17 of 25 a video.
        Assert.Equal(("frames-too-few", DataSeverity.Broken, 68, 100),
            (first.Code, first.Severity, first.Counts["outside"], first.Counts["keyframes"]));

        _set.WriteFrames(frames: 60);
        File.Delete(Path.Combine(_set.FramesPath, _set.Truth[0][0], "img_00020.jpg"));
        report = Framed();
        Assert.Equal(("frames-holes", 1, 1), (report.Findings[0].Code, report.Findings[0].Counts["affected"],
            report.Findings[0].Counts["missingFrames"]));
    }

    // Splits.

    [Fact]
    public void Splits_that_overlap_and_that_do_not()
    {
        _set.Write();
        _set.WriteFile("val.csv", SoundSet.Csv(_set.Truth.Where(r => r[0] == "clip-B1").Select(r => (string[])[.. r[..6], "1", r[7]])));
        DataFinding finding = Remarked(_set.Examine(o => o with { ValAnnotationPath = _set.ValPath }), "splits-overlap", _set.ValPath);
        Assert.Equal((1, 1, 25), (finding.Counts["videos"], finding.Counts["of"], finding.Counts["keyframes"]));

        _set.WriteFile("val.csv", "other,0902,0.1,0.1,0.2,0.2,1,0\n");
        Assert.Contains(_set.Examine(o => o with { ValAnnotationPath = _set.ValPath }).Findings,
            f => f is { Code: "splits-apart", Severity: DataSeverity.Fine });

        _set.WriteFile("val.csv", "other,0902,0.1,0.1,0.2,0.2,9,0\n");
        Remarked(_set.Examine(o => o with { ValAnnotationPath = _set.ValPath }), "classes-untrained", _set.ValPath);
    }

    [Fact]
    public void Whatever_happens_to_the_bytes_the_examination_ends_with_a_report()
    {
        using SoundSet small = new(videos: 2, seconds: 4);
        byte[][] sound = [.. ((string[])[small.Write().TruthPath, small.FoundPath, small.LabelPath]).Select(File.ReadAllBytes)];
        Random random = new(11);
        byte[] likely = [.. ",;\t\r\n\" .-_eE0123456789abcN\u00e4{}:"u8];
        for (int round = 0; round < 150; round++)
        {
            foreach ((int file, string path) in ((string[])[small.TruthPath, small.FoundPath, small.LabelPath]).Index())
            {
                byte[] bytes = [.. sound[file]];
                for (int change = random.Next(12); change > 0; change--) bytes[random.Next(bytes.Length)] = likely[random.Next(likely.Length)];
                if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
                File.WriteAllBytes(path, bytes);
            }
            try
            {
                DataReport report = small.Examine();
                Assert.NotEmpty(report.Findings);
                Assert.NotEmpty(report.ToJson());
            }
            catch (AnnotationFormatException)
            {
                // A first row that begins like something else than text.
            }
        }
    }

    [Fact]
    public void Every_code_is_explained_in_the_documentation_and_none_that_is_not_given()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "src", "MlAva", "Diagnostics", "Data");
        string source = string.Concat(Directory.EnumerateFiles(folder, "*.cs").Select(File.ReadAllText));
        string[] documented = [.. File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "docs", "doctor.md"))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal) && !l.StartsWith("| `--", StringComparison.Ordinal))
            .SelectMany(l => Code().Matches(l.Split('|')[1]).Select(m => m.Groups[1].Value))];
        string[] checks = [.. Directory.EnumerateFiles(folder, "*Checks.cs").Append(Path.Combine(folder, "DataDoctor.cs"))];
        string[] given = [.. checks.SelectMany(f => Literal().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct()];

        Assert.Equal(documented.Distinct(), documented);
        Assert.Empty(given.Except(documented));
        Assert.All(documented, c => Assert.Contains($"\"{c}\"", source, StringComparison.Ordinal));
    }

    [GeneratedRegex("`([a-z0-9-]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("\"([a-z]+(?:-[a-z0-9]+)+)\"")]
    private static partial Regex Literal();

    // What cannot be read at all is an exception.

    [Fact]
    public void What_is_no_text_is_refused_with_what_it_is()
    {
        _set.Write();
        Assert.Throws<FileNotFoundException>(() => _set.Examine(o => o with { DetectionPath = _set.PathOf("none.csv") }));
        Assert.Contains("pickle", Assert.Throws<AnnotationFormatException>(() =>
            _set.Examine(o => o with { DetectionPath = _set.ProposalPath })).Message, StringComparison.Ordinal);
        _set.WriteFile("lfs.csv", "version https://git-lfs.github.com/spec/v1\n");
        Assert.Contains("Git LFS", Assert.Throws<AnnotationFormatException>(() =>
            _set.Examine(o => o with { AnnotationPath = _set.PathOf("lfs.csv") })).Message, StringComparison.Ordinal);
        _set.WriteFile("page.csv", "<!DOCTYPE html>\n");
        Assert.Contains("web page", Assert.Throws<AnnotationFormatException>(() =>
            _set.Examine(o => o with { ExcludePath = _set.PathOf("page.csv") })).Message, StringComparison.Ordinal);
        _set.WriteFile("nul.csv", "v,0902,0.1,0.1,0.5,0.9,1,0\nv,0902\0,0.1,0.1,0.5,0.9,1,0\n");
        foreach (Func<DataDoctorOptions, DataDoctorOptions> role in (Func<DataDoctorOptions, DataDoctorOptions>[])
            [o => o with { AnnotationPath = _set.PathOf("nul.csv") }, o => o with { DetectionPath = _set.PathOf("nul.csv") }, o => o with { ExcludePath = _set.PathOf("nul.csv") }])
        {
            AnnotationFormatException nul = Assert.Throws<AnnotationFormatException>(() => _set.Examine(role));
            Assert.Contains("NUL byte", nul.Message, StringComparison.Ordinal);
            Assert.Equal(2, nul.Row);
        }
        File.WriteAllBytes(_set.ProposalPath, [0x80, 2, .. "cos\nsystem\n"u8, (byte)'.']);
        Assert.Contains("os.system", Assert.Throws<AnnotationFormatException>(() => _set.Examine()).Message, StringComparison.Ordinal);
    }
}
