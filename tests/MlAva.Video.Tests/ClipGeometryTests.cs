using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ClipGeometryTests
{
    [SharedTheory("golden/components/dataset")]
    [InlineData("train")]
    [InlineData("test")]
    public void Annotated_boxes_equal_the_reference_dataset(string set)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"golden/components/dataset/{set}.json")));
        JsonElement infos = document.RootElement.GetProperty("video_infos");
        int count = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("items").EnumerateArray())
        {
            double[] normalised = Golden.Doubles(infos[item.GetProperty("index").GetInt32()].GetProperty("gt_bboxes"));
            FrameSize original = new(80, 60);
            ClipGeometry geometry = ClipGeometry.Original(original);
            int[] draws = [.. item.GetProperty("draws").EnumerateArray().Skip(1).Where(d => d.GetProperty("fn").GetString() == "randint").Select(d => d.GetProperty("value").GetInt32())];
            if (set == "test")
            {
                geometry = geometry.Resize(ClipResize.SizeForShortEdge(original, 64));
            }
            else
            {
                geometry = geometry.Resize(ClipResize.SizeForShortEdge(original, draws[0])).Crop(draws[2], draws[1], new(48, 48));
                if (item.GetProperty("flip").GetBoolean()) geometry = geometry.Flip();
            }

            Assert.Equal(Golden.Floats(item.GetProperty("gt_bboxes")), geometry.ToPixels(normalised));
            count++;
        }

        Assert.True(count >= 4);
    }

    [SharedFact("golden/components/detections.json")]
    public void Boxes_go_back_as_in_the_reference()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/detections.json")));
        int flipped = 0, cropped = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] shape = Golden.Ints(item.GetProperty("img_shape"));
            FrameSize size = new(shape[1], shape[0]);
            float[] rois = Golden.Floats(item.GetProperty("rois"));
            float[] boxes = [.. rois.Where((_, i) => i % 5 != 0)];
            ClipGeometry geometry = ClipGeometry.Original(size);
            if (item.GetProperty("crop_quadruple") is { ValueKind: JsonValueKind.Array } quadruple && Golden.Doubles(quadruple) is not [0, 0, 1, 1] and var crop)
            {
                // The quadruple alone is given: a frame of which it is a whole number of pixels, then resized.
                FrameSize whole = new(1000, 1000), part = new((int)Math.Round(crop[2] * 1000), (int)Math.Round(crop[3] * 1000));
                geometry = ClipGeometry.Original(whole).Crop((int)Math.Round(crop[0] * 1000), (int)Math.Round(crop[1] * 1000), part).Resize(size);
                cropped++;
            }

            if (item.GetProperty("flip").GetBoolean()) (geometry, flipped) = (geometry.Flip(), flipped + 1);
            float[] expected = Golden.Floats(item.GetProperty("det_bboxes"));
            float[] found = geometry.ToNormalised(boxes);
            Assert.Equal(expected.Length, found.Length);
            Assert.Equal(expected, found);
        }

        Assert.True(flipped > 0 && cropped > 0);
    }

    [Fact]
    public void Pixels_are_computed_in_double_and_rounded_once()
    {
        // 0.1f * 3 in single would be 0.3f rounded twice; the reference multiplies doubles.
        ClipGeometry geometry = ClipGeometry.Original(new(1279, 719));
        double[] box = [0.038, 0.493, 0.286, 0.797];
        Assert.Equal([(float)(0.038 * 1279), (float)(0.493 * 719), (float)(0.286 * 1279), (float)(0.797 * 719)], geometry.ToPixels(box));
    }

    [Fact]
    public void A_box_cut_away_stays_without_area()
    {
        float[] box = ClipGeometry.Original(new(100, 50)).Crop(50, 0, new(50, 50)).ToPixels([0.1, 0.2, 0.3, 0.4]);
        Assert.Equal([0f, 10f, 0f, 20f], box);
    }

    [Fact]
    public void Going_there_and_back_meets_itself_but_for_the_flip_s_pixel()
    {
        double[] box = [0.25, 0.3, 0.5, 0.625];
        ClipGeometry geometry = ClipGeometry.Original(new(320, 240)).Resize(new(400, 300)).Crop(20, 30, new(256, 256));
        AssertClose(box, geometry.ToNormalised(geometry.ToPixels(box)), 1e-6);
        AssertClose(box, geometry.Flip().ToNormalised(geometry.Flip().ToPixels(box)), 1.0 / 400 + 1e-6);
        AssertClose(box, geometry.Flip().Resize(new(128, 128)).ToNormalised(geometry.Flip().Resize(new(128, 128)).ToPixels(box)), 1e-6);

        static void AssertClose(double[] expected, float[] found, double tolerance)
        {
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], tolerance);
        }
    }

    [Fact]
    public void Geometries_are_equal_when_their_steps_are()
    {
        ClipGeometry Build(bool flip) => flip ? ClipGeometry.Original(new(8, 8)).Resize(new(6, 6)).Flip() : ClipGeometry.Original(new(8, 8)).Resize(new(6, 6));
        Assert.Equal(Build(true), Build(true));
        Assert.Equal(Build(true).GetHashCode(), Build(true).GetHashCode());
        Assert.NotEqual(Build(true), Build(false));
        Assert.Equal("8x8, resize 6x6, flip", Build(true).ToString());
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        ClipGeometry geometry = ClipGeometry.Original(new(8, 8));
        Assert.Throws<ArgumentException>(() => geometry.ToPixels([0.1, 0.2, 0.3]));
        Assert.Throws<ArgumentException>(() => geometry.ToNormalised([1f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.Crop(4, 0, new(5, 8)));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.Resize(new(0, 8)));
        Assert.Throws<ArgumentException>(() => new VideoClip(1, new(9, 8), geometry));
    }
}
