using System.Text.Json;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Evaluation;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests;

/// <summary>Real files: nothing is called broken that is not, and what is known to be wrong with them is found.</summary>
public sealed class DataDoctorRealDataTests
{
    static string Ava(string relative) => SharedData.Path(Path.Combine("ava", relative));

    static void NothingBroken(DataReport report) =>
        Assert.DoesNotContain(report.Findings, f => f.Severity == DataSeverity.Broken);

    [SharedTheory("ava/eval_cases")]
    [InlineData("adversarial_a")]
    [InlineData("mmaction2_eval_detection")]
    [InlineData("real_v22_slowfast_koish11")]
    [InlineData("ties_1_to_40")]
    [InlineData("v21_first8_derived")]
    [InlineData("v21_first8_kineticsstyle_derived")]
    public void Results_that_evaluate_well_explain_no_failure_and_keep_their_mAP(string name)
    {
        string folder = Ava(Path.Combine("eval_cases", name));
        string truth = Path.Combine(folder, "gt.csv.gz"), found = Path.Combine(folder, "det.csv.gz");
        string labels = Path.Combine(folder, "labelmap.pbtxt"), excluded = Path.Combine(folder, "excluded.csv");

        DataReport report = DataDoctor.Examine(new()
        {
            AnnotationPath = truth, DetectionPath = found, LabelMapPath = labels, ExcludePath = excluded,
        });

        double mean = FrameMap.Evaluate(AnnotationFile.Read(truth).Rows, DetectionFile.Read(found), [.. LabelMap.Read(labels)],
            ExcludedTimestamps.Read(excluded).Keys).MeanAveragePrecision;
        Assert.Equal(mean, report.MeanAveragePrecision!.Value, 12);
        NothingBroken(report);
        Assert.True(report.IsHealthy, report.Findings[0].Sentence);
    }

    [SharedFact("ava/annotations")]
    public void AVAs_own_annotations_are_sound()
    {
        DataReport report = DataDoctor.Examine(new()
        {
            AnnotationPath = Ava("annotations/ava_val_v2.1_first8videos.csv"), NumClasses = 81,
            LabelMapPath = Ava("annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt"),
            ExcludePath = Ava("annotations/ava_val_excluded_timestamps_v2.1.csv"),
        });

        Assert.True(report.IsHealthy, report.Findings[0].Sentence);
        Assert.Equal((27163L, 6470, 8, 64), (report.Tallies.Files[0].Rows, report.Tallies.Files[0].Keyframes,
            report.Tallies.Files[0].Videos,
            report.Tallies.Files[0].Classes));
        Assert.Equal(23, report.Findings.Single(f => f.Code == "classes-not-evaluated").Counts["affected"]);
    }

    [SharedTheory("ava/nest")]
    [InlineData("train", 8, 0)]
    [InlineData("val", 2, 11)]
    public void A_real_custom_set_with_frames(string split, int outside, int withoutProposals)
    {
        string folder = Ava("nest"), annotations = Path.Combine(folder, "annotations");

        DataReport report = DataDoctor.Examine(new()
        {
            AnnotationPath = Path.Combine(annotations, $"ava_{split}_v2.2.csv"),
            LabelMapPath = Path.Combine(annotations, "ava_action_list_v2.2.pbtxt"),
            ProposalPath = Path.Combine(annotations, $"ava_dense_proposals_{split}.FAIR.recall_93.9.pkl"),
            ExcludePath = Path.Combine(annotations, $"ava_{split}_excluded_timestamps_v2.2.csv"),
            FramesFolder = Path.Combine(folder, "rawframes"), Template = FrameTemplate.Parse("img_%05d.jpg"),
        });

        NothingBroken(report);
        Assert.True(report.IsHealthy, report.Findings[0].Sentence);
        Assert.Equal(outside, report.Findings.Single(f => f.Code == "frames-too-few").Counts["outside"]);
        Assert.Equal(withoutProposals, report.Findings.FirstOrDefault(f =>
            f.Code == "keyframes-without-proposals")?.Counts["missing"] ?? 0);
    }

    [SharedFact("ava/custom_bird")]
    public void Another_real_custom_set_whose_result_is_of_a_video_of_the_other_split()
    {
        DataDoctorOptions train = new()
        {
            AnnotationPath = Ava("custom_bird/ava_train_v2.1.csv"), LabelMapPath = Ava("custom_bird/ava_action_list_v2.1.pbtxt"),
            ProposalPath = Ava("custom_bird/ava_dense_proposals_train.FAIR.recall_93.9.pkl"),
            ExcludePath = Ava("custom_bird/ava_train_excluded_timestamps_v2.1.csv"),
        };
        DataReport report = DataDoctor.Examine(train);
        Assert.True(report.IsHealthy, report.Findings[0].Sentence);
        Assert.Equal(2052, report.Tallies.Files[0].UsableRows);

        report = DataDoctor.Examine(train with
        {
            AnnotationPath = Ava("custom_bird/ava_val_v2.1.csv"),
                ProposalPath = Ava("custom_bird/ava_dense_proposals_val.FAIR.recall_93.9.pkl"),
            ExcludePath = Ava("custom_bird/ava_val_excluded_timestamps_v2.1.csv"), ValAnnotationPath = train.AnnotationPath,
            DetectionPath = Ava("custom_bird/AVA_20230412_143831_result.csv"),
        });
        NothingBroken(report);
        Assert.Equal("keyframes-disjoint", report.Findings[0].Code);
        Assert.Contains("ava_train_v2.1.csv", report.Findings[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(0, report.MeanAveragePrecision);
    }

    [SharedFact("ava/eval_cases/malformed/malformed.json")]
    public void Malformed_files_are_examined_to_the_end_and_what_the_strict_readers_refuse_is_a_finding()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Ava("eval_cases/malformed/malformed.json")));
        using TemporaryFolder folder = new();
        int examined = 0;
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            string? Written(string name) => one.GetProperty(name).GetString() is { } text ? folder.Write(name, text) : null;
            (string truth, string found) = (Written("gt")!, Written("det")!);
            string? excluded = Written("excluded"), labels = Written("labelmap");

            DataReport report = DataDoctor.Examine(new()
            {
                AnnotationPath = truth, DetectionPath = found, ExcludePath = excluded, LabelMapPath = labels,
            });

            foreach ((string? file, Action<string> read) in ((string?, Action<string>)[])
                [(truth, p => AnnotationFile.Read(p)), (found, p => DetectionFile.Read(p)), (labels, p => LabelMap.Read(p))])
            {
                if (file is null) continue;
                bool isRefused = Record.Exception(() => read(file)) is not null;
                bool isBroken = report.Findings.Any(f => f.File == file && f.Severity == DataSeverity.Broken && f.Code != "no-rows");
                bool isEmpty = report.Findings.Any(f => f.File == file && f.Code == "no-rows");
                Assert.True(isRefused ? isBroken || isEmpty : !isBroken
                    || report.Findings.Any(f => f.Code is "ids-beyond-label-map" or "boxes-in-pixels"),
                    $"{one.GetProperty("name")}, {Path.GetFileName(file)}: refused {isRefused}, broken {isBroken}");
            }
            examined++;
        }
        Assert.True(examined > 20);
    }

    [SharedTheory("ava/labelmap_oddities")]
    [InlineData("derenlei_one_item_per_line.txt")]
    [InlineData("leaderj1001_single_line.pbtxt")]
    [InlineData("mmaction2_duplicate_name.txt")]
    public void Odd_label_maps_are_read(string name)
    {
        DataReport report = DataDoctor.Examine(new()
        {
            AnnotationPath = Ava("annotations/ava_val_v2.1_first8videos.csv"), LabelMapPath = Ava(Path.Combine("labelmap_oddities", name)),
        });

        NothingBroken(report);
        Assert.True(report.IsHealthy, report.Findings[0].Sentence);
    }
}
