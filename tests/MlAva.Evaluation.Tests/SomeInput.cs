using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>Random ground truth, detections and options.</summary>
static class SomeInput
{
    public static readonly LabelMapEntry[] Classes =
    [
        new(1, "a", ActionGroup.Unknown), new(3, "b", ActionGroup.Unknown), new(4, "c", ActionGroup.Unknown),
    ];

    public static readonly Gen<Box> Boxes = Gen.Select(
        Gen.Double[0, .5], Gen.Double[0, .5], Gen.Double[.05, .5], Gen.Double[.05, .5], (x, y, w, h) => new Box(x, y, x + w, y + h));

    public static readonly Gen<AnnotationRow> Truths = Gen.Select(Gen.Int[0, 1], Gen.Int[900, 903], Boxes, Gen.Int[1, 4], Gen.Int[0, 5],
        (video, time, box, action, person) => new AnnotationRow($"v{video}", time, box, action, person));

    /// <summary>Ground truth and detections, most of them jittered ground truth; scores distinct.</summary>
    public static readonly Gen<(AnnotationRow[] Truth, DetectionRow[] Detections)> Inputs =
        from truth in Truths.Array[1, 25]
        from jitters in Gen.Select(Gen.Int[0, truth.Length - 1], Gen.Double[-.1, .1], Gen.Int[1, 4]).Array[0, 60]
        from scores in Gen.Shuffle(Enumerable.Range(1, jitters.Length).ToArray())
        select (truth, jitters.Select((j, i) => Jittered(truth[j.Item1], j.Item2, j.Item3, scores[i] / 100.0)).ToArray());

    /// <summary>Up to three hundred detections on the one or two keyframes of the ground truth, of scores that are distinct.</summary>
    public static readonly Gen<(AnnotationRow[] Truth, DetectionRow[] Detections)> Crowds =
        from truth in Truths.Select(row => row with { VideoId = "v", Timestamp = row.Timestamp < 902 ? 900 : 902 }).Array[1, 8]
        from jitters in Gen.Select(Gen.Int[0, truth.Length - 1], Gen.Double[-.1, .1], Gen.Int[1, 4]).Array[60, 300]
        from scores in Gen.Shuffle(Enumerable.Range(1, jitters.Length).ToArray())
        select (truth, jitters.Select((j, i) => Jittered(truth[j.Item1], j.Item2, j.Item3, scores[i] / 400.0)).ToArray());

    public static readonly Gen<FrameMapOptions> Options = Gen.Select(
        Gen.Enum<MatchingProtocol>(), Gen.Enum<TieOrder>(), (protocol, ties) => new FrameMapOptions { Protocol = protocol, Ties = ties });

    /// <summary>The same with few distinct scores.</summary>
    public static DetectionRow[] Tied(DetectionRow[] detections) =>
        [.. detections.Select(d => d with { Score = Math.Round(d.Score * 4) / 4 })];

    static DetectionRow Jittered(AnnotationRow row, double shift, int action, double score) =>
        new(row.VideoId, row.Timestamp, row.Box with { X1 = row.Box.X1 + shift, X2 = row.Box.X2 + shift },
            shift < 0 ? row.ActionId : action, score);
}
