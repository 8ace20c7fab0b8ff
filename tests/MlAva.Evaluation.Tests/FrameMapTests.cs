using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class FrameMapTests
{
    static readonly Box Left = new(.1, .1, .5, .9);
    static readonly Box Right = new(.6, .2, .9, .95);

    /// <summary>The worked example of the reference specification, §11 "Evaluation".</summary>
    static readonly LabelMapEntry[] Classes =
    [
        new(12, "stand", ActionGroup.PersonMovement), new(17, "carry/hold (an object)", ActionGroup.ObjectManipulation),
        new(79, "talk to", ActionGroup.PersonInteraction), new(80, "watch (a person)", ActionGroup.PersonInteraction),
    ];

    static readonly AnnotationRow[] GroundTruth =
    [
        new("A", 902, Left, 12, 0), new("A", 902, Left, 17, 0), new("A", 902, Right, 12, 1),
        new("A", 903, Left, 12, 0), new("B", 902, new(.05, .05, .4, .8), 80, 0),
    ];

    static readonly DetectionRow[] Detections =
    [
        new("A", 902, new(.11, .1, .5, .9), 12, .9), new("A", 902, new(.1, .12, .51, .9), 12, .8),
        new("A", 902, new(.6, .2, .9, .9), 12, .7), new("A", 902, Left, 17, .3),
        new("A", 903, new(.3, .1, .7, .9), 12, .85), new("B", 902, new(.05, .05, .4, .8), 12, .6),
    ];

    [Fact]
    public void The_worked_example_of_the_specification_comes_out()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections, Classes);

        Assert.Equal(.5, result.MeanAveragePrecision, 1e-15);
        Assert.Equal([.5, 1, double.NaN, 0], result.Classes.Select(c => c.AveragePrecision));
        Assert.Equal([3, 1, 0, 1], result.Classes.Select(c => c.NumGroundTruth));
        Assert.Equal([5, 1, 0, 0], result.Classes.Select(c => c.NumDetections));
        Assert.Equal([2, 1, 0, 0], result.Classes.Select(c => c.NumTruePositives));
        Assert.Equal([.9, .85, .8, .7, .6], result.Class(12).Curve!.Scores);
        Assert.Equal([1, 1.0 / 2, 1.0 / 3, 2.0 / 4, 2.0 / 5], result.Class(12).Curve!.ToPrecision());
        Assert.Null(result.Class(79).Curve);
    }

    [Fact]
    public void Excluding_a_keyframe_takes_its_class_out_of_the_mean()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections, Classes, [new("B", 902), new("B", 902), new("C", 1)]);

        Assert.Equal(.75, result.MeanAveragePrecision, 1e-15);
        Assert.True(double.IsNaN(result.Class(80).AveragePrecision));
        Assert.Equal((1, 1, 2), (result.Counts.GroundTruthExcluded, result.Counts.DetectionsExcluded, result.Counts.KeyframesExcluded));
    }

    [Fact]
    public void Group_means_average_the_classes_with_ground_truth()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections, Classes);

        Assert.Equal(
            [
                new(ActionGroup.PersonMovement, .5, 1, 1), new(ActionGroup.ObjectManipulation, 1, 1, 1),
                new(ActionGroup.PersonInteraction, 0, 2, 1),
            ],
            result.Groups);
        Assert.Throws<KeyNotFoundException>(() => result.Group(ActionGroup.Unknown));
    }

    [Fact]
    public void Every_row_is_accounted_for()
    {
        FrameMapResult result = FrameMap.Evaluate(
            [.. GroundTruth, new("A", 902, Left, 99, 0), new("B", 904, new(.2, .2, .2, .4), 79, 0)],
            [
                .. Detections, new("A", 902, Left, 0, 1), new("C", 5, Left, 12, 1),
                new("A", 902, new(.5, .1, .1, .9), 12, 1), new("A", 902, new(.5, double.NaN, .7, .9), 12, 1),
            ],
            Classes, [new("A", 903)]);

        FrameMapCounts counts = result.Counts;
        Assert.Equal((7, 1, 1), (counts.GroundTruthRows, counts.GroundTruthOfOtherClasses, counts.GroundTruthExcluded));
        Assert.Equal((5, 1), (counts.GroundTruth, counts.GroundTruthWithoutArea));
        Assert.Equal((10, 1, 1), (counts.DetectionRows, counts.DetectionsOfOtherClasses, counts.DetectionsExcluded));
        Assert.Equal((2, 6), (counts.DetectionsWithoutArea, counts.Detections));
        Assert.Equal(1, counts.DetectionsOnKeyframesWithoutGroundTruth);
        Assert.Equal((4, 3, 2), (counts.Keyframes, counts.KeyframesWithGroundTruth, counts.KeyframesWithGroundTruthAndDetections));
        Assert.Equal(counts.Detections, result.Classes.Sum(c => (long)c.NumDetections));
        Assert.Equal(counts.GroundTruth, result.Classes.Sum(c => (long)c.NumGroundTruth));
        Assert.Contains(result.Remarks, r => r.Contains("2 detections have no area", StringComparison.Ordinal));
    }

    [Fact]
    public void An_overlap_of_exactly_the_threshold_matches()
    {
        // Intersection 1, union 2: IoU is 0.5 without rounding.
        AnnotationRow[] truth = [new("A", 1, new(0, 0, 1, 2), 12, 0)];
        DetectionRow[] half = [new("A", 1, new(0, 0, 1, 1), 12, 1)];

        Assert.Equal(1, FrameMap.Evaluate(truth, half, Classes).MeanAveragePrecision);
        Assert.Equal(0, FrameMap.Evaluate(truth, half, Classes, options: new() { IouThreshold = .500001 }).MeanAveragePrecision);
    }

    [Fact]
    public void A_detection_whose_best_box_is_taken_gets_no_second_choice()
    {
        AnnotationRow[] truth = [new("A", 1, new(0, 0, 1, 1), 12, 0), new("A", 1, new(0, 0, 1, .9), 12, 1)];
        DetectionRow[] twice = [new("A", 1, new(0, 0, 1, 1), 12, .9), new("A", 1, new(0, 0, 1, .99), 12, .8)];

        Assert.Equal(1, FrameMap.Evaluate(truth, twice, Classes).Class(12).NumTruePositives);
    }

    [Fact]
    public void Among_equally_overlapping_boxes_MMAction2_takes_the_higher_person_id_and_the_2018_evaluator_the_first()
    {
        // Two boxes that the first detection overlaps equally; the second detection fits only the second box.
        AnnotationRow[] truth = [new("A", 1, new(0, 0, 1, 2), 12, 3), new("A", 1, new(1, 0, 2, 2), 12, 7)];
        DetectionRow[] detections = [new("A", 1, new(.5, 0, 1.5, 2), 12, .9), new("A", 1, new(1, 0, 2, 2), 12, .8)];
        int TruePositives(MatchingProtocol protocol) => FrameMap
            .Evaluate(truth, detections, Classes, options: new() { Protocol = protocol, IouThreshold = .3 }).Class(12).NumTruePositives;

        Assert.Equal(1, TruePositives(MatchingProtocol.MMAction2V0));
        Assert.Equal(2, TruePositives(MatchingProtocol.Official2018));
    }

    [Fact]
    public void Equal_scores_rank_the_later_processed_first()
    {
        AnnotationRow[] truth = [new("A", 1, Left, 12, 0), new("B", 1, Left, 12, 0)];
        DetectionRow[] hitLast = [new("A", 1, Right, 12, .5), new("B", 1, Left, 12, .5)];

        Assert.Equal(.5, FrameMap.Evaluate(truth, hitLast, Classes).Class(12).AveragePrecision);
        Assert.Equal(.25, FrameMap.Evaluate(truth, hitLast.Reverse(), Classes).Class(12).AveragePrecision);
    }

    [Fact]
    public void The_cap_keeps_the_best_50_of_a_keyframe_over_all_classes()
    {
        AnnotationRow[] truth = [new("A", 1, Left, 12, 0)];
        DetectionRow[] crowded = [new("A", 1, Left, 12, .1), .. Enumerable.Repeat(new DetectionRow("A", 1, Right, 17, .2), 50)];

        FrameMapResult capped = FrameMap.Evaluate(truth, crowded, Classes, options: new() { Protocol = MatchingProtocol.Official2019 });

        Assert.Equal((0, 1), (capped.MeanAveragePrecision, capped.Counts.DetectionsOverCapacity));
        Assert.Equal(1, FrameMap.Evaluate(truth, crowded, Classes).MeanAveragePrecision);
    }

    [Theory]
    [InlineData(MatchingProtocol.Official2019, .5, 0)]
    [InlineData(MatchingProtocol.Official2020, 1, 1)]
    public void Only_the_2020_evaluator_ignores_detections_on_keyframes_that_the_ground_truth_does_not_name(
        MatchingProtocol protocol, double expected, int ignored)
    {
        AnnotationRow[] truth = [new("A", 1, Left, 12, 0), new("A", 3, Left, 99, 0)];
        DetectionRow[] detections = [new("A", 1, Left, 12, .5), new("A", 2, Left, 12, .9)];

        FrameMapOptions options = new() { Protocol = protocol };
        KeyframeKey[] empty = [new("A", 2)];

        FrameMapResult result = FrameMap.Evaluate(truth, detections, Classes, options: options);
        FrameMapResult namedEmpty = FrameMap.Evaluate(truth, detections, Classes, options: options, emptyKeyframes: empty);
        FrameMapResult otherClass = FrameMap.Evaluate(
            truth, [.. detections, new("A", 3, Left, 12, .9)], Classes, options: options, emptyKeyframes: empty);

        Assert.Equal((expected, ignored), (result.MeanAveragePrecision, (int)result.Counts.DetectionsOutsideSet));
        Assert.Equal(.5, namedEmpty.MeanAveragePrecision);
        Assert.Equal(1.0 / 3, otherClass.MeanAveragePrecision, 1e-15);
    }

    [Fact]
    public void A_score_of_minus_ten_is_removed_by_the_2018_evaluator_only()
    {
        DetectionRow[] low = [.. Detections, new("A", 902, Left, 12, -10)];

        long Removed(MatchingProtocol protocol) =>
            FrameMap.Evaluate(GroundTruth, low, Classes, options: new() { Protocol = protocol }).Counts.DetectionsOfLowScore;

        Assert.Equal((1, 0), (Removed(MatchingProtocol.Official2018), Removed(MatchingProtocol.MMAction2V0)));
    }

    [Fact]
    public void An_inverted_ground_truth_box_fails_only_where_it_is_compared()
    {
        AnnotationRow[] truth = [.. GroundTruth, new("A", 903, new(.5, .1, .1, .9), 12, 5)];

        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => FrameMap.Evaluate(truth, Detections, Classes));
        Assert.Equal(6, error.Row);
        Assert.Contains("A,0903", error.Found, StringComparison.Ordinal);

        FrameMapResult elsewhere = FrameMap.Evaluate(truth, Detections.Where(d => d.Timestamp != 903), Classes);
        Assert.Equal(4, elsewhere.Class(12).NumGroundTruth);
    }

    [Fact]
    public void A_ground_truth_box_of_NaN_hides_the_others_as_in_NumPy()
    {
        AnnotationRow[] truth = [new("A", 1, Left, 12, 0), new("A", 1, new(double.NaN, 0, 1, 1), 12, 1)];

        FrameMapResult result = FrameMap.Evaluate(truth, [new("A", 1, Left, 12, 1)], Classes);

        Assert.Equal((2, 0), (result.Class(12).NumGroundTruth, result.Class(12).NumTruePositives));
    }

    [Fact]
    public void A_NaN_score_and_an_endless_timestamp_are_errors_that_name_the_row()
    {
        DetectionRow[] nan = [.. Detections, new("A", 902, Left, 12, double.NaN)];
        DetectionRow[] endless = [new("A", double.PositiveInfinity, Left, 12, 1)];

        Assert.Equal(7, Assert.Throws<AnnotationFormatException>(() => FrameMap.Evaluate(GroundTruth, nan, Classes)).Row);
        Assert.Equal(1, Assert.Throws<AnnotationFormatException>(() => FrameMap.Evaluate(GroundTruth, endless, Classes)).Row);
    }

    [Fact]
    public void Without_ground_truth_the_mean_is_undefined_and_says_why()
    {
        FrameMapResult none = FrameMap.Evaluate([], Detections, Classes);
        FrameMapResult others = FrameMap.Evaluate(GroundTruth, Detections, [new(1, "bend", ActionGroup.Unknown)]);
        FrameMapResult excluded = FrameMap.Evaluate([GroundTruth[0]], Detections, Classes, [new("A", 902)]);

        Assert.All([none, others, excluded], r => Assert.True(double.IsNaN(r.MeanAveragePrecision)));
        Assert.Contains("empty", none.UndefinedReason, StringComparison.Ordinal);
        Assert.Contains("same ids", others.UndefinedReason, StringComparison.Ordinal);
        Assert.Contains("excluded", excluded.UndefinedReason, StringComparison.Ordinal);
        Assert.Null(FrameMap.Evaluate(GroundTruth, Detections, Classes).UndefinedReason);
    }

    [Fact]
    public void Keys_that_never_meet_are_remarked_upon_with_an_example_of_each()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections.Select(d => d with { VideoId = d.VideoId + ".mp4" }), Classes);

        Assert.Equal(0, result.MeanAveragePrecision);
        string remark = Assert.Single(result.Remarks);
        Assert.Contains("detections begin with 'A.mp4,0902', ground truth with 'A,0902'", remark, StringComparison.Ordinal);
        Assert.Empty(FrameMap.Evaluate(GroundTruth, Detections, Classes).Remarks);
    }

    [Fact]
    public void Detections_without_a_class_of_the_label_map_are_remarked_upon()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections.Select(d => d with { ActionId = d.ActionId - 1 }), Classes);

        Assert.Contains(result.Remarks, r => r.Contains("None of the 6 detections", StringComparison.Ordinal));
    }

    [Fact]
    public void Timestamps_that_agree_to_the_microsecond_are_one_keyframe()
    {
        FrameMapResult result = FrameMap.Evaluate([new("A", 17.1, Left, 12, 0)], [new("A", 17.1000000001, Left, 12, 1)], Classes);
        FrameMapResult apart = FrameMap.Evaluate([new("A", 17.1, Left, 12, 0)], [new("A", 17.10001, Left, 12, 1)], Classes);

        Assert.Equal((1, 0), (result.MeanAveragePrecision, apart.MeanAveragePrecision));
    }

    [Fact]
    public void Options_out_of_range_are_named_with_value_and_range()
    {
        static string Message(FrameMapOptions options) =>
            Assert.ThrowsAny<ArgumentException>(() => FrameMap.Evaluate(GroundTruth, Detections, Classes, options: options)).Message;

        Assert.Contains("IouThreshold is 0;", Message(new() { IouThreshold = 0 }), StringComparison.Ordinal);
        Assert.Contains("IouThreshold is NaN;", Message(new() { IouThreshold = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("Protocol is 77;", Message(new() { Protocol = (MatchingProtocol)77 }), StringComparison.Ordinal);
        Assert.Contains("Ties is 77;", Message(new() { Ties = (TieOrder)77 }), StringComparison.Ordinal);
        Assert.Contains("MaxDegreeOfParallelism is 0;", Message(new() { MaxDegreeOfParallelism = 0 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_must_be_there_and_have_ids_of_at_least_one()
    {
        Assert.Throws<ArgumentException>(() => FrameMap.Evaluate(GroundTruth, Detections, []));
        Assert.Throws<ArgumentException>(() => FrameMap.Evaluate(GroundTruth, Detections, [new(0, "background", ActionGroup.Unknown)]));
    }

    [Fact]
    public void A_cancelled_evaluation_stops()
    {
        using CancellationTokenSource source = new();
        IEnumerable<DetectionRow> CancelMidway()
        {
            for (int i = 0; i < 1_000_000; i++)
            {
                if (i == 100_000) source.Cancel();
                Assert.True(i < 200_000, "reading went on after the cancellation");
                yield return Detections[0];
            }
        }

        Assert.ThrowsAny<OperationCanceledException>(
            () => FrameMap.Evaluate(GroundTruth, CancelMidway(), Classes, cancellationToken: source.Token));
    }

    [Fact]
    public void Curves_can_be_left_out()
    {
        FrameMapResult result = FrameMap.Evaluate(GroundTruth, Detections, Classes, options: new() { KeepCurves = false });

        Assert.Equal((.5, 2), (result.Class(12).AveragePrecision, result.Class(12).NumTruePositives));
        Assert.All(result.Classes, c => Assert.Null(c.Curve));
    }
}
