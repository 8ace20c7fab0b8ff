using CsCheck;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class FrameMapMatchesTests
{
    static readonly Box Left = new(.1, .1, .5, .9);
    static readonly Box Right = new(.6, .2, .9, .95);
    static readonly LabelMapEntry[] Classes = [new(3, "a", ActionGroup.Unknown), new(5, "b", ActionGroup.Unknown)];

    static readonly AnnotationRow[] Truth =
        [new("A", 1, Left, 3, 7), new("A", 1, Right, 5, 8), new("B", 2, Left, 3, 9), new("A", 1, Right, 3, -1)];

    static readonly DetectionRow[] Detections =
    [
        new("A", 1, Left, 3, .8), new("A", 1, Left with { X2 = .45 }, 3, .9), new("A", 1, Right, 5, .7),
        new("C", 3, Left, 5, .6), new("A", 1, Right, 99, .5),
    ];

    static readonly FrameMapOptions Options = new() { KeepMatches = true };

    [Fact]
    public void Each_detection_tells_what_it_took()
    {
        FrameMapMatches matches = FrameMap.Evaluate(Truth, Detections, Classes, options: Options).Matches!;

        Assert.Equal(4, matches.Count);
        Assert.Equal([0, 0, 1, 1], matches.Classes.ToArray());
        Assert.Equal([.9, .8, .7, .6], matches.Scores.ToArray());
        Assert.Equal([2, 1, 3, 4], matches.Rows.ToArray());
        Assert.Equal([true, false, true, false], matches.TruePositives.ToArray());
        Assert.Equal([0, 0, 1, -1], matches.BestTruths.ToArray());
        Assert.Equal([.875, 1, 1, double.NaN], matches.Overlaps.ToArray().Select(o => Math.Round(o, 12)));
        Assert.Equal((0..2, 2..4), (matches.DetectionsOf(0), matches.DetectionsOf(1)));
        Assert.Equal(["A,0001", "A,0001", "A,0001", "C,0003"],
            Enumerable.Range(0, 4).Select(i => matches.Keyframes[matches.KeyframeOf(i)].ToString()));
        Assert.Equal(Right, matches.Boxes[matches.BoxIndices[2]]);
    }

    [Fact]
    public void Each_ground_truth_tells_what_took_it()
    {
        FrameMapMatches matches = FrameMap.Evaluate(Truth, Detections, Classes, options: Options).Matches!;

        Assert.Equal(4, matches.TruthCount);
        Assert.Equal([0, 1, 0, 0], matches.TruthClasses.ToArray());
        Assert.Equal([7, 8, 9, -1], matches.TruthPersons.ToArray());
        Assert.Equal([1, 2, 3, 4], matches.TruthRows.ToArray());
        Assert.Equal([0, 2, -1, -1], matches.TruthDetections.ToArray());
        Assert.Equal([Left, Right, Left, Right], matches.TruthBoxes.ToArray());
        Assert.Equal([0, 1, 3], matches.TruthsOf(matches.TruthKeyframes[0]).ToArray());
        Assert.Equal([2], matches.TruthsOf(matches.TruthKeyframes[2]).ToArray());
        Assert.Empty(matches.TruthsOf(matches.KeyframeOf(3)).ToArray());
    }

    [Fact]
    public void They_are_kept_only_when_asked_for() => Assert.Null(FrameMap.Evaluate(Truth, Detections, Classes).Matches);

    [Fact]
    public void They_agree_with_the_figures() => SomeInput.Inputs.Select(SomeInput.Options).Sample((input, options) =>
    {
        FrameMapResult plain = FrameMap.Evaluate(input.Truth, input.Detections, SomeInput.Classes, options: options);
        FrameMapResult result = FrameMap.Evaluate(
            input.Truth, input.Detections, SomeInput.Classes, options: options with { KeepMatches = true });
        FrameMapMatches matches = result.Matches!;
        Assert.Equal(plain.Classes.Select(c => c with { Curve = null }), result.Classes.Select(c => c with { Curve = null }));
        Assert.Equal(result.Counts.Detections, matches.Count);
        Assert.Equal(result.Counts.GroundTruth, matches.TruthCount);
        foreach ((int index, ClassResult one) in result.Classes.Index())
        {
            (int start, int length) = matches.DetectionsOf(index).GetOffsetAndLength(matches.Count);
            Assert.Equal(one.NumDetections, length);
            Assert.Equal(one.NumTruePositives, matches.TruePositives.Slice(start, length).ToArray().Count(t => t));
            for (int i = start; i < start + length; i++)
            {
                DetectionRow row = input.Detections[matches.Rows[i] - 1];
                Assert.Equal(row, new(row.VideoId, row.Timestamp, matches.Boxes[matches.BoxIndices[i]], one.Id, matches.Scores[i]));
                Assert.Equal(row.Key, matches.Keyframes[matches.KeyframeOf(i)]);
                if (!matches.TruePositives[i]) continue;
                int truth = matches.BestTruths[i];
                Assert.Equal(i, matches.TruthDetections[truth]);
                Assert.Equal((one.Id, row.Key), (input.Truth[matches.TruthRows[truth] - 1].ActionId, input.Truth[matches.TruthRows[truth] - 1].Key));
                Assert.Equal(Box.IoU(row.Box, matches.TruthBoxes[truth]), matches.Overlaps[i], 1e-6);
                Assert.True(matches.Overlaps[i] >= .5);
            }
        }
    });
}
