using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class PrecisionRecallCurveTests
{
    static readonly Box Hit = new(.1, .1, .5, .9);
    static readonly Box Miss = new(.6, .1, .9, .9);

    /// <summary>A curve with one keyframe for each detection and, beyond those, <paramref name="missed"/> instances never found.</summary>
    static PrecisionRecallCurve Curve(int missed, params (double Score, bool Hit)[] detections)
    {
        AnnotationRow[] truth =
        [
            .. detections.Index().Where(d => d.Item.Hit).Select(d => new AnnotationRow("v", d.Index, Hit, 1, 0)),
            .. Enumerable.Range(1000, missed).Select(t => new AnnotationRow("v", t, Hit, 1, 0)),
        ];
        IEnumerable<DetectionRow> rows = detections.Select((d, i) => new DetectionRow("v", i, d.Hit ? Hit : Miss, 1, d.Score));
        return FrameMap.Evaluate(truth, rows, [new(1, "a", ActionGroup.Unknown)]).Class(1).Curve!;
    }

    [Fact]
    public void Precision_recall_and_envelope_follow_the_ranking()
    {
        PrecisionRecallCurve curve = Curve(1, (.9, true), (.8, false), (.7, true), (.6, true), (.5, false));

        Assert.Equal([1, 1 / 2.0, 2 / 3.0, 3 / 4.0, 3 / 5.0], curve.ToPrecision());
        Assert.Equal([.25, .25, .5, .75, .75], curve.ToRecall());
        Assert.Equal([1, .75, .75, .75, .6], curve.ToInterpolated());
        Assert.Equal(.25 + (.25 + .25) * .75, curve.AveragePrecision, 1e-15);
        Assert.Equal((5, 4, 2), (curve.Count, curve.NumGroundTruth, curve.TruePositivesAt(2)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(.25, 1)]
    [InlineData(.26, .75)]
    [InlineData(.75, .75)]
    [InlineData(.76, 0)]
    public void Interpolated_precision_is_the_best_at_that_recall_or_beyond(double recall, double precision) =>
        Assert.Equal(precision, Curve(1, (.9, true), (.8, false), (.7, true), (.6, true), (.5, false)).InterpolatedAt(recall));

    [Fact]
    public void The_best_threshold_maximises_F1_and_never_parts_equal_scores()
    {
        PrecisionRecallCurve curve = Curve(0, (.9, true), (.5, false), (.5, true), (.1, false));

        Assert.Equal(new OperatingPoint(.5, 2 / 3.0, 1, .8, 3), curve.BestF1());
        Assert.Equal(new OperatingPoint(.6, 1, .5, 2 / 3.0, 1), curve.At(.6));
        Assert.Equal(curve.BestF1(), curve.At(.5));
    }

    [Fact]
    public void A_threshold_above_every_score_keeps_nothing()
    {
        OperatingPoint none = Curve(1, (.9, true)).At(.95);

        Assert.True(double.IsNaN(none.Precision));
        Assert.Equal((0, 0, 0), (none.Recall, none.F1, none.Count));
    }

    [Fact]
    public void A_class_never_detected_has_an_empty_curve_of_area_zero()
    {
        PrecisionRecallCurve curve = Curve(3);

        Assert.Equal((0, 3, 0), (curve.Count, curve.NumGroundTruth, curve.AveragePrecision));
        Assert.Null(curve.BestF1());
        Assert.Equal(0, curve.InterpolatedAt(0));
    }
}
