using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class FrequencyBaselineTests
{
    static readonly Box Left = new(.1, .1, .5, .9);
    static readonly Box Right = new(.6, .2, .9, .95);

    static readonly LabelMapEntry[] Classes =
    [
        new(1, "sit", ActionGroup.Unknown), new(2, "wave", ActionGroup.Unknown), new(3, "swim", ActionGroup.Unknown),
    ];

    static readonly AnnotationRow[] Training =
    [
        new("t", 1, Left, 1, 0), new("t", 1, Left, 2, 0), new("t", 1, Right, 1, 1),
        new("t", 2, Right, 1, 1), new("t", 3, Left, 1, 0), new("t", 3, Left, 1, 7),
    ];

    [Fact]
    public void Frequencies_are_shares_of_boxes()
    {
        IReadOnlyDictionary<int, double> frequencies = FrequencyBaseline.Frequencies(Training, Classes);

        Assert.Equal([1, .25, 0], Classes.Select(c => frequencies[c.Id]));
    }

    [Fact]
    public void Every_box_gets_every_class_with_its_frequency()
    {
        IReadOnlyDictionary<int, double> frequencies = FrequencyBaseline.Frequencies(Training, Classes);
        DetectionRow[] rows = [.. FrequencyBaseline.Detections([(new("v", 1), Left), (new("v", 2), Right)], Classes, frequencies)];

        Assert.Equal(6, rows.Length);
        Assert.Equal(new DetectionRow("v", 1, Left, 2, .25), rows[1]);
        Assert.Equal(new DetectionRow("v", 2, Right, 1, 1), rows[3]);
    }

    [Fact]
    public void Its_AP_is_near_the_share_of_boxes_that_have_the_action()
    {
        (KeyframeKey, Box)[] boxes = [.. Enumerable.Range(0, 400).Select(t => (new KeyframeKey("v", t), Left))];
        AnnotationRow[] truth = [.. Enumerable.Range(0, 400).Select(t => new AnnotationRow("v", t, Left, t % 4 == 0 ? 2 : 1, 0))];

        FrameMapResult result = FrequencyBaseline.Evaluate(truth, boxes, Classes, FrequencyBaseline.Frequencies(Training, Classes));

        Assert.InRange(result.Class(1).AveragePrecision, .74, .78);
        Assert.InRange(result.Class(2).AveragePrecision, .24, .28);
        Assert.True(double.IsNaN(result.Class(3).AveragePrecision));
    }
}
