using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>From scored boxes to detections (reference specification §4.5).</summary>
[Collection(TorchTests.Name)]
public sealed class ActionDetectionsTests
{
    [SharedFact("golden/components/detections.json")]
    public void Boxes_scores_and_detections_are_the_reference_ones()
    {
        int compared = 0;
        foreach (JsonElement golden in GoldenJson.Read("detections.json").GetProperty("cases").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement logits = golden.GetProperty("cls_score"), quadruple = golden.GetProperty("crop_quadruple"), thresholds = golden.GetProperty("action_thr");
            int[] size = GoldenJson.Ints(golden.GetProperty("img_shape"));
            float[]? crop = quadruple.ValueKind == JsonValueKind.Array ? GoldenJson.Floats(quadruple) : null;
            float[] boxes = ActionDetections.Normalise(
                GoldenJson.Floats(golden.GetProperty("rois")), size[1], size[0], golden.GetProperty("flip").GetBoolean(), crop is null ? null : (crop[0], crop[1], crop[2], crop[3]));
            Near.Absolute(GoldenJson.Floats(golden.GetProperty("det_bboxes")), boxes, 1e-7);

            int classes = (int)GoldenJson.Shape(logits)[1];
            using ActionHead head = new(new() { InputChannels = 1, NumClasses = classes, MultiLabel = golden.GetProperty("multilabel").GetBoolean() });
            float[] scores = head.Probabilities(tensor(GoldenJson.Floats(logits), GoldenJson.Shape(logits))).data<float>().ToArray();
            Near.Absolute(GoldenJson.Floats(golden.GetProperty("det_scores")), scores, 1e-6);

            IReadOnlyList<IReadOnlyList<float[]>> found = ActionDetections.PerClass(boxes, scores, GoldenJson.Floats(thresholds), classes);
            JsonElement[] expected = [.. golden.GetProperty("result").EnumerateArray()];
            Assert.Equal(expected.Select(c => c.GetArrayLength()), found.Select(c => c.Count));
            for (int c = 0; c < expected.Length; c++) Near.Absolute(GoldenJson.Floats(expected[c]), [.. found[c].SelectMany(row => row)], 1e-6);
            compared++;
        }
        Assert.Equal(5, compared);
    }

    [SharedFact("golden/components/detections.json")]
    public void No_boxes_give_an_empty_list_for_each_class()
    {
        int[][] shapes = [.. GoldenJson.Read("detections.json").GetProperty("empty").EnumerateArray().Select(GoldenJson.Ints)];
        Assert.All(shapes, s => Assert.Equal([0, 5], s));
        Assert.Empty(ActionDetections.Normalise([], 80, 64));
        IReadOnlyList<IReadOnlyList<float[]>> found = ActionDetections.PerClass([], [], [0.002f], shapes.Length + 1);
        Assert.Equal(shapes.Length, found.Count);
        Assert.All(found, Assert.Empty);
    }

    [Fact]
    public void A_threshold_must_be_exceeded_and_each_class_may_have_its_own()
    {
        float[] boxes = [0, 0, 1, 1, 0, 0, 0.5f, 0.5f], scores = [0.9f, 0.3f, 0.2f, 0.9f, 0.31f, 0.5f];
        Assert.Equal([[0, 0, 0.5f, 0.5f, 0.31f]], ActionDetections.PerClass(boxes, scores, [0.3f], 3)[0]);
        Assert.Equal([0, 2], ActionDetections.PerClass(boxes, scores, [0, 0.31f, 0.1f], 3).Select(c => c.Count));
    }

    // The first column never counts, however high; among equal scores the first class wins.
    [Fact]
    public void Below_zero_each_box_goes_to_its_best_class()
    {
        float[] boxes = [0, 0, 1, 1, 0, 0, 0.5f, 0.5f], scores = [0.9f, 0.3f, 0.3f, 0.9f, 0.01f, 0.02f];
        IReadOnlyList<IReadOnlyList<float[]>> found = ActionDetections.PerClass(boxes, scores, [-1], 3);
        Assert.Equal([[0, 0, 1, 1, 0.3f]], found[0]);
        Assert.Equal([[0, 0, 0.5f, 0.5f, 0.02f]], found[1]);
    }

    // W − 1 − x, not W − x: reference specification G11.
    [Fact]
    public void A_flip_is_undone_before_a_crop()
    {
        float[] boxes = ActionDetections.Normalise([0, 10, 20, 30, 40], 101, 50, flip: true, (0.5f, 0.25f, 0.25f, 0.5f));
        Near.Absolute([70f / 101 * 0.25f + 0.5f, 20f / 50 * 0.5f + 0.25f, 90f / 101 * 0.25f + 0.5f, 40f / 50 * 0.5f + 0.25f], boxes, 1e-7);
    }

    [Fact]
    public void Numbers_that_do_not_fit_together_are_an_error_in_words()
    {
        float[] box = [0, 0, 1, 1];
        ArgumentException scores = Assert.Throws<ArgumentException>(() => ActionDetections.PerClass(box, [0.1f, 0.2f], [0], 3));
        Assert.Contains("2 scores; expected 1 × 3", scores.Message, StringComparison.Ordinal);
        ArgumentException thresholds = Assert.Throws<ArgumentException>(() => ActionDetections.PerClass(box, [0.1f, 0.2f, 0.3f], [0, 0], 3));
        Assert.Contains("2 thresholds; expected 1 or 3", thresholds.Message, StringComparison.Ordinal);
    }
}
