using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ClipResizeTests
{
    public static TheoryData<int> Cases => [0, 1, 2, 3, 4, 5, 6, 7];

    [SharedTheory("golden/components/resize")]
    [MemberData(nameof(Cases))]
    public void Resizing_equals_the_reference_bit_for_bit(int index)
    {
        string folder = SharedData.Path("golden/components/resize");
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cases.json"))).RootElement[index];
        VideoClip input = Golden.Clip(Path.Combine(folder, $"{index}_in.npy"));
        JsonElement scale = expected.GetProperty("scale");
        int first = scale[0].GetInt32(), second = scale[1].GetInt32();
        FrameSize size = first < 0 ? ClipResize.SizeForShortEdge(input.Size, second) : ClipResize.SizeWithin(input.Size, first, second);
        VideoClip result = ClipResize.Resize(input, size);

        var (shape, pixels) = Npy.Read<byte>(Path.Combine(folder, $"{index}_out.npy"));
        Assert.Equal((shape[1], shape[0]), (result.Width, result.Height));
        Golden.AssertSamePixels(pixels, result.Pixels);
        float[] boxes = Golden.Floats(expected.GetProperty("gt_bboxes_in"));
        result.Geometry.Replay(boxes);
        Assert.Equal(Golden.Floats(expected.GetProperty("gt_bboxes")), boxes);
    }

    [Theory]
    [InlineData("upscale")]
    [InlineData("halve")]
    public void Resizing_equals_the_committed_golden(string name)
    {
        VideoClip input = Golden.Clip(Golden.Path($"resize_{name}_in.npy"));
        var (shape, pixels) = Npy.Read<byte>(Golden.Path($"resize_{name}_out.npy"));
        Golden.AssertSamePixels(pixels, ClipResize.Resize(input, new(shape[1], shape[0])).Pixels);
    }

    [SharedFact("golden/components/rescale_size.json")]
    public void Sizes_equal_the_reference()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/rescale_size.json")));
        int count = 0;
        foreach (JsonElement item in document.RootElement.EnumerateArray())
        {
            FrameSize size = Size(item.GetProperty("size_wh")), expected = Size(item.GetProperty("new_wh"));
            FrameSize found = item.TryGetProperty("short_edge", out JsonElement edge)
                ? ClipResize.SizeForShortEdge(size, edge.GetInt32())
                : ClipResize.SizeWithin(size, item.GetProperty("scale_wh")[0].GetInt32(), item.GetProperty("scale_wh")[1].GetInt32());
            Assert.Equal(expected, found);
            count++;
        }

        Assert.True(count > 50);

        static FrameSize Size(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());
    }

    [Theory] // Reference specification §11.
    [InlineData(1280, 720, 256, 455, 256)]
    [InlineData(854, 480, 300, 534, 300)]
    [InlineData(654, 480, 320, 436, 320)]
    [InlineData(720, 404, 256, 456, 256)]
    [InlineData(450, 360, 300, 375, 300)]
    public void The_short_edge_rule_rounds_half_up(int width, int height, int edge, int newWidth, int newHeight) =>
        Assert.Equal(new FrameSize(newWidth, newHeight), ClipResize.SizeForShortEdge(new(width, height), edge));

    [Theory]
    [InlineData(53, 41, 97, 70)]
    [InlineData(53, 41, 20, 33)]
    [InlineData(40, 60, 20, 30)]
    [InlineData(40, 60, 40, 60)]
    [InlineData(1, 1, 5, 7)]
    [InlineData(2, 9, 3, 2)]
    public void One_pass_gives_the_pixels_of_resize_crop_and_flip_in_turn(int width, int height, int newWidth, int newHeight)
    {
        VideoClip clip = Golden.Noise(3, new(width, height));
        FrameSize size = new(newWidth, newHeight), crop = new((newWidth + 1) / 2, (newHeight + 2) / 3);
        int x = newWidth - crop.Width, y = (newHeight - crop.Height) / 2;
        foreach (bool flip in new[] { false, true })
        {
            VideoClip steps = ClipAugmentation.Crop(ClipResize.Resize(clip, size), x, y, crop);
            if (flip) steps = ClipAugmentation.Flip(steps);
            VideoClip single = ClipResize.ResizeAndCrop(clip, size, x, y, crop, flip);
            Golden.AssertSamePixels(steps.Pixels, single.Pixels);
            Assert.Equal(steps.Geometry, single.Geometry);
        }
    }

    [Fact]
    public void Threads_do_not_change_the_result()
    {
        VideoClip clip = Golden.Noise(9, new(61, 47));
        FrameSize size = new(80, 62);
        Golden.AssertSamePixels(ClipResize.Resize(clip, size).Pixels, ClipResize.Resize(clip, size, maxDegreeOfParallelism: 4).Pixels);
    }

    [Fact]
    public void A_long_enough_buffer_is_used_and_a_short_one_is_not()
    {
        VideoClip clip = Golden.Noise(2, new(16, 16));
        byte[] roomy = new byte[2 * 8 * 8 * 3 + 100];
        Assert.Same(roomy, ClipResize.Resize(clip, new(8, 8), roomy).Buffer);
        Assert.NotSame(roomy, ClipResize.Resize(clip, new(32, 32), roomy).Buffer);
    }

    [Fact]
    public void A_plain_grey_stays_as_it_is_at_any_size()
    {
        VideoClip clip = new(1, new(31, 17));
        clip.Pixels.Fill(201);
        foreach (FrameSize size in new FrameSize[] { new(7, 5), new(64, 200), new(31, 18), new(1, 1) })
            Assert.All(ClipResize.Resize(clip, size).Pixels.ToArray(), value => Assert.InRange(value, 200, 201));
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        VideoClip clip = new(1, new(8, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipResize.Resize(clip, new(0, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipResize.SizeForShortEdge(new(8, 8), 0));
        Assert.Throws<ArgumentException>(() => ClipResize.Resize(new byte[10], new(4, 4), new byte[300], new(2, 2)));
        Assert.Throws<OperationCanceledException>(() => ClipResize.Resize(clip, new(4, 4), cancellationToken: new(canceled: true)));
    }
}
