using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>What must hold for any input.</summary>
public class FrameMapPropertyTests
{
    static readonly LabelMapEntry[] Classes =
    [
        new(1, "a", ActionGroup.Unknown), new(3, "b", ActionGroup.Unknown), new(4, "c", ActionGroup.Unknown),
    ];

    static readonly Gen<Box> Boxes = Gen.Select(
        Gen.Double[0, .5], Gen.Double[0, .5], Gen.Double[.05, .5], Gen.Double[.05, .5], (x, y, w, h) => new Box(x, y, x + w, y + h));

    static readonly Gen<AnnotationRow> Truths = Gen.Select(Gen.Int[0, 1], Gen.Int[900, 903], Boxes, Gen.Int[1, 4], Gen.Int[0, 5],
        (video, time, box, action, person) => new AnnotationRow($"v{video}", time, box, action, person));

    /// <summary>Ground truth and detections, most of them jittered ground truth; scores distinct.</summary>
    static readonly Gen<(AnnotationRow[] Truth, DetectionRow[] Detections)> Inputs =
        from truth in Truths.Array[1, 25]
        from jitters in Gen.Select(Gen.Int[0, truth.Length - 1], Gen.Double[-.1, .1], Gen.Int[1, 4]).Array[0, 60]
        from scores in Gen.Shuffle(Enumerable.Range(1, jitters.Length).ToArray())
        select (truth, jitters.Select((j, i) => Jittered(truth[j.Item1], j.Item2, j.Item3, scores[i] / 100.0)).ToArray());

    static DetectionRow Jittered(AnnotationRow row, double shift, int action, double score) =>
        new(row.VideoId, row.Timestamp, row.Box with { X1 = row.Box.X1 + shift, X2 = row.Box.X2 + shift },
            shift < 0 ? row.ActionId : action, score);

    static readonly Gen<FrameMapOptions> Options = Gen.Select(
        Gen.Enum<MatchingProtocol>(), Gen.Enum<TieOrder>(), (protocol, ties) => new FrameMapOptions { Protocol = protocol, Ties = ties });

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
        foreach (ClassResult c in result.Classes.Where(c => c.NumGroundTruth > 0))
        {
            Assert.InRange(c.NumTruePositives, 0, Math.Min(c.NumGroundTruth, c.NumDetections));
            Assert.InRange(c.AveragePrecision, 0, c.Recall + 1e-12);
            Assert.Equal(c.NumDetections, c.Curve!.Count);
        }
    });

    /// <summary>Where scores tie, the rankings differ, not the points between which a threshold can choose.</summary>
    [Fact]
    public void Tie_orders_differ_in_nothing_but_the_ranking_of_equal_scores() => Inputs.Sample(input =>
    {
        DetectionRow[] tied = [.. input.Detections.Select(d => d with { Score = Math.Round(d.Score * 4) / 4 })];
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
