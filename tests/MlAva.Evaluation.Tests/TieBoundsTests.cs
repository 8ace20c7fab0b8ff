using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class TieBoundsTests
{
    static readonly Box Hit = new(.1, .1, .5, .9);
    static readonly Box Miss = new(.6, .1, .9, .9);
    static readonly LabelMapEntry[] Classes = [new(1, "a", ActionGroup.Unknown)];

    [Fact]
    public void The_bounds_are_false_positives_first_and_true_positives_first()
    {
        AnnotationRow[] truth = [new("v", 0, Hit, 1, 0), new("v", 1, Hit, 1, 0)];
        DetectionRow[] detections =
            [new("v", 0, Hit, 1, .9), new("v", 1, Hit, 1, .5), new("v", 2, Miss, 1, .5), new("v", 3, Miss, 1, .5)];

        FrameMapResult result = FrameMap.Evaluate(truth, detections, Classes);

        Assert.Equal(new TieBounds(.5 + .5 * 2 / 4, 1), result.Class(1).AveragePrecisionBounds);
        Assert.Equal(result.Class(1).AveragePrecisionBounds, result.MeanAveragePrecisionBounds);
    }

    /// <summary>Every order is tried: no figure lies outside, and some lie on either bound.</summary>
    [Fact]
    public void The_bounds_are_met_and_never_passed() => Gen.Select(Gen.Bool.Array[1, 6], Gen.Int[1, 3].Array[6], Gen.Int[0, 2])
        .Sample((hits, scores, missed) =>
        {
            AnnotationRow[] truth =
            [
                .. hits.Index().Where(h => h.Item).Select(h => new AnnotationRow("v", h.Index, Hit, 1, 0)),
                .. Enumerable.Range(100, missed + 1).Select(t => new AnnotationRow("v", t, Hit, 1, 0)),
            ];
            DetectionRow[] detections = [.. hits.Index().Select(h => new DetectionRow("v", h.Index, h.Item ? Hit : Miss, 1, scores[h.Index]))];
            TieBounds bounds = FrameMap.Evaluate(truth, detections, Classes).MeanAveragePrecisionBounds;

            // One detection a keyframe: the order of rows, reversed, is the order among equals.
            double[] all = [.. Orders(detections).Select(order => FrameMap.Evaluate(truth, order, Classes).MeanAveragePrecision)];

            Assert.Equal(bounds.Lowest, all.Min(), 1e-12);
            Assert.Equal(bounds.Highest, all.Max(), 1e-12);
        }, iter: 40);

    /// <summary>Detections that claim the same ground truth: which of them gets it depends on the order, how many do not.</summary>
    [Fact]
    public void Duplicates_of_one_score_stay_within_the_bounds() => Gen.Select(Gen.Int[0, 3].Array[2, 6], Gen.Int[1, 2].Array[6])
        .Sample((places, scores) =>
        {
            Box[] boxes = [Hit, Hit with { X2 = .51 }, Miss, new(0, 0, .05, .05)];
            AnnotationRow[] truth = [new("v", 0, Hit, 1, 0), new("v", 0, Miss, 1, 1), new("v", 9, Miss, 1, 1)];
            DetectionRow[] detections = [.. places.Index().Select(p => new DetectionRow("v", 0, boxes[p.Item], 1, scores[p.Index]))];
            foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>())
            {
                FrameMapOptions options = new() { Protocol = protocol };
                FrameMapResult first = FrameMap.Evaluate(truth, detections, Classes, options: options);
                foreach (DetectionRow[] order in Orders(detections))
                {
                    FrameMapResult other = FrameMap.Evaluate(truth, order, Classes, options: options);
                    Assert.Equal(first.MeanAveragePrecisionBounds, other.MeanAveragePrecisionBounds);
                    Assert.Equal(first.Class(1).NumTruePositives, other.Class(1).NumTruePositives);
                    Assert.InRange(
                        other.MeanAveragePrecision, first.MeanAveragePrecisionBounds.Lowest - 1e-12,
                        first.MeanAveragePrecisionBounds.Highest + 1e-12);
                }
            }
        }, iter: 10);

    [Fact]
    public void Without_ties_the_bounds_are_the_figure()
    {
        AnnotationRow[] truth = [new("v", 0, Hit, 1, 0), new("v", 1, Hit, 1, 0)];
        DetectionRow[] detections = [new("v", 0, Hit, 1, .3), new("v", 1, Hit, 1, .2), new("v", 2, Miss, 1, .9)];

        ClassResult result = FrameMap.Evaluate(truth, detections, Classes).Class(1);

        Assert.Equal(new TieBounds(result.AveragePrecision, result.AveragePrecision), result.AveragePrecisionBounds);
    }

    static IEnumerable<DetectionRow[]> Orders(DetectionRow[] rows)
    {
        if (rows.Length < 2)
        {
            yield return rows;
            yield break;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            DetectionRow first = rows[i];
            foreach (DetectionRow[] rest in Orders([.. rows[..i], .. rows[(i + 1)..]])) yield return [first, .. rest];
        }
    }
}
