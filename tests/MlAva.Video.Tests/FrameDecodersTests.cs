using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class FrameDecodersTests
{
    [TurboFact]
    public void Both_decoders_give_the_same_pixels()
    {
        int pictures = 0;
        foreach (FrameSize size in new FrameSize[] { new(1, 1), new(7, 3), new(16, 16), new(33, 17), new(48, 40), new(129, 65) })
        {
            foreach (int quality in new[] { 30, 75, 100 })
            {
                foreach (VideoClip clip in new[] { Golden.Scene(1, size), Golden.Noise(1, size) })
                {
                    AssertSame(ImageCodec.EncodeJpeg(clip.Pixels, size, quality), size);
                    pictures++;
                }
            }
        }

        AssertSame(ImageCodec.EncodePng(Golden.Noise(1, new(9, 5)).Pixels, new(9, 5)), new(9, 5));
        Assert.Equal(36, pictures);
        Assert.Same(FrameDecoders.Turbo, FrameDecoders.Default);
    }

    [TurboFact("ava/nest/rawframes")]
    public void Both_decoders_give_the_same_pixels_for_real_frames()
    {
        int folders = 0;
        foreach (string folder in Directory.EnumerateDirectories(SharedData.Path("ava/nest/rawframes")))
        {
            using JpegFolderStore embedded = new(folder, new() { Decoder = JpegDecoder.Embedded }), turbo = new(folder, new() { Decoder = JpegDecoder.LibjpegTurbo });
            int[] frames = [1, 200, 401, 602];
            Golden.AssertSamePixels(embedded.Read(frames).Pixels, turbo.Read(frames).Pixels);
            Assert.Equal((1, 602), (turbo.FirstIndex, turbo.FrameCount!.Value));
            folders++;
        }

        Assert.Equal(5, folders);
    }

    [TurboFact]
    public void A_turned_picture_comes_upright_from_both()
    {
        FrameSize stored = new(24, 16);
        byte[] plain = ImageCodec.EncodeJpeg(Golden.Scene(1, stored).Pixels, stored);
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            // After the first marker: EXIF with one entry, the orientation, big-endian.
            byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
            FrameSize size = orientation >= 5 ? new(16, 24) : stored;
            AssertSame([.. plain[..2], .. exif, .. plain[2..]], size);
        }
    }

    [TurboFact]
    public void Both_refuse_the_same_pictures_with_the_same_words()
    {
        FrameSize size = new(40, 30);
        byte[] whole = ImageCodec.EncodeJpeg(Golden.Scene(1, size).Pixels, size);
        for (int length = 0; length < whole.Length; length += 7) AssertSameVerdict(whole[..length], size);
        ClipRandom random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] changed = [.. whole];
            for (int k = 0; k < 3; k++) changed[random.Next(0, changed.Length)] = (byte)random.Next(0, 256);
            AssertSameVerdict(changed, size);
        }

        AssertSameVerdict(whole, new(41, 30));
    }

    [Fact]
    public void A_choice_gives_its_decoder_and_every_decoder_has_a_name()
    {
        Assert.Same(FrameDecoders.Embedded, FrameDecoders.Get(JpegDecoder.Embedded));
        Assert.Same(FrameDecoders.Default, FrameDecoders.Get(JpegDecoder.Automatic));
        Assert.Contains("Skia", FrameDecoders.Embedded.Name, StringComparison.Ordinal);
        Assert.Equal(FrameDecoders.Turbo is null, FrameDecoders.WhyNotTurbo is { Length: > 0 });
        if (FrameDecoders.Turbo is null) Assert.Contains("install", Assert.Throws<FrameStoreException>(() => FrameDecoders.Get(JpegDecoder.LibjpegTurbo)).Mend, StringComparison.Ordinal);
        else Assert.Contains("turbo", FrameDecoders.Get(JpegDecoder.LibjpegTurbo).Name, StringComparison.Ordinal);
        Assert.Contains("Decoder", Assert.Throws<ArgumentException>(new FrameStoreOptions { Decoder = (JpegDecoder)9 }.Validate).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FrameDecoders.Default.Decode(ImageCodec.EncodeJpeg(new byte[12], new(2, 2)), new(2, 2), new byte[11], "a", null));
    }

    [Theory]
    [InlineData(JpegDecoder.Embedded, 5_000)]
    [InlineData(JpegDecoder.Automatic, 5_000)]
    public void Reading_frames_leaves_little_garbage(JpegDecoder decoder, int bound)
    {
        using TemporaryFolder folder = new();
        FrameSize size = new(64, 48);
        for (int i = 1; i <= 8; i++) File.WriteAllBytes(folder.File($"img_{i:D5}.jpg"), ImageCodec.EncodeJpeg(Golden.Scene(1, size).Pixels, size));
        using JpegFolderStore store = new(folder.Path, new() { Decoder = decoder });
        int[] frames = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] buffer = new byte[VideoClip.ByteCount(8, size)];
        store.Read(frames, buffer, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) store.Read(frames, buffer, default);
        long perClip = (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
        // Eight frames; the embedded decoder makes an object of its library for each, libjpeg-turbo none.
        Assert.InRange(perClip, 0, FrameDecoders.Get(decoder) == FrameDecoders.Turbo ? 1_000 : bound);
    }

    static void AssertSame(byte[] image, FrameSize size)
    {
        byte[] first = new byte[size.ByteCount], second = new byte[size.ByteCount];
        Assert.Equal(size, FrameDecoders.Embedded.ReadSize(image, "a"));
        Assert.Equal(size, FrameDecoders.Turbo!.ReadSize(image, "a"));
        FrameDecoders.Embedded.Decode(image, size, first, "a", null);
        FrameDecoders.Turbo!.Decode(image, size, second, "a", null);
        Golden.AssertSamePixels(first, second);
    }

    static void AssertSameVerdict(byte[] image, FrameSize size)
    {
        string? Verdict(IFrameDecoder decoder)
        {
            try
            {
                decoder.Decode(image, size, new byte[size.ByteCount], "frame.jpg", null);
                return null;
            }
            catch (FrameDecodeException error)
            {
                return error.Message;
            }
        }

        Assert.Equal(Verdict(FrameDecoders.Embedded), Verdict(FrameDecoders.Turbo!));
    }
}
