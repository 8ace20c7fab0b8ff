using System.Buffers.Binary;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class MotionJpegAviTests
{
    static readonly FrameSize Size = new(46, 34);

    [Fact]
    public void A_clip_comes_back_through_a_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("clip.avi");
        VideoClip scene = Golden.Scene(9, Size);
        MotionJpegAviWriter.WriteClip(scene, path, 12.5, quality: 97);
        using IFrameStore store = FrameStore.Open(path);
        Assert.IsType<MotionJpegAviStore>(store);
        Assert.Equal((Size, 1, 9, 9, 12.5), (store.Size, store.FirstIndex, store.LastIndex, store.FrameCount, store.Fps));
        VideoClip back = store.Read([9, 1, 5, 9]);
        foreach (var (found, original) in new[] { (0, 8), (1, 0), (2, 4), (3, 8) })
            Assert.InRange(Golden.MeanDifference(scene.Frame(original), back.Frame(found)), 0, 5);
        Golden.AssertSamePixels(ImageCodec.Decode(ImageCodec.EncodeJpeg(scene.Frame(4), Size, 97)).Pixels, back.Frame(2));
    }

    [SharedFact("golden/components/dataset")]
    public void A_folder_of_jpegs_is_wrapped_without_loss()
    {
        using TemporaryFolder folder = new();
        string source = SharedData.Path("golden/components/dataset/rawframes/-5KQ66BBWC4"), path = folder.File("video.avi");
        MotionJpegAviWriter.WriteFolder(source, path, 10);
        using JpegFolderStore frames = new(source);
        using MotionJpegAviStore video = new(path);
        Assert.Equal(frames.Range(), video.Range());
        int[] indices = [.. Enumerable.Range(1, video.FrameCount!.Value)];
        Golden.AssertSamePixels(frames.Read(indices).Pixels, video.Read(indices).Pixels);
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(29.97, 30000 / 1001.0)]
    [InlineData(23.976, 24000 / 1001.0)]
    [InlineData(29.83, 29.83)]
    [InlineData(0.5, 0.5)]
    public void Rates_are_kept(double fps, double kept)
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(1, Size), folder.File("a.avi"), fps);
        using MotionJpegAviStore store = new(folder.File("a.avi"));
        Assert.Equal(kept, store.Fps!.Value, 1e-12);
    }

    [Fact]
    public void Another_rate_repeats_or_leaves_out_frames()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(10, Size), folder.File("a.avi"), 10);
        using MotionJpegAviStore native = new(folder.File("a.avi"), new() { FirstIndex = 0 });
        VideoClip all = native.Read([.. Enumerable.Range(0, 10)]);
        using MotionJpegAviStore doubled = new(folder.File("a.avi"), new() { FirstIndex = 0, Fps = 20 });
        Assert.Equal((20, 20.0), (doubled.FrameCount, doubled.Fps));
        VideoClip twice = doubled.Read([.. Enumerable.Range(0, 20)]);
        for (int i = 0; i < 20; i++) Golden.AssertSamePixels(all.Frame(i / 2), twice.Frame(i));
        using MotionJpegAviStore halved = new(folder.File("a.avi"), new() { FirstIndex = 0, Fps = 5 });
        Assert.Equal(5, halved.FrameCount);
        // Times 0, 1, 2 … tenths round to slots 0, 1, 1, 2, 2 …: the last frame in a slot is shown.
        Golden.AssertSamePixels(all.Frame(0), halved.ReadImage(0).Pixels);
        Golden.AssertSamePixels(all.Frame(2), halved.ReadImage(1).Pixels);
    }

    [Fact]
    public void Nothing_is_left_behind_unless_completed()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.avi");
        using (MotionJpegAviWriter writer = new(path, Size, 30)) writer.Append(Golden.Scene(1, Size).Pixels);
        Assert.Empty(Directory.GetFiles(folder.Path));
        using (MotionJpegAviWriter empty = new(path, Size, 30)) Assert.Throws<InvalidOperationException>(empty.Complete);
        Assert.Empty(Directory.GetFiles(folder.Path));
        MotionJpegAviWriter.WriteClip(Golden.Scene(2, Size), path, 30);
        MotionJpegAviWriter.WriteClip(Golden.Scene(3, Size), path, 30);
        Assert.Single(Directory.GetFiles(folder.Path));
        using MotionJpegAviStore store = new(path);
        Assert.Equal(3, store.FrameCount);
    }

    [Fact]
    public void The_writer_refuses_what_does_not_suit()
    {
        using TemporaryFolder folder = new();
        using MotionJpegAviWriter writer = new(folder.File("a.avi"), Size, 30);
        Assert.Throws<ArgumentException>(() => writer.Append(new byte[5]));
        Assert.Throws<FrameDecodeException>(() => writer.AppendJpeg(ImageCodec.EncodeJpeg(new byte[300], new(10, 10))));
        Assert.Throws<FrameDecodeException>(() => writer.AppendJpeg(ImageCodec.EncodePng(Golden.Scene(1, Size).Pixels, Size)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MotionJpegAviWriter(folder.File("b.avi"), Size, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MotionJpegAviWriter(folder.File("b.avi"), new(0, 4), 30));
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Append(Golden.Scene(1, Size).Pixels));
    }

    [Fact]
    public void A_frame_missing_from_the_folder_leaves_no_video()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder output = new();
        foreach (int i in new[] { 1, 2, 4 }) File.WriteAllBytes(folder.File(FrameTemplate.Default.FileName(i)), ImageCodec.EncodeJpeg(Golden.Scene(1, Size).Pixels, Size));
        Assert.Equal(3, Assert.Throws<FrameStoreException>(() => MotionJpegAviWriter.WriteFolder(folder.Path, output.File("a.avi"), 30)).Frame);
        Assert.Throws<OperationCanceledException>(() => MotionJpegAviWriter.WriteFolder(folder.Path, output.File("a.avi"), 30, cancellationToken: new(canceled: true)));
        Assert.Empty(Directory.GetFiles(output.Path));
    }

    [Fact]
    public void A_frame_outside_the_video_names_its_range()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(4, Size), folder.File("a.avi"), 30);
        using MotionJpegAviStore store = new(folder.File("a.avi"));
        foreach (int index in new[] { 0, 5, -3, int.MaxValue })
            Assert.Contains("1..4", Assert.Throws<FrameStoreException>(() => store.Read([1, index])).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read([1]));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_an_error()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(3, Size), folder.File("a.avi"), 30);
        byte[] whole = File.ReadAllBytes(folder.File("a.avi"));
        for (int length = 12; length < whole.Length; length += length < 260 ? 1 : 37)
        {
            string path = folder.File("cut.avi");
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains("cut off", Assert.Throws<FrameDecodeException>(() => new MotionJpegAviStore(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_damage_never_escapes_as_another_error()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(3, Size), folder.File("a.avi"), 30);
        byte[] whole = File.ReadAllBytes(folder.File("a.avi"));
        int refused = 0;
        for (ulong seed = 0; seed < 300; seed++)
        {
            ClipRandom random = new(seed);
            byte[] damaged = [.. whole];
            for (int i = 0; i < 4; i++) damaged[random.Next(0, seed % 2 == 0 ? 260 : damaged.Length)] = (byte)random.Next(0, 256);
            string path = folder.File("damaged.avi");
            File.WriteAllBytes(path, damaged);
            try
            {
                using MotionJpegAviStore store = new(path);
                store.Read([store.FirstIndex, store.LastIndex!.Value]);
            }
            catch (Exception error) when (error is FrameDecodeException or FrameStoreException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 30, 299);
    }

    [Fact]
    public void An_empty_chunk_repeats_the_frame_before_it()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(2, Size), folder.File("a.avi"), 30);
        byte[] whole = File.ReadAllBytes(folder.File("a.avi"));
        // Puts an empty chunk between the two frames; sizes of the RIFF and of the movi list grow with it.
        int first = 224, next = first + 8 + (BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(first + 4)) + 1) / 2 * 2;
        byte[] longer = [.. whole[..next], .. "00dc"u8, 0, 0, 0, 0, .. whole[next..]];
        foreach (int at in new[] { 4, 216 }) BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(at), BinaryPrimitives.ReadInt32LittleEndian(longer.AsSpan(at)) + 8);
        File.WriteAllBytes(folder.File("b.avi"), longer);
        using MotionJpegAviStore plain = new(folder.File("a.avi")), store = new(folder.File("b.avi"));
        Assert.Equal(3, store.FrameCount);
        Golden.AssertSamePixels(plain.Read([1, 1, 2]).Pixels, store.Read([1, 2, 3]).Pixels);
    }

    [Fact]
    public void An_avi_of_another_codec_is_not_taken_for_motion_jpeg()
    {
        using TemporaryFolder folder = new();
        MotionJpegAviWriter.WriteClip(Golden.Scene(1, Size), folder.File("a.avi"), 30);
        byte[] bytes = File.ReadAllBytes(folder.File("a.avi"));
        for (int at; (at = bytes.AsSpan().IndexOf("MJPG"u8)) >= 0;) "H264"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(folder.File("b.avi"), bytes);
        Assert.True(MotionJpegAviStore.IsMotionJpegAvi(folder.File("a.avi")));
        Assert.False(MotionJpegAviStore.IsMotionJpegAvi(folder.File("b.avi")));
        Assert.Contains("Motion JPEG", Assert.Throws<FrameStoreException>(() => new MotionJpegAviStore(folder.File("b.avi"))).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("c.avi"), "no video");
        Assert.False(MotionJpegAviStore.IsMotionJpegAvi(folder.File("c.avi")));
        Assert.Throws<FrameStoreException>(() => new MotionJpegAviStore(folder.File("none.avi")));
    }

    [FfmpegFact]
    public void Ffmpeg_and_this_reader_read_each_other_s_files()
    {
        using TemporaryFolder folder = new();
        VideoClip scene = Golden.Scene(7, new(64, 48));
        MotionJpegAviWriter.WriteClip(scene, folder.File("ours.avi"), 25);
        using (FfmpegStore theirs = new(folder.File("ours.avi")))
        using (MotionJpegAviStore ours = new(folder.File("ours.avi")))
        {
            Assert.Equal((ours.FrameCount, ours.Fps, ours.Size), (theirs.FrameCount, theirs.Fps, theirs.Size));
            Assert.InRange(Golden.MeanDifference(theirs.Read([1, 4, 7]).Pixels, ours.Read([1, 4, 7]).Pixels), 0, 6);
        }

        // With the default Huffman tables FFmpeg writes smaller headers; the pictures must still decode.
        foreach (string huffman in new[] { "default", "optimal" })
        {
            Ffmpeg.Run("-i", folder.File("ours.avi"), "-c:v", "mjpeg", "-q:v", "2", "-huffman", huffman, folder.File(huffman + ".avi"));
            using MotionJpegAviStore store = new(folder.File(huffman + ".avi"));
            Assert.Equal((7, 25.0), (store.FrameCount, store.Fps));
            Assert.InRange(Golden.MeanDifference(scene.Frame(3), store.Read([4]).Pixels), 0, 8);
        }
    }

    [FfmpegFact]
    public void Frames_without_huffman_tables_are_read_with_the_standard_ones()
    {
        using TemporaryFolder folder = new();
        VideoClip scene = Golden.Scene(2, new(64, 48));
        MotionJpegAviWriter.WriteClip(scene, folder.File("a.avi"), 25);
        Ffmpeg.Run("-i", folder.File("a.avi"), "-c:v", "mjpeg", "-q:v", "2", "-huffman", "default", folder.File("img_%05d.jpg"));
        byte[] jpeg = File.ReadAllBytes(folder.File("img_00001.jpg"));
        byte[] stripped = WithoutHuffmanTables(jpeg);
        Assert.True(stripped.Length < jpeg.Length - 400);
        Golden.AssertSamePixels(ImageCodec.Decode(jpeg).Pixels, ImageCodec.Decode(stripped).Pixels);
    }

    static byte[] WithoutHuffmanTables(byte[] jpeg)
    {
        List<byte> result = [0xFF, 0xD8];
        int at = 2;
        while (jpeg[at + 1] != 0xDA)
        {
            int length = 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            if (jpeg[at + 1] != 0xC4) result.AddRange(jpeg[at..(at + length)]);
            at += length;
        }

        result.AddRange(jpeg[at..]);
        return [.. result];
    }
}
