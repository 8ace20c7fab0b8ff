using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests.Analysis;

/// <summary>Small inputs: classes, boxes, and random ground truth with detections.</summary>
static class AnalysisCases
{
    public static readonly LabelMapEntry[] Classes =
        [new(1, "a", ActionGroup.PersonMovement), new(2, "b", ActionGroup.ObjectManipulation), new(4, "c", ActionGroup.Unknown)];

    /// <summary>Left and right: apart, each 0.4 of the frame.</summary>
    public static readonly Box Left = new(0, 0, .4, 1), Right = new(.6, 0, 1, 1);

    static readonly Gen<Box> Boxes = Gen.Select(
        Gen.Double[0, .5], Gen.Double[0, .5], Gen.Double[.05, .5], Gen.Double[.05, .5], (x, y, w, h) => new Box(x, y, x + w, y + h));

    static readonly Gen<AnnotationRow> Truths = Gen.Select(Gen.Int[0, 2], Gen.Int[900, 902], Boxes, Gen.Int[1, 5], Gen.Int[0, 5],
        (video, time, box, action, person) => new AnnotationRow($"v{video}", time, box, action, person));

    /// <summary>Detections are jittered ground truth of the same or another class; their scores are distinct.</summary>
    public static readonly Gen<(AnnotationRow[] Truth, DetectionRow[] Detections)> Inputs =
        from truth in Truths.Array[1, 25]
        from jitters in Gen.Select(Gen.Int[0, truth.Length - 1], Gen.Double[-.15, .15], Gen.Int[1, 5]).Array[0, 60]
        from scores in Gen.Shuffle(Enumerable.Range(1, jitters.Length).ToArray())
        select (truth, jitters.Select((j, i) => Jittered(truth[j.Item1], j.Item2, j.Item3, scores[i] / 100.0)).ToArray());

    public static readonly Gen<FrameMapOptions> Rules = Gen.Select(
        Gen.Enum<MatchingProtocol>(), Gen.Enum<TieOrder>(), (protocol, ties) => new FrameMapOptions { Protocol = protocol, Ties = ties });

    public static AnnotationRow Truth(string video, double time, Box box, int action = 1, int person = 0) =>
        new(video, time, box, action, person);

    public static DetectionRow Found(string video, double time, Box box, double score, int action = 1) =>
        new(video, time, box, action, score);

    static DetectionRow Jittered(AnnotationRow row, double shift, int action, double score) =>
        new(row.VideoId, row.Timestamp, row.Box with { X1 = row.Box.X1 + shift, X2 = row.Box.X2 + shift },
            shift < 0 ? row.ActionId : action, score);
}
