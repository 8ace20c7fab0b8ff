using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>In what protocols and evaluation sets differ.</summary>
public class ProtocolTests
{
    static readonly Box Left = new(.1, .1, .5, .9);
    static readonly Box Right = new(.6, .2, .9, .95);

    static readonly LabelMapEntry[] Classes =
    [
        new(12, "stand", ActionGroup.Unknown), new(17, "carry", ActionGroup.PersonMovement), new(80, "watch", ActionGroup.Unknown),
    ];

    static readonly AnnotationRow[] Truth = [new("A", 1, Left, 12, 0), new("A", 2, Left, 12, 0), new("A", 2, Right, 17, 1)];

    static readonly FrameMapOptions V1 = new() { Protocol = MatchingProtocol.MMAction2V1 };

    [Theory]
    [InlineData(MatchingProtocol.MMAction2V0, "mmaction2-0.x")]
    [InlineData(MatchingProtocol.MMAction2V1, "mmaction2-1.x")]
    [InlineData(MatchingProtocol.Official2018, "official-2018")]
    [InlineData(MatchingProtocol.Official2019, "official-2019")]
    [InlineData(MatchingProtocol.Official2020, "official-2020")]
    public void Protocols_have_names(MatchingProtocol protocol, string word) => Assert.Equal(word, protocol.Word());

    [Fact]
    public void Every_choice_has_a_word_of_its_own()
    {
        Assert.Equal(["stable", "numpy"], Enum.GetValues<TieOrder>().Select(t => t.Word()));
        Assert.Equal(
            ["protocol", "all", "named", "ground-truth", "listed", "proposals"], Enum.GetValues<EvaluationSet>().Select(s => s.Word()));
        Assert.Equal(
            ["person_movement", "object_manipulation", "person_interaction", "unknown"],
            new[] { ActionGroup.PersonMovement, ActionGroup.ObjectManipulation, ActionGroup.PersonInteraction, ActionGroup.Unknown }
                .Select(g => g.Word()));
    }

    [Fact]
    public void MMAction2_1_looks_only_at_keyframes_with_ground_truth_of_an_evaluated_class()
    {
        AnnotationRow[] truth = [.. Truth, new("A", 3, Left, 99, 0)];
        DetectionRow[] detections =
            [new("A", 1, Left, 12, .5), new("A", 2, Left, 12, .4), new("A", 3, Left, 12, .9), new("A", 4, Left, 12, .8)];

        FrameMapResult old = FrameMap.Evaluate(truth, detections, Classes), result = FrameMap.Evaluate(truth, detections, Classes, options: V1);

        Assert.Equal((1, 2), (result.Class(12).AveragePrecision, result.Counts.DetectionsOutsideSet));
        Assert.Equal((.5, 0), (old.Class(12).AveragePrecision, old.Counts.DetectionsOutsideSet));
        Assert.Equal((EvaluationSet.GroundTruth, EvaluationSet.All), (result.EvaluationSet, old.EvaluationSet));
    }

    [Fact]
    public void MMAction2_1_counts_ground_truth_of_excluded_keyframes_as_missed()
    {
        DetectionRow[] detections = [new("A", 1, Left, 12, .5), new("A", 2, Left, 12, .4)];
        KeyframeKey[] excluded = [new("A", 2)];

        FrameMapResult old = FrameMap.Evaluate(Truth, detections, Classes, excluded);
        FrameMapResult result = FrameMap.Evaluate(Truth, detections, Classes, excluded, V1);

        Assert.Equal((1, 1), (old.Class(12).NumGroundTruth, old.Class(12).AveragePrecision));
        Assert.Equal((2, .5), (result.Class(12).NumGroundTruth, result.Class(12).AveragePrecision));
        Assert.Equal((0, 1, 1), (result.Counts.GroundTruthExcluded, result.Counts.DetectionsExcluded, result.Counts.Keyframes));
    }

    [Fact]
    public void MMAction2_1_leaves_classes_that_are_never_detected_out_of_the_mean()
    {
        DetectionRow[] detections = [new("A", 1, Left, 12, .5)];

        FrameMapResult old = FrameMap.Evaluate(Truth, detections, Classes);
        FrameMapResult result = FrameMap.Evaluate(Truth, detections, Classes, options: V1);
        FrameMapResult none = FrameMap.Evaluate(Truth, [], Classes, options: V1);

        Assert.Equal((.25, 2), (old.MeanAveragePrecision, old.NumClassesAveraged));
        Assert.Equal((.5, 1), (result.MeanAveragePrecision, result.NumClassesAveraged));
        Assert.True(double.IsNaN(result.Class(17).AveragePrecision));
        Assert.Equal((1, false, null), (result.Class(17).NumGroundTruth, result.Class(17).IsAveraged, result.Class(17).Curve));
        Assert.Contains("ever detected", none.UndefinedReason, StringComparison.Ordinal);
    }

    /// <summary>Its suppression of overlapping boxes was switched off, yet kept its limit of boxes.</summary>
    [Theory]
    [InlineData(TieOrder.Stable)]
    [InlineData(TieOrder.NumPy)]
    public void The_rules_of_2018_keep_the_best_ten_thousand_of_a_class_in_a_keyframe(TieOrder ties)
    {
        IEnumerable<DetectionRow> Crowd(double second, int actionId) =>
            Enumerable.Range(0, 10_000).Select(i => new DetectionRow("A", second, Right, actionId, 1 + i));
        DetectionRow[] detections =
        [
            .. Crowd(1, 12), new("A", 1, Left, 12, .5), new("A", 1, Left, 80, .4),
            .. Crowd(9, 12), new("A", 9, Left, 12, .3), new("A", 2, Left, 12, .2),
        ];

        FrameMapResult others = FrameMap.Evaluate(Truth, detections, Classes, options: new() { Ties = ties });
        FrameMapOptions options = new() { Protocol = MatchingProtocol.Official2018, Ties = ties, KeepMatches = true };
        FrameMapResult result = FrameMap.Evaluate(Truth, detections, Classes, options: options);

        (ClassResult all, ClassResult some) = (others.Class(12), result.Class(12));
        Assert.Equal((2, 20_003, 0), (all.NumTruePositives, all.NumDetections, others.Counts.DetectionsOverCapacity));
        Assert.Equal((1, 20_001, 2), (some.NumTruePositives, some.NumDetections, result.Counts.DetectionsOverCapacity));
        Assert.Equal(1, result.Class(80).NumDetections);
        Assert.Equal((20_002, 10_000), (result.Counts.Detections, result.Counts.DetectionsOnKeyframesWithoutGroundTruth));
        Assert.Equal(.5 / 20_001, result.Class(12).AveragePrecision, 1e-12);
        Assert.Equal(20_002, result.Matches!.Count);
    }

    [Fact]
    public void MMAction2_1_groups_by_AVAs_ids()
    {
        FrameMapResult result = FrameMap.Evaluate(Truth, [new("A", 2, Right, 17, 1)], Classes, options: V1);

        Assert.Equal(
            [ActionGroup.PersonMovement, ActionGroup.ObjectManipulation, ActionGroup.PersonInteraction], result.Classes.Select(c => c.Group));
        Assert.Equal(1, result.Group(ActionGroup.ObjectManipulation).MeanAveragePrecision);
    }

    [Fact]
    public void MMAction2_1_compares_overlaps_in_single_precision()
    {
        // Half of it in single precision, a little less in double.
        AnnotationRow[] truth = [new("A", 1, new(0, 0, 1, 1), 12, 0)];
        DetectionRow[] detections = [new("A", 1, new(0, 0, .5 - 1e-9, 1), 12, 1)];

        Assert.Equal(0, FrameMap.Evaluate(truth, detections, Classes).MeanAveragePrecision);
        Assert.Equal(1, FrameMap.Evaluate(truth, detections, Classes, options: V1).MeanAveragePrecision);
    }

    [Fact]
    public void MMAction2_1_ranks_in_single_precision()
    {
        // Equal in single precision; the later processed comes first.
        DetectionRow[] detections = [new("A", 1, Left, 12, .5 + 1e-12), new("A", 2, Right, 12, .5)];

        Assert.Equal(.5, FrameMap.Evaluate(Truth, detections, Classes).Class(12).AveragePrecision);
        FrameMapResult result = FrameMap.Evaluate(Truth, detections, Classes, options: V1);
        Assert.Equal(.25, result.Class(12).AveragePrecision);
        Assert.Equal(new TieBounds(.25, .5), result.Class(12).AveragePrecisionBounds);
    }

    [Fact]
    public void MMAction2_1_keeps_detections_without_area_and_fails_on_inverted_ones_where_it_looks()
    {
        DetectionRow[] flat = [new("A", 1, Left, 12, .5), new("A", 1, new(.2, .2, .2, .4), 12, .9)];
        DetectionRow[] inverted = [.. flat, new("A", 7, new(.5, .1, .1, .9), 12, .9), new("A", 2, new(.5, .1, .1, .9), 12, .9)];

        FrameMapResult result = FrameMap.Evaluate(Truth, flat, Classes, options: V1);
        Assert.Equal((2, .25, 0), (result.Class(12).NumDetections, result.Class(12).AveragePrecision, result.Counts.DetectionsWithoutArea));
        Assert.Equal(.5, FrameMap.Evaluate(Truth, inverted, Classes).Class(12).AveragePrecision);
        AnnotationFormatException error =
            Assert.Throws<AnnotationFormatException>(() => FrameMap.Evaluate(Truth, inverted, Classes, options: V1));
        Assert.Equal(("detections", 4), (error.File, error.Row));
    }

    [Fact]
    public void MMAction2_1_processes_keyframes_in_the_order_of_the_ground_truth()
    {
        // Stable order ranks the later processed first: by the file that is A1, by the ground truth A2.
        DetectionRow[] detections = [new("A", 2, Left, 12, .5), new("A", 1, Right, 12, .5)];

        Assert.Equal(.25, FrameMap.Evaluate(Truth, detections, Classes).Class(12).AveragePrecision);
        Assert.Equal(.5, FrameMap.Evaluate(Truth, detections, Classes, options: V1).Class(12).AveragePrecision);
    }

    [Fact]
    public void The_2020_evaluator_knows_no_exclusions_and_says_so()
    {
        FrameMapResult result = FrameMap.Evaluate(
            Truth, [new("A", 1, Left, 12, .5)], Classes, [new("A", 1)], new() { Protocol = MatchingProtocol.Official2020 });

        Assert.Equal((2, 0), (result.Class(12).NumGroundTruth, result.Counts.KeyframesExcluded));
        Assert.Contains(result.Remarks, r => r.Contains("official-2020 knows no exclusions: the 1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EvaluationSet.All, .5, 2, 0, 0)]
    [InlineData(EvaluationSet.Named, 2.0 / 3, 2, 1, 0)]
    [InlineData(EvaluationSet.GroundTruth, 1, 2, 2, 0)]
    [InlineData(EvaluationSet.Listed, .5, 1, 2, 2)]
    [InlineData(EvaluationSet.Proposals, 2.0 / 3, 2, 1, 0)]
    public void The_set_says_which_keyframes_count(EvaluationSet set, double ap, int truths, int outside, int truthsOutside)
    {
        AnnotationRow[] truth = [.. Truth, new("A", 3, Left, 99, 0)];
        DetectionRow[] detections =
            [new("A", 4, Left, 12, .9), new("A", 3, Left, 12, .8), new("A", 1, Left, 12, .5), new("A", 2, Left, 12, .4)];
        KeyframeKey[]? list = set is EvaluationSet.Listed or EvaluationSet.Proposals ? [new("A", 1), new("A", 4)] : null;

        FrameMapResult result = FrameMap.Evaluate(truth, detections, Classes, options: new() { EvaluationSet = set }, keyframes: list);

        Assert.Equal((ap, truths), (result.Class(12).AveragePrecision, result.Class(12).NumGroundTruth));
        Assert.Equal((outside, truthsOutside), (result.Counts.DetectionsOutsideSet, result.Counts.GroundTruthOutsideSet));
        Assert.Equal(set, result.EvaluationSet);
        Assert.Equal(result.Counts.Detections, result.Classes.Sum(c => (long)c.NumDetections));
        Assert.Equal(result.Counts.GroundTruth, result.Classes.Sum(c => (long)c.NumGroundTruth));
    }

    [Fact]
    public void A_set_and_a_list_go_together_or_not_at_all()
    {
        string Message(EvaluationSet set, KeyframeKey[]? list) => Assert.Throws<ArgumentException>(
            () => FrameMap.Evaluate(Truth, [], Classes, options: new() { EvaluationSet = set }, keyframes: list)).Message;

        Assert.Contains("needs a list", Message(EvaluationSet.Listed, null), StringComparison.Ordinal);
        Assert.Contains("EvaluationSet is all;", Message(EvaluationSet.All, [new("A", 1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_classes_are_the_only_ones_evaluated()
    {
        DetectionRow[] detections = [new("A", 1, Left, 12, .5), new("A", 2, Right, 17, .4)];

        FrameMapResult result = FrameMap.Evaluate(Truth, detections, Classes, options: new() { CustomClasses = [17] });

        Assert.Equal((17, 1), (Assert.Single(result.Classes).Id, result.MeanAveragePrecision));
        Assert.Equal((2, 1), (result.Counts.GroundTruthOfOtherClasses, result.Counts.DetectionsOfOtherClasses));
    }

    [Theory]
    [InlineData("CustomClasses names 53", 12, 53)]
    [InlineData("CustomClasses is an empty list;")]
    [InlineData("CustomClasses is 0,12;", 0, 12)]
    public void Custom_classes_must_be_in_the_label_map(string message, params int[] ids) => Assert.Contains(
        message,
        Assert.ThrowsAny<ArgumentException>(
            () => FrameMap.Evaluate(Truth, [], Classes, options: new() { CustomClasses = ids })).Message,
        StringComparison.Ordinal);
}
