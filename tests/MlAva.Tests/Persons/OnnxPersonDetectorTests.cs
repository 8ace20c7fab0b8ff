using MlAva.Annotations;
using MlAva.Persons;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests.Persons;

/// <summary>Detectors of every kind, written here with boxes that are known.</summary>
public sealed class OnnxPersonDetectorTests : IDisposable
{
    const int Side = 32;
    readonly TemporaryFolder _folder = new();

    static VideoClip Picture(int width, int height, byte red, byte green, byte blue)
    {
        VideoClip clip = new(1, new(width, height));
        new FramePainter(clip.Frame(0), clip.Size).Fill(0, 0, width, height, new(red, green, blue));
        return clip;
    }

    string Save(OnnxModel model) => model.Save(_folder.File("model.onnx"));

    KeyframeProposals Detect(OnnxPersonDetectorOptions options, VideoClip frame)
    {
        using OnnxPersonDetector detector = new(options);
        return detector.Detect(frame);
    }

    static void AssertBox(Box expected, Box found)
    {
        Assert.Equal(expected.X1, found.X1, 5);
        Assert.Equal(expected.Y1, found.Y1, 5);
        Assert.Equal(expected.X2, found.X2, 5);
        Assert.Equal(expected.Y2, found.Y2, 5);
    }

    /// <summary>21 cells of strides 8, 16 and 32; two classes.</summary>
    static float[] YoloxRows(params (int Cell, float X, float Y, float W, float H, float Objectness, float Person, float Other)[] set)
    {
        float[] rows = new float[21 * 7];
        foreach ((int cell, float x, float y, float w, float h, float objectness, float person, float other) in set)
            new[] { x, y, w, h, objectness, person, other }.CopyTo(rows, cell * 7);
        return rows;
    }

    [Fact]
    public void Yolox_cells_become_boxes_of_the_frame()
    {
        float two = MathF.Log(2);
        // Stride 8, column 1, row 1: centre (12, 12), 16×16; stride 16, column 0, row 1: a thing; stride 32: centre (16, 8), 32×16.
        float[] rows = YoloxRows((5, 0.5f, 0.5f, two, two, 0.9f, 1, 0), (18, 0.5f, 0.5f, 0, 0, 1, 0.1f, 0.9f), (20, 0.5f, 0.25f, 0, -two, 0.5f, 1, 0));
        string model = Save(new OnnxModel("images", 1, 3, Side, Side).Constant("output", rows, 1, 21, 7));

        // A frame of 64×32 takes the upper half of the input, at half its size.
        KeyframeProposals found = Detect(new() { Model = model }, Picture(64, 32, 0, 0, 0));

        Assert.Equal([0.9, 0.5], found.Scores!.Select(s => Math.Round(s, 5)));
        AssertBox(new(4 / 32.0, 4 / 16.0, 20 / 32.0, 1), found.Boxes[0]);
        AssertBox(Box.WholeFrame, found.Boxes[1]);
        // The other class: stride 16, column 0, row 0 of its grid's second row.
        AssertBox(new(0, 0.5, 0.5, 1), Assert.Single(Detect(new() { Model = model, PersonClass = 1 }, Picture(32, 32, 0, 0, 0)).Boxes));
        // In the middle, the frame begins at row 8.
        AssertBox(new(4 / 32.0, 0, 20 / 32.0, 12 / 16.0), Detect(new() { Model = model, Fit = FrameFit.Centre }, Picture(64, 32, 0, 0, 0)).Boxes[0]);
    }

    [Fact]
    public void Decoded_yolox_is_told_by_its_numbers_and_overlapping_boxes_go()
    {
        float[] rows = YoloxRows((0, 40, 40, 20, 40, 1, 0.9f, 0), (3, 41, 40, 20, 40, 1, 0.8f, 0), (7, 10, 40, 20, 40, 1, 0.7f, 0), (9, 10, 10, 5, 5, 1, 0.2f, 0));
        string model = Save(new OnnxModel("images", 1, 3, 64, 64).Constant("output", rows, 1, 21, 7));

        KeyframeProposals found = Detect(new() { Model = model }, Picture(64, 64, 0, 0, 0));

        Assert.Equal([0.9, 0.7], found.Scores!.Select(s => Math.Round(s, 5)));
        AssertBox(new(30 / 64.0, 20 / 64.0, 50 / 64.0, 60 / 64.0), found.Boxes[0]);
        Assert.Equal(3, Detect(new() { Model = model, NmsIoU = 0.95 }, Picture(64, 64, 0, 0, 0)).Count);
        Assert.Equal(1, Detect(new() { Model = model, MaxBoxes = 1 }, Picture(64, 64, 0, 0, 0)).Count);
        Assert.Equal(3, Detect(new() { Model = model, ScoreThreshold = 0.1 }, Picture(64, 64, 0, 0, 0)).Count);
    }

    [Fact]
    public void Detr_s_classes_exclude_each_other_and_rt_detr_s_do_not()
    {
        float[] boxes = [0.5f, 0.5f, 0.5f, 1, 0.25f, 0.5f, 0.1f, 0.2f], logits = new float[2 * 92];
        logits[1] = MathF.Log(91 * 9); // against 91 others of e⁰
        string model = Save(new OnnxModel("pixel_values", 1, 3, Side, Side).Constant("logits", logits, 1, 2, 92).Constant("pred_boxes", boxes, 1, 2, 4));

        KeyframeProposals detr = Detect(new() { Model = model }, Picture(100, 50, 0, 0, 0)), sigmoid = Detect(new() { Model = model, Outputs = DetectorOutputs.RtDetr, PersonClass = 1 }, Picture(100, 50, 0, 0, 0));

        Assert.Equal(0.9, Assert.Single(detr.Scores!), 5);
        AssertBox(new(0.25, 0, 0.75, 1), detr.Boxes[0]);
        // e⁰ is a half by itself.
        Assert.Equal([Math.Round(1 - 1 / (91 * 9 + 1.0), 4), 0.5], sigmoid.Scores!.Select(s => Math.Round(s, 4)));
    }

    [Fact]
    public void Rt_detr_with_its_own_end_takes_the_size_of_its_input()
    {
        string model = Save(new OnnxModel("images", 1, 3, Side, Side).SizeInput("orig_target_sizes").Constant("labels", [0L, 3L, 0L], 1, 3)
            .Constant("boxes", [8f, 0, 16, 32, 0, 0, 32, 32, -5, 16, 8, 40], 1, 3, 4).Constant("scores", [0.8f, 0.99f, 0.6f], 1, 3));
        using OnnxPersonDetector detector = new(new() { Model = model });

        KeyframeProposals found = detector.Detect(Picture(320, 64, 0, 0, 0));

        Assert.Equal(DetectorOutputs.RtDetr, detector.Outputs);
        AssertBox(new(0.25, 0, 0.5, 1), found.Boxes[0]);
        AssertBox(new(0, 0.5, 0.25, 1), found.Boxes[1]);
    }

    [Fact]
    public void Faster_rcnn_sees_the_pixels_that_it_was_trained_on()
    {
        // Scores are pixels: red, green and blue of the frame, and one beside it.
        OnnxModel net = new OnnxModel("image", 3, -1, -1).AnyLength("boxes", [0, 0, 4, 8, 4, 0, 8, 8, 8, 0, 12, 8, 12, 0, 16, 8], 4, 4)
            .Constant("labels", [1L, 1L, 1L, 1L], 4).Pixels("scores", (0, 1, 1), (1, 1, 1), (2, 1, 1), (0, 15, 1));
        string model = Save(net);
        OnnxPersonDetectorOptions options = new() { Model = model, Width = 16, Height = 16, ScoreThreshold = 0.1 };
        VideoClip frame = Picture(32, 16, 204, 102, 51);

        double[] ByPlace(KeyframeProposals found) => [.. found.Boxes.Zip(found.Scores!).OrderBy(b => b.First.X1).Select(b => Math.Round(b.Second, 5))];
        Assert.Equal([0.8, 0.4, 0.2, Math.Round(114 / 255.0, 5)], ByPlace(Detect(options, frame)));
        Assert.Equal([0.2, 0.4, 0.8, Math.Round(114 / 255.0, 5)], ByPlace(Detect(options with { Bgr = true }, frame)));
        // Whatever is above 1 counts as certain.
        Assert.Equal([1, 1, 1, 1], ByPlace(Detect(options with { Scaling = PixelScaling.Bytes }, frame)));
        // (0.8 − 0.485) / 0.229 is above 1; (0.447 − 0.485) / 0.229 is below any threshold.
        Assert.Equal([1], ByPlace(Detect(options with { Scaling = PixelScaling.ImageNet }, frame)));
        Assert.Equal(0.8, ByPlace(Detect(options with { Fit = FrameFit.Stretch }, frame))[3]);
    }

    [Fact]
    public void What_is_no_detector_is_told()
    {
        string text = _folder.Write("text.onnx", "no model"), odd = new OnnxModel("x", 1, 3, 8, 8).Constant("y", new float[4], 1, 4).Save(_folder.File("odd.onnx"));
        string yolox = new OnnxModel("images", 1, 3, Side, Side).Constant("output", new float[20 * 7], 1, 20, 7).Save(_folder.File("yolox.onnx"));

        Assert.Contains("no such file", Assert.Throws<FileNotFoundException>(() => new OnnxPersonDetector(new() { Model = _folder.File("none.onnx") })).Message, StringComparison.Ordinal);
        Assert.Contains("no ONNX model", Assert.Throws<FormatException>(() => new OnnxPersonDetector(new() { Model = text })).Message, StringComparison.Ordinal);
        string outputs = Assert.Throws<FormatException>(() => new OnnxPersonDetector(new() { Model = odd })).Message;
        Assert.Contains("y [1, 4]", outputs, StringComparison.Ordinal);
        Assert.Contains("YOLOX", outputs, StringComparison.Ordinal);
        Assert.Contains("20 boxes for an input of 32x32", Assert.Throws<FormatException>(() => Detect(new() { Model = yolox }, Picture(8, 8, 0, 0, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("PersonClass is 2; expected 0 to 1", Assert.Throws<ArgumentException>(() => Detect(new() { Model = yolox, PersonClass = 2 }, Picture(8, 8, 0, 0, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("expected 32", Assert.Throws<ArgumentException>(() => new OnnxPersonDetector(new() { Model = yolox, Width = 64 })).Message, StringComparison.Ordinal);
        Assert.Contains("ScoreThreshold is 2", Assert.Throws<ArgumentException>(() => new OnnxPersonDetectorOptions { Model = "x", ScoreThreshold = 2 }.Validate()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
