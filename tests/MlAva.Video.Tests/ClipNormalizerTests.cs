using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ClipNormalizerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_256_values_equal_the_reference(bool toBgr)
    {
        var (shape, expected) = Npy.Read<float>(Golden.Path($"normalize_to_bgr_{(toBgr ? "true" : "false")}.npy"));
        Assert.Equal([256, 3], shape);
        VideoClip clip = new(1, new(256, 1));
        for (int i = 0; i < 256; i++) clip.Pixels.Slice(i * 3, 3).Fill((byte)i);
        float[] found = new ClipNormalizer([123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f], toBgr).Normalize(clip);
        for (int i = 0; i < 256; i++)
            for (int c = 0; c < 3; c++) Assert.Equal(expected[i * 3 + c], found[c * 256 + i]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_layout_is_channel_frame_row_column(bool toBgr)
    {
        VideoClip clip = Golden.Noise(3, new(5, 4));
        float[] found = new ClipNormalizer([0, 0, 0], [1, 1, 1], toBgr).Normalize(clip);
        for (int c = 0; c < 3; c++)
            for (int t = 0; t < 3; t++)
                for (int p = 0; p < 20; p++)
                    Assert.Equal(clip.Frame(t)[p * 3 + (toBgr ? 2 - c : c)], found[(c * 3 + t) * 20 + p]);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ClipNormalizer([1, 2], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new ClipNormalizer([1, 2, 3], [1, 0, 1]));
        Assert.Throws<ArgumentException>(() => ClipNormalizer.Ava.Normalize(new VideoClip(1, new(2, 2)), new float[11]));
    }
}
