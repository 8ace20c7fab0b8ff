using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ClipAugmentationTests
{
    public static TheoryData<int> Cases => [0, 1, 2, 3, 4];

    [SharedTheory("golden/components/augment")]
    [MemberData(nameof(Cases))]
    public void Every_step_equals_the_reference_given_its_draws(int index)
    {
        string folder = SharedData.Path("golden/components/augment");
        JsonElement item = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cases.json"))).RootElement[index];
        int cropSize = item.GetProperty("crop_size").GetInt32();
        Queue<JsonElement> draws = new(item.GetProperty("draws").EnumerateArray());
        float[] boxes = Golden.Floats(item.GetProperty("gt_bboxes")), proposals = Golden.Floats(item.GetProperty("proposals"));
        Dictionary<string, JsonElement> steps = item.GetProperty("steps").EnumerateArray().ToDictionary(s => s.GetProperty("step").GetString()!);

        VideoClip input = Golden.Clip(Path.Combine(folder, $"{index}_input.npy"));
        int edge = draws.Dequeue().GetProperty("value").GetInt32();
        VideoClip clip = ClipAugmentation.Rescale(input, edge);
        Check("rescale", clip);
        int y = clip.Height > cropSize ? draws.Dequeue().GetProperty("value").GetInt32() : 0;
        int x = clip.Width > cropSize ? draws.Dequeue().GetProperty("value").GetInt32() : 0;
        clip = ClipAugmentation.Crop(clip, x, y, new(cropSize, cropSize));
        Check("crop", clip);
        bool flip = draws.Dequeue().GetProperty("value").GetDouble() < item.GetProperty("flip_ratio").GetDouble();
        if (flip) clip = ClipAugmentation.Flip(clip);
        Check("flip", clip);
        Assert.Empty(draws);

        ClipNormalizer normalizer = new(Golden.Floats(item.GetProperty("mean")), Golden.Floats(item.GetProperty("std")), item.GetProperty("to_bgr").GetBoolean());
        var (shape, expected) = Npy.Read<float>(Path.Combine(folder, $"{index}_format.npy"));
        Assert.Equal([3, clip.Frames, clip.Height, clip.Width], shape[^4..]);
        Assert.Equal(expected, normalizer.Normalize(clip));

        VideoClip fused = ClipAugmentation.Apply(input, cropSize, new(edge, x, y, flip));
        Golden.AssertSamePixels(clip.Pixels, fused.Pixels);
        Assert.Equal(clip.Geometry, fused.Geometry);

        void Check(string step, VideoClip now)
        {
            var (size, pixels) = Npy.Read<byte>(Path.Combine(folder, $"{index}_{step}.npy"));
            Assert.Equal([now.Frames, now.Height, now.Width, 3], size);
            Golden.AssertSamePixels(pixels, now.Pixels);
            AssertBoxes(boxes, steps[step].GetProperty("gt_bboxes"), now);
            AssertBoxes(proposals, steps[step].GetProperty("proposals"), now);
        }

        static void AssertBoxes(float[] original, JsonElement expected, VideoClip now)
        {
            float[] found = [.. original];
            now.Geometry.Replay(found);
            Assert.Equal(Golden.Floats(expected), found);
        }
    }

    [Fact]
    public void A_draw_repeats_with_its_seed_and_stays_in_its_ranges()
    {
        ClipAugmentationOptions options = new() { ShortEdgeMinimum = 48, ShortEdgeMaximum = 50, CropSize = 48 };
        FrameSize size = new(80, 60);
        HashSet<int> edges = [], offsets = [];
        int flips = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            AugmentationDraw draw = ClipAugmentation.Draw(size, options, new(seed));
            Assert.Equal(draw, ClipAugmentation.Draw(size, options, new(seed)));
            edges.Add(draw.ShortEdge);
            if (draw.ShortEdge == 50) offsets.Add(draw.CropY);
            if (draw.ShortEdge == 48) Assert.Equal(0, draw.CropY);
            flips += draw.Flip ? 1 : 0;
        }

        Assert.Equal([48, 49, 50], edges.Order());
        Assert.Equal([0, 1], offsets.Order()); // of 0, 1, 2 the last never occurs
        Assert.InRange(flips, 150, 250);
    }

    [Fact]
    public void Single_random_steps_draw_what_the_whole_draws()
    {
        VideoClip clip = Golden.Noise(2, new(70, 52));
        ClipAugmentationOptions options = new() { ShortEdgeMinimum = 32, ShortEdgeMaximum = 40, CropSize = 30, FlipProbability = 0.5 };
        for (ulong seed = 0; seed < 10; seed++)
        {
            ClipRandom random = new(seed);
            VideoClip steps = ClipAugmentation.RandomRescale(clip, 32, 40, random);
            steps = ClipAugmentation.RandomFlip(ClipAugmentation.RandomCrop(steps, 30, random), 0.5, random);
            VideoClip whole = ClipAugmentation.Apply(clip, 30, ClipAugmentation.Draw(clip.Size, options, new(seed)));
            Golden.AssertSamePixels(steps.Pixels, whole.Pixels);
            Assert.Equal(steps.Geometry, whole.Geometry);
        }
    }

    [Fact]
    public void A_crop_that_does_not_fit_says_what_to_do()
    {
        VideoClip clip = new(1, new(300, 200));
        string message = Assert.Throws<ArgumentException>(() => ClipAugmentation.RandomCrop(clip, 256, new(1))).Message;
        Assert.Contains("256x256", message, StringComparison.Ordinal);
        Assert.Contains("300x200", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipAugmentation.Crop(clip, 100, 0, new(256, 200)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipAugmentation.Apply(clip, 256, new(256, 200, 0, false)));
    }

    [Fact]
    public void Wrong_options_are_named()
    {
        Assert.Contains("ShortEdgeMinimum", Assert.Throws<ArgumentException>(() => new ClipAugmentationOptions { CropSize = 300 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("ShortEdgeMaximum", Assert.Throws<ArgumentException>(() => new ClipAugmentationOptions { ShortEdgeMaximum = 255 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("FlipProbability", Assert.Throws<ArgumentException>(() => new ClipAugmentationOptions { FlipProbability = 1.5 }.Validate()).Message, StringComparison.Ordinal);
        new ClipAugmentationOptions().Validate();
    }

    [Fact]
    public void Flipping_twice_gives_the_clip_back()
    {
        VideoClip clip = Golden.Noise(2, new(13, 7));
        VideoClip once = ClipAugmentation.Flip(clip);
        Assert.True(once.Geometry.IsFlipped);
        Assert.Equal(clip.Frame(1)[..3].ToArray(), once.Frame(1).Slice(12 * 3, 3).ToArray());
        VideoClip twice = ClipAugmentation.Flip(once);
        Golden.AssertSamePixels(clip.Pixels, twice.Pixels);
        Assert.False(twice.Geometry.IsFlipped);
    }
}
