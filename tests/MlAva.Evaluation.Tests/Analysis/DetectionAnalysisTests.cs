using MlAva.Annotations;
using MlAva.Evaluation.Analysis;
using MlAva.TestSupport;
using static MlAva.Evaluation.Tests.Analysis.AnalysisCases;

namespace MlAva.Evaluation.Tests.Analysis;

/// <summary>Each breakdown against figures made by hand, and its matching against <see cref="FrameMap"/>'s.</summary>
public class DetectionAnalysisTests
{
    static readonly Box Tiny = new(0, 0, .2, .2), Middle = new(.5, .5, 1, .9);

    [Fact]
    public void Slices_by_size_follow_the_ground_truth_of_a_hit_and_the_own_box_of_a_miss()
    {
        AnnotationRow[] truth = [Truth("v", 1, Tiny), Truth("v", 2, Middle), Truth("v", 3, Left), Truth("v", 4, Left)];
        // The second hit is itself larger than 0.2 though its ground truth is not; the miss is tiny.
        DetectionRow[] found =
        [
            Found("v", 1, Tiny, .6), Found("v", 2, Middle with { X1 = .45 }, .9), Found("v", 3, Left, .8), Found("v", 9, Tiny, .7),
        ];

        AnalysisResult result = DetectionAnalysis.Run(truth, found, Classes, options: new() { SizeBounds = (.1, .21) });

        Assert.Equal(["small", "medium", "large"], result.BySize.Select(s => s.Name));
        // Small: miss, hit. Medium: hit. Large: one of two found.
        Assert.Equal([.5, 1, .5], result.BySize.Select(s => s.MeanAveragePrecision));
        Assert.Equal([(1, 2, 1), (1, 1, 1), (2, 1, 1)], result.BySize.Select(s =>
            (s.Classes[0].NumGroundTruth, s.Classes[0].NumDetections, s.Classes[0].NumTruePositives)));
        Assert.Equal(1, result.BySize[0].NumClassesAveraged);
    }

    [Fact]
    public void Sizes_are_told_apart_at_the_terciles_of_person_boxes_unless_said_otherwise()
    {
        // Three labels of one box are one person.
        AnnotationRow[] truth = [.. Classes.Select(c => Truth("v", 1, Tiny, c.Id)), Truth("v", 2, Middle), Truth("v", 3, Left)];
        AnalysisResult result = DetectionAnalysis.Run(truth, [], Classes);
        Assert.Equal((Middle.Area, Left.Area), result.SizeBounds);
        Assert.Equal([3, 1, 1], result.BySize.Select(s => s.NumGroundTruth));
    }

    [Fact]
    public void Slices_by_persons_count_boxes_not_labels()
    {
        AnnotationRow[] truth =
        [
            Truth("v", 1, Left), Truth("v", 1, Left, 2), Truth("v", 2, Left), Truth("v", 2, Right),
            Truth("v", 3, Left), Truth("v", 3, Right), Truth("v", 3, Tiny),
        ];
        DetectionRow[] found = [Found("v", 1, Left, .9), Found("v", 2, Right, .8), Found("v", 3, Middle, .7), Found("v", 7, Left, .6)];

        AnalysisResult result = DetectionAnalysis.Run(truth, found, Classes, options: new() { ManyPersons = 2 });

        Assert.Equal(["nobody", "1 person", "2+ persons"], result.ByPersons.Select(s => s.Name));
        Assert.Equal([double.NaN, 1, .2], result.ByPersons.Select(s => s.Classes[0].AveragePrecision));
        // Class b has AP 0 where it occurs.
        Assert.Equal([double.NaN, .5, .2], result.ByPersons.Select(s => s.MeanAveragePrecision));
        Assert.Equal([1, 1, 2], result.ByPersons.Select(s => s.NumDetections));
    }

    [Fact]
    public void Slices_by_video_are_evaluations_of_the_video()
    {
        AnnotationRow[] truth = [Truth("w", 1, Left), Truth("v", 1, Left), Truth("v", 2, Left), Truth("x", 1, Left)];
        DetectionRow[] found = [Found("w", 1, Left, .5), Found("v", 1, Right, .9), Found("v", 2, Left, .8), Found("x", 1, Left, .9)];

        AnalysisResult result = DetectionAnalysis.Run(truth, found, Classes, excluded: [new("x", 1)]);

        Assert.Equal(["v", "w"], result.ByVideo.Select(s => s.Name));
        Assert.Equal([.25, 1], result.ByVideo.Select(s => s.MeanAveragePrecision));
    }

    [Fact]
    public void A_detection_counts_up_to_its_own_overlap()
    {
        // Overlap 0.3 of 0.4 + 0.1: IoU 0.6 at 1, and exact at 2.
        Box shifted = new(.1, 0, .5, 1);
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 2, Left)];
        AnalysisResult result = DetectionAnalysis.Run(truth, [Found("v", 1, shifted, .9), Found("v", 2, Left, .8)], Classes);

        Assert.Equal([.5, .55, .6, .65, .7, .75, .8, .85, .9, .95], result.ByIoU.Select(r => r.Threshold));
        double iou = Box.IoU(shifted, Left);
        double[] expected = [.. result.ByIoU.Select(r => iou >= r.Threshold ? 1 : .25)];
        Assert.Equal(expected, result.ByIoU.Select(r => r.MeanAveragePrecision));
        Assert.InRange(expected.Count(e => e == 1), 2, 3);
        Assert.Equal(expected.Average(), result.MeanOverIoU, 1e-12);
        Assert.True(double.IsNaN(result.ByIoU[0].AveragePrecisions[1]));
    }

    [Fact]
    public void Whatever_the_threshold_detections_are_read_once()
    {
        using TemporaryFolder folder = new();
        FrameMapFiles files = new()
        {
            Annotations = folder.Write("gt.csv", "v,1,0,0,0.4,1,1,0\n"), Detections = folder.Write("det.csv", "v,1,0.1,0,0.5,1,1,0.9\n"),
        };
        List<long> read = [];

        AnalysisResult result = DetectionAnalysis.RunFiles(files, Classes, progress: new Reader(read));

        Assert.Equal([1], read);
        Assert.Equal([1, 0], new[] { result.ByIoU[0].MeanAveragePrecision, result.ByIoU[^1].MeanAveragePrecision });
    }

    sealed class Reader(List<long> read) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => read.Add(value.Detections);
    }

    [Fact]
    public void Calibration_compares_scores_with_precision_bin_by_bin()
    {
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 2, Left, 2)];
        DetectionRow[] found =
            [Found("v", 1, Left, .95), Found("v", 1, Right, .85), Found("v", 2, Left, .25, 2), Found("v", 2, Right, .35, 2)];

        AnalysisResult result = DetectionAnalysis.Run(truth, found, Classes, options: new() { CalibrationBins = 2 });

        Assert.Equal([(0, .5, 2), (.5, 1, 2)], result.Calibration.Bins.Select(b => (b.From, b.To, b.Count)));
        Assert.Equal([.3, .9], result.Calibration.Bins.Select(b => Math.Round(b.MeanScore, 12)));
        Assert.Equal([.5, .5], result.Calibration.Bins.Select(b => b.Precision));
        Assert.Equal(.3, result.Calibration.ExpectedError, 1e-12);
        Assert.Equal(.4, result.Calibration.LargestError, 1e-12);
        Assert.Equal([.4, .2], result.CalibrationByClass.Take(2).Select(c => Math.Round(c.ExpectedError, 12)));
        Assert.True(double.IsNaN(result.CalibrationByClass[2].ExpectedError));
    }

    [Fact]
    public void Scores_beyond_zero_and_one_fall_into_the_outer_bins()
    {
        DetectionRow[] found = [Found("v", 1, Left, double.PositiveInfinity), Found("v", 1, Right, -3), Found("v", 2, Right, 1)];
        Calibration calibration = DetectionAnalysis.Run([Truth("v", 1, Left)], found, Classes).Calibration;
        Assert.Equal((1, 0, 0), (calibration.Bins[0].Count, calibration.Bins[0].MeanScore, calibration.Bins[0].Precision));
        Assert.Equal((2, 1, .5), (calibration.Bins[9].Count, calibration.Bins[9].MeanScore, calibration.Bins[9].Precision));
        Assert.Equal(3, calibration.Count);
    }

    [Fact]
    public void Persons_are_paired_by_overlap_and_their_classes_counted()
    {
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 1, Right), Truth("v", 1, Right, 2), Truth("v", 2, Left)];
        Box near = Left with { X2 = .45 };
        DetectionRow[] found =
        [
            Found("v", 1, Left, .9), Found("v", 1, Left, .8, 2), Found("v", 1, near, .9, 4), Found("v", 1, Right, .7, 2),
            Found("v", 1, Right, .4), Found("v", 2, Right, .9),
        ];

        CoOccurrence pairs = DetectionAnalysis.Run(truth, found, Classes, options: new() { CoOccurrenceThreshold = .5 }).CoOccurrence;

        Assert.Equal([1, 2, 4], pairs.ClassIds);
        Assert.Equal(2, pairs.NumPersons);
        Assert.Equal([2, 1, 0], Enumerable.Range(0, 3).Select(pairs.NumAnnotated));
        Assert.Equal([1, 2, 0], Enumerable.Range(0, 3).Select(pairs.NumPredicted));
        Assert.Equal((1, 2, 0, 1), (pairs.Count(0, 0), pairs.Count(0, 1), pairs.Count(1, 0), pairs.Count(1, 1)));
        Assert.Equal(1, pairs.CountAnnotated(0, 1));
        Assert.Equal((.5, 1, double.NaN), (pairs.Share(0, 0), pairs.Share(0, 1), pairs.Share(2, 0)));
    }

    [Fact]
    public void Operating_points_are_those_of_the_curve()
    {
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 2, Left)];
        DetectionRow[] found = [Found("v", 1, Left, .9), Found("v", 1, Right, .6), Found("v", 2, Left, .3)];
        AnalysisOptions options = new() { Thresholds = [.5, .95] };
        ClassOperatingPoints points = DetectionAnalysis.Run(truth, found, Classes, options: options).OperatingPoints[0];
        Assert.Equal([new OperatingPoint(.5, .5, .5, .5, 2), new OperatingPoint(.95, double.NaN, 0, 0, 0)], points.Points);
        Assert.Equal((.3, .8), (points.Best!.Value.Threshold, Math.Round(points.Best.Value.F1, 12)));
    }

    [Fact]
    public void Without_anything_every_figure_is_undefined_and_none_fails()
    {
        AnalysisResult result = DetectionAnalysis.Run([], [], Classes);
        double[] figures =
            [result.Result.MeanAveragePrecision, result.MeanOverIoU, result.Calibration.ExpectedError, result.SizeBounds.Small];
        Assert.All(figures, f => Assert.True(double.IsNaN(f)));
        Assert.Empty(result.ByVideo);
        Assert.All(result.BySize, s => Assert.True(double.IsNaN(s.MeanAveragePrecision)));
        Assert.Equal(0, result.CoOccurrence.NumPersons);
        Assert.All(result.Errors.Overall, e => Assert.True(e.Count == 0 && double.IsNaN(e.Gain)));
    }

    public static TheoryData<AnalysisOptions, string> IllegalOptions => new()
    {
        { new() { LooseIoU = .5 }, "LooseIoU is 0.5; it must be at least 0 and less than" },
        { new() { CalibrationBins = 0 }, "CalibrationBins is 0; it must be 1 to 100" },
        { new() { ManyPersons = 0 }, "ManyPersons is 0" },
        { new() { SizeBounds = (.3, .2) }, "SizeBounds is (0.3, 0.2)" },
        { new() { Thresholds = [double.NaN] }, "Thresholds is NaN" },
        { new() { CoOccurrenceThreshold = double.NaN }, "CoOccurrenceThreshold is NaN" },
        { new() { Rules = new() { IouThreshold = 2 } }, "IouThreshold is 2" },
    };

    [Theory]
    [MemberData(nameof(IllegalOptions))]
    public void Illegal_options_are_refused(AnalysisOptions options, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => DetectionAnalysis.Run([], [], Classes, options: options));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("upstream")]
    [InlineData("tied_scores")]
    public void Its_matching_is_that_of_FrameMap_on_the_committed_cases(string name)
    {
        string In(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", name, file);
        string labelMap = File.Exists(In("labels.pbtxt")) ? In("labels.pbtxt") : In("action_list.txt");
        AssertAsFrameMap(EvaluationCase.Load(In("gt.csv"), In("pred.csv"), labelMap, In("exclude.csv")));
    }

    [SharedTheory("ava/eval_cases")]
    [InlineData("adversarial_a")]
    [InlineData("mmaction2_eval_detection")]
    [InlineData("real_v22_slowfast_koish11")]
    [InlineData("ties_1_to_40")]
    [InlineData("v21_first8_derived")]
    [InlineData("v21_first8_kineticsstyle_derived")]
    public void Its_matching_is_that_of_FrameMap_on_real_cases(string name)
    {
        string In(string file) => SharedData.Path($"ava/eval_cases/{name}/{file}");
        AssertAsFrameMap(EvaluationCase.Load(In("gt.csv.gz"), In("det.csv.gz"), In("labelmap.pbtxt"), In("excluded.csv")));
    }

    static void AssertAsFrameMap(EvaluationCase data)
    {
        foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>())
        {
            foreach (TieOrder ties in Enum.GetValues<TieOrder>())
            {
                FrameMapOptions rules = new() { Protocol = protocol, Ties = ties };
                AnalysisResult Analyse() => DetectionAnalysis.Run(data.GroundTruth.Rows, data.Detections, [.. data.Classes], data.Excluded.Keys,
                    new() { Rules = rules }, data.GroundTruth.EmptyKeyframes);
                if (protocol == MatchingProtocol.MMAction2V1 && data.Detections.Any(d => d.Box.X1 > d.Box.X2 || d.Box.Y1 > d.Box.Y2))
                {
                    // These rules have no figure for inverted boxes, and so there is nothing to take apart.
                    string refusal = Assert.Throws<AnnotationFormatException>(() => data.Evaluate(rules)).Message;
                    Assert.Equal(refusal, Assert.Throws<AnnotationFormatException>(Analyse).Message);
                    continue;
                }
                AnalysisResult result = Analyse();
                FrameMapResult expected = data.Evaluate(rules);
                foreach (IoUResult one in result.ByIoU)
                {
                    FrameMapResult alone = one.Threshold == 0.5 ? expected : data.Evaluate(rules with { IouThreshold = one.Threshold });
                    Assert.Equal(alone.MeanAveragePrecision, one.MeanAveragePrecision);
                    Assert.Equal(alone.Classes.Select(c => c.AveragePrecision), one.AveragePrecisions);
                }
                Assert.Equal(expected.Classes.Select(c => c.NumTruePositives), result.Errors.Classes.Select(c => c.NumTruePositives));
                Assert.Equal(expected.Classes.Select(c => c.NumDetections), result.CalibrationByClass.Select(c => c.Count));
                AssertVideos(data, rules, result);
            }
        }
    }

    /// <summary>A slice ranked by the analysis is the evaluation of its rows; NumPy's order of ties depends on what else is sorted.</summary>
    static void AssertVideos(EvaluationCase data, FrameMapOptions rules, AnalysisResult result)
    {
        if (rules.Ties != TieOrder.Stable) return;
        foreach (SliceResult video in result.ByVideo)
        {
            FrameMapResult alone = FrameMap.Evaluate(
                data.GroundTruth.Rows.Where(t => t.VideoId == video.Name), data.Detections.Where(d => d.VideoId == video.Name),
                [.. data.Classes], data.Excluded.Keys, rules, data.GroundTruth.EmptyKeyframes);
            foreach ((ClassResult expected, SliceClass actual) in alone.Classes.Zip(video.Classes))
            {
                // A class that is never detected in this video may be in others: only then is it averaged.
                if (expected.IsAveraged) Assert.Equal(expected.AveragePrecision, actual.AveragePrecision);
            }
        }
    }
}
