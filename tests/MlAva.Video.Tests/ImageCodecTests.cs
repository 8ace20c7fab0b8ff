using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ImageCodecTests
{
    static readonly FrameSize Size = new(48, 40);

    [SharedFact("golden/components/dataset")]
    public void Jpegs_decode_to_the_reference_s_pixels()
    {
        string folder = SharedData.Path("golden/components/dataset");
        int worst = 0, clips = 0;
        foreach (string set in new[] { "train", "test" })
        {
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, set + ".json")));
            int i = 0;
            foreach (System.Text.Json.JsonElement item in document.RootElement.GetProperty("items").EnumerateArray())
            {
                var (shape, expected) = Npy.Read<byte>(Path.Combine(folder, $"{set}_{i++}_decoded.npy"));
                using IFrameStore store = FrameStore.Open(Path.Combine(folder, item.GetProperty("frame_dir").GetString()!));
                VideoClip clip = store.Read(Golden.Ints(item.GetProperty("frame_inds")));
                Assert.Equal([clip.Frames, clip.Height, clip.Width, 3], shape);
                worst = Math.Max(worst, Golden.MaximumDifference(expected, clip.Pixels));
                clips++;
            }
        }

        Assert.Equal(9, clips);
        Assert.Equal(0, worst);
    }

    [Fact]
    public void Png_keeps_every_pixel()
    {
        VideoClip noise = Golden.Noise(1, new(37, 23));
        RgbImage back = ImageCodec.Decode(ImageCodec.EncodePng(noise.Pixels, noise.Size));
        Assert.Equal(noise.Size, back.Size);
        Golden.AssertSamePixels(noise.Pixels, back.Pixels);
    }

    [Fact]
    public void Jpeg_keeps_the_picture()
    {
        VideoClip scene = Golden.Scene(1, Size);
        RgbImage back = ImageCodec.Decode(ImageCodec.EncodeJpeg(scene.Pixels, Size));
        Assert.InRange(Golden.MeanDifference(scene.Pixels, back.Pixels), 0.01, 6);
        Assert.True(ImageCodec.EncodeJpeg(scene.Pixels, Size, 30).Length < ImageCodec.EncodeJpeg(scene.Pixels, Size, 95).Length);
    }

    [Fact]
    public void A_jpeg_cut_off_anywhere_is_an_error()
    {
        byte[] whole = ImageCodec.EncodeJpeg(Golden.Scene(1, Size).Pixels, Size);
        ImageCodec.Decode(whole);
        for (int length = 0; length < whole.Length; length++)
        {
            FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => ImageCodec.Decode(whole.AsSpan(0, length), "frame.jpg"));
            Assert.Equal("frame.jpg", error.File);
            Assert.NotEmpty(error.Mend);
        }
    }

    [Fact]
    public void A_png_cut_off_is_an_error()
    {
        byte[] whole = ImageCodec.EncodePng(Golden.Noise(1, Size).Pixels, Size);
        for (int length = 0; length < whole.Length - 20; length += 7)
            Assert.Throws<FrameDecodeException>(() => ImageCodec.Decode(whole.AsSpan(0, length)));
    }

    [Fact]
    public void What_is_no_picture_is_described()
    {
        Assert.Contains("empty file", Error([]), StringComparison.Ordinal);
        Assert.Contains("<html>", Error("<html>not found</html>"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("git lfs pull", Error("version https://git-lfs.github.com/spec/v1\noid sha256:0"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("0001020304", Error([0, 1, 2, 3, 4, 5]), StringComparison.Ordinal);

        static string Error(byte[] bytes) => Assert.Throws<FrameDecodeException>(() => ImageCodec.Decode(bytes, "frame.jpg")).Message;
    }

    [Fact]
    public void A_picture_of_another_size_is_an_error()
    {
        byte[] jpeg = ImageCodec.EncodeJpeg(Golden.Scene(1, Size).Pixels, Size);
        FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => ImageCodec.Decode(jpeg, new(40, 48), new byte[Size.ByteCount]));
        Assert.Contains("48x40", error.Found, StringComparison.Ordinal);
        Assert.Contains("40x48", error.Expected, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ImageCodec.Decode(jpeg, Size, new byte[10]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Exif_orientation_is_honoured(int orientation)
    {
        byte[] plain = ImageCodec.EncodeJpeg(Golden.Scene(1, Size).Pixels, Size);
        RgbImage stored = ImageCodec.Decode(plain), upright = ImageCodec.Decode(WithOrientation(plain, orientation));
        bool turned = orientation >= 5;
        Assert.Equal(turned ? new(Size.Height, Size.Width) : Size, upright.Size);
        for (int y = 0; y < stored.Height; y++)
        {
            for (int x = 0; x < stored.Width; x++)
            {
                // Where EXIF says that the stored pixel is to be shown.
                int right = stored.Width - 1 - x, lower = stored.Height - 1 - y;
                var (column, row) = orientation switch
                {
                    1 => (x, y), 2 => (right, y), 3 => (right, lower), 4 => (x, lower),
                    5 => (y, x), 6 => (lower, x), 7 => (lower, right), _ => (y, right),
                };
                int from = (y * stored.Width + x) * 3, to = (row * upright.Width + column) * 3;
                Assert.Equal(stored.Pixels[from..(from + 3)], upright.Pixels[to..(to + 3)]);
            }
        }
    }

    [Fact]
    public void Images_are_saved_by_extension_and_leave_nothing_beside()
    {
        using TemporaryFolder folder = new();
        RgbImage image = RgbImage.FromClip(Golden.Scene(2, Size), 1);
        image.Save(folder.File("a.png"));
        image.Save(folder.File("a.png"));
        image.Save(folder.File("a.JPG"));
        Golden.AssertSamePixels(image.Pixels, RgbImage.Load(folder.File("a.png")).Pixels);
        Assert.Equal(Size, RgbImage.Load(folder.File("a.JPG")).Size);
        Assert.Throws<ArgumentException>(() => image.Save(folder.File("a.gif")));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    /// <summary>Puts an EXIF segment with an orientation tag after the JPEG's first marker.</summary>
    static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }
}
