using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>What must hold for any input.</summary>
public class FrameMapPropertyTests
{
    static readonly LabelMapEntry[] Classes = SomeInput.Classes;
    static readonly Gen<AnnotationRow> Truths = SomeInput.Truths;
    static readonly Gen<(AnnotationRow[] Truth, DetectionRow[] Detections)> Inputs = SomeInput.Inputs;
    static readonly Gen<FrameMapOptions> Options = SomeInput.Options;

    [Fact]
    public void Perfect_detections_give_one() => Truths.Array[1, 25].Select(Options).Sample((truth, options) =>
    {
        // Boxes told apart by class and place, else two instances share their best detection.
        AnnotationRow[] apart = [.. truth.Index().Select(t => t.Item with { Timestamp = t.Index, ActionId = t.Index % 2 == 0 ? 1 : 3 })];
        IEnumerable<DetectionRow> same = apart.Select(t => new DetectionRow(t.VideoId, t.Timestamp, t.Box, t.ActionId, .5));
        FrameMapResult result = FrameMap.Evaluate(apart, same, Classes, options: options);
        Assert.Equal(1, result.MeanAveragePrecision, 1e-12);
    });

    [Fact]
    public void The_order_of_rows_with_distinct_scores_is_of_no_matter() => Inputs
        .SelectMany(i => Gen.Select(Gen.Const(i.Truth), Gen.Const(i.Detections), Gen.Shuffle(i.Detections), Options))
        .Sample((truth, detections, shuffled, options) => AssertSame(
            FrameMap.Evaluate(truth, detections, Classes, options: options),
            FrameMap.Evaluate(truth, shuffled, Classes, options: options)));

    [Fact]
    public void The_number_of_workers_is_of_no_matter() => Inputs.Select(Options).Sample((input, options) => AssertSame(
        FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options with { MaxDegreeOfParallelism = 1 }),
        FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options)));

    [Fact]
    public void A_strictly_increasing_change_of_scores_is_of_no_matter() => Inputs.Select(Options).Sample((input, options) =>
    {
        IEnumerable<DetectionRow> changed = input.Detections.Select(d => d with { Score = Math.Exp(5 * d.Score) });
        AssertSame(
            FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options),
            FrameMap.Evaluate(input.Truth, changed, Classes, options: options));
    });

    [Fact]
    public void A_false_positive_never_raises_AP_and_at_the_very_end_leaves_it() => Inputs.Select(Gen.Double[0, 1]).Sample((input, score) =>
    {
        FrameMapResult before = FrameMap.Evaluate(input.Truth, input.Detections, Classes);
        DetectionRow Nowhere(double s) => new("nowhere", 1, new(0, 0, 1, 1), 3, s);
        FrameMapResult anywhere = FrameMap.Evaluate(input.Truth, [.. input.Detections, Nowhere(score)], Classes);
        FrameMapResult below = FrameMap.Evaluate(input.Truth, [.. input.Detections, Nowhere(-1)], Classes);

        Assert.False(anywhere.Class(3).AveragePrecision > before.Class(3).AveragePrecision + 1e-12);
        Assert.Equal(before.Class(3).AveragePrecision, below.Class(3).AveragePrecision, 1e-12);
        Assert.Equal(before.Class(1).AveragePrecision, anywhere.Class(1).AveragePrecision);
    });

    [Fact]
    public void Counts_add_up_and_AP_stays_between_zero_and_recall() => Inputs.Select(Options).Sample((input, options) =>
    {
        FrameMapResult result = FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options);
        Assert.Equal(result.Counts.Detections, result.Classes.Sum(c => (long)c.NumDetections));
        Assert.Equal(result.Counts.GroundTruth, result.Classes.Sum(c => (long)c.NumGroundTruth));
        foreach (ClassResult c in result.Classes.Where(c => c.IsAveraged))
        {
            Assert.InRange(c.NumTruePositives, 0, Math.Min(c.NumGroundTruth, c.NumDetections));
            Assert.InRange(c.AveragePrecision, 0, c.Recall + 1e-12);
            Assert.Equal(c.NumDetections, c.Curve!.Count);
        }
    });

    [Fact]
    public void Taking_out_a_false_positive_never_lowers_AP() => Gen.Select(Inputs, Options, Gen.Int[0, 59]).Sample((input, options, pick) =>
    {
        // A cap lets something else in, perhaps of another class.
        if (options.Protocol is MatchingProtocol.Official2019 or MatchingProtocol.Official2020) return;
        FrameMapResult before = FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options with { KeepMatches = true });
        FrameMapMatches matches = before.Matches!;
        int[] wrong = [.. Enumerable.Range(0, matches.Count).Where(i => !matches.TruePositives[i])];
        if (wrong.Length == 0) return;
        long row = matches.Rows[wrong[pick % wrong.Length]];

        FrameMapResult after = FrameMap.Evaluate(
            input.Truth, input.Detections.Where((_, i) => i != row - 1), Classes, options: options);

        foreach ((ClassResult a, ClassResult b) in before.Classes.Zip(after.Classes).Where(c => c.First.IsAveraged && c.Second.IsAveraged))
        {
            Assert.False(b.AveragePrecision < a.AveragePrecision - 1e-12);
            Assert.Equal(a.NumTruePositives, b.NumTruePositives);
        }
    });

    [Fact]
    public void A_false_positive_below_all_others_never_raises_AP_by_any_rules() => Inputs.Select(Options).Sample((input, options) =>
    {
        FrameMapResult before = FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options);
        DetectionRow wrong = new(input.Truth[0].VideoId, input.Truth[0].Timestamp, new(.99, .99, 1, 1), 1, 1e-3);
        FrameMapResult after = FrameMap.Evaluate(input.Truth, [.. input.Detections, wrong], Classes, options: options);

        Assert.False(after.Class(1).AveragePrecision > before.Class(1).AveragePrecision + 1e-12);
        Assert.Equal(before.Class(3).AveragePrecision, after.Class(3).AveragePrecision);
    });

    [Fact]
    public void A_false_positive_counts_the_less_the_lower_its_score() => Inputs.Select(Gen.Double[0, 1], Gen.Double[0, 1])
        .Sample((input, one, other) =>
        {
            double Figure(double score) => FrameMap.Evaluate(
                input.Truth, [.. input.Detections, new DetectionRow("nowhere", 1, new(0, 0, 1, 1), 1, score + 1e-4)], Classes)
                .Class(1).AveragePrecision;

            Assert.False(Figure(Math.Max(one, other)) > Figure(Math.Min(one, other)) + 1e-12);
        });

    [Fact]
    public void Bounds_hold_both_orders_and_do_not_depend_on_them() => Inputs.Select(Options).Sample((input, options) =>
    {
        DetectionRow[] tied = SomeInput.Tied(input.Detections);
        FrameMapResult stable = FrameMap.Evaluate(input.Truth, tied, Classes, options: options with { Ties = TieOrder.Stable });
        FrameMapResult numpy = FrameMap.Evaluate(input.Truth, tied, Classes, options: options with { Ties = TieOrder.NumPy });

        Assert.Equal(stable.MeanAveragePrecisionBounds, numpy.MeanAveragePrecisionBounds);
        foreach (ClassResult c in stable.Classes.Concat(numpy.Classes).Where(c => c.IsAveraged))
        {
            Assert.InRange(c.AveragePrecision, c.AveragePrecisionBounds.Lowest - 1e-12, c.AveragePrecisionBounds.Highest + 1e-12);
            Assert.Equal(c.AveragePrecision, c.Curve!.AveragePrecision);
        }
    });

    [Fact]
    public void Evaluating_fewer_keyframes_leaves_out_false_positives_only() => Inputs.Select(Options).Sample((input, options) =>
    {
        if (options.Protocol == MatchingProtocol.MMAction2V1) return;
        DetectionRow[] more = [.. input.Detections, .. input.Detections.Take(5).Select(d => d with { VideoId = "elsewhere", Score = d.Score + 1e-4 })];
        FrameMapResult all = FrameMap.Evaluate(input.Truth, more, Classes, options: options with { EvaluationSet = EvaluationSet.All });
        FrameMapResult fewer = FrameMap.Evaluate(
            input.Truth, more, Classes, options: options with { EvaluationSet = EvaluationSet.GroundTruth });

        foreach ((ClassResult a, ClassResult b) in all.Classes.Zip(fewer.Classes).Where(c => c.First.IsAveraged))
        {
            Assert.Equal((a.NumGroundTruth, a.NumTruePositives), (b.NumGroundTruth, b.NumTruePositives));
            Assert.False(b.AveragePrecision < a.AveragePrecision - 1e-12);
        }
    });

    /// <summary>The official evaluators since 2019 keep the 50 best rows of a keyframe, all classes together; the others keep all.</summary>
    [Fact]
    public void Of_a_crowded_keyframe_the_rules_since_2019_see_the_fifty_best() => SomeInput.Crowds.Select(Options).Sample((input, options) =>
    {
        int[] ids = [.. Classes.Select(c => c.Id)];
        DetectionRow[] known = [.. input.Detections.Where(d => ids.Contains(d.ActionId))];
        DetectionRow[] best = [.. known.GroupBy(d => d.Key).SelectMany(g => g.OrderByDescending(d => d.Score).Take(50))];
        bool caps = options.Protocol is MatchingProtocol.Official2019 or MatchingProtocol.Official2020;

        FrameMapResult all = FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: options);
        FrameMapResult few = FrameMap.Evaluate(input.Truth, best, Classes, options: options);

        Assert.Equal(caps ? known.Length - best.Length : 0, all.Counts.DetectionsOverCapacity);
        Assert.Equal(0, few.Counts.DetectionsOverCapacity);
        if (caps)
        {
            Assert.Equal(few.Classes.Select(c => (c.AveragePrecision, c.NumDetections)), all.Classes.Select(c => (c.AveragePrecision, c.NumDetections)));
        }
        else
        {
            Assert.True(all.Classes.Sum(c => c.NumDetections) >= few.Classes.Sum(c => c.NumDetections));
        }
    });

    /// <summary>Times in milliseconds, microseconds and nanoseconds since 1970 are times too.</summary>
    [Theory]
    [InlineData(0.25, 1)]
    [InlineData(1.7e9, 1)]
    [InlineData(1e13, 1)]
    [InlineData(1.7e15, 1000)]
    [InlineData(1.7e18, 1e9)]
    [InlineData(1e300, 1e290)]
    [InlineData(-1.7e18, 1e9)]
    public void Keyframes_are_told_apart_however_large_their_times(double first, double step)
    {
        double[] times = [first, first + step, first + 2 * step];
        Box here = new(.1, .1, .4, .9), there = new(.6, .1, .9, .9);
        AnnotationRow[] truth = [.. times.Select((t, i) => new AnnotationRow("v", t, i == 1 ? there : here, 1, 0))];
        DetectionRow[] found = [.. times.Select((t, i) => new DetectionRow("v", t, i == 1 ? there : here, 1, .9 - .1 * i))];

        FrameMapResult result = FrameMap.Evaluate(truth, found, Classes);

        Assert.Equal((1, 3), (result.MeanAveragePrecision, result.Counts.Keyframes));
        Assert.Equal(3, times.Select(t => new KeyframeKey("v", t).TimeNumber).Distinct().Count());
        Assert.Equal(3, times.Select(t => new KeyframeKey("v", t).ToString()).Distinct().Count());
        Assert.Equal(times.Order(), times.OrderBy(t => new KeyframeKey("v", t).TimeNumber));
    }

    /// <summary>Where scores tie, the rankings differ, not the points between which a threshold can choose.</summary>
    [Fact]
    public void Tie_orders_differ_in_nothing_but_the_ranking_of_equal_scores() => Inputs.Sample(input =>
    {
        DetectionRow[] tied = SomeInput.Tied(input.Detections);
        FrameMapResult stable = FrameMap.Evaluate(input.Truth, tied, Classes);
        FrameMapResult numpy = FrameMap.Evaluate(input.Truth, tied, Classes, options: new() { Ties = TieOrder.NumPy });
        foreach ((ClassResult a, ClassResult b) in stable.Classes.Zip(numpy.Classes))
        {
            Assert.Equal(a.NumTruePositives, b.NumTruePositives);
            if (a.Curve is null) continue;
            Assert.Equal(a.Curve.Scores, b.Curve!.Scores);
            Assert.Equal(a.Curve.BestF1(), b.Curve.BestF1());
        }
    });

    [Fact]
    public void Large_tied_rankings_are_sorted_in_both_orders() => Gen
        .Select(Gen.Int[1, 4000], Gen.Int[1, 50], Gen.Enum<TieOrder>(), Gen.Int[0, 3])
        .Sample((count, distinct, ties, shape) =>
        {
            double Score(int i) => shape switch
            {
                0 => i % distinct,
                1 => i * distinct / count,
                2 => -(i * distinct / count),
                _ => Math.Abs(i - count / 2),
            };
            Box box = new(0, 0, 1, 1);
            DetectionRow[] detections = [.. Enumerable.Range(0, count).Select(i => new DetectionRow("v", i / 40, box, 1, Score(i)))];
            FrameMapResult result = FrameMap.Evaluate([new("v", 0, box, 1, 0)], detections, Classes, options: new() { Ties = ties });
            Assert.Equal(detections.Select(d => d.Score).OrderDescending(), result.Class(1).Curve!.Scores);
        }, iter: 60);

    static void AssertSame(FrameMapResult a, FrameMapResult b)
    {
        Assert.Equal(a.MeanAveragePrecision, b.MeanAveragePrecision);
        Assert.Equal(a.Classes.Select(c => c with { Curve = null }), b.Classes.Select(c => c with { Curve = null }));
    }
}
