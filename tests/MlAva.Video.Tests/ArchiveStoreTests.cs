using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ArchiveStoreTests
{
    static readonly FrameSize Size = new(40, 30);

    [Theory]
    [InlineData("stored.zip")]
    [InlineData("deflated.zip")]
    [InlineData("streamed.zip")]
    [InlineData("plain.tar")]
    public void Frames_of_an_archive_equal_those_of_the_folder(string name)
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder.File("frames/video_a"), 1, 9);
        string path = Pack(folder, name);
        using JpegFolderStore expected = new(folder.File("frames/video_a"));
        using IFrameStore store = FrameStore.Open(path, new() { Fps = 25 });
        Assert.Equal(name.EndsWith("tar", StringComparison.Ordinal), store is TarFrameStore);
        Assert.Equal((1, 9, 9, 25.0, Size), (store.FirstIndex, store.LastIndex!.Value, store.FrameCount!.Value, store.Fps!.Value, store.Size));
        int[] indices = [9, 1, 5, 5, 2];
        Golden.AssertSamePixels(expected.Read(indices).Pixels, store.Read(indices).Pixels);
        Parallel.For(0, 64, i => Golden.AssertSamePixels(expected.Read([i % 9 + 1]).Pixels, store.Read([i % 9 + 1]).Pixels));
        Assert.Contains("1..9", Assert.Throws<FrameStoreException>(() => store.Read([10])).Found, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => store.Read([]));
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read([1]));
    }

    [Theory]
    [InlineData("set.zip")]
    [InlineData("set.tar")]
    public void A_folder_behind_the_archive_chooses_one_video(string name)
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder.File("frames/video_a"), 1, 3);
        WriteFrames(folder.File("frames/video_b"), 0, 5);
        string path = Pack(folder, name);
        using (IFrameStore store = FrameStore.Open(path + "/video_b")) Assert.Equal((0, 5), (store.FirstIndex, store.LastIndex!.Value));
        using (IFrameStore store = FrameStore.Open(Path.Combine(path, "video_a"))) Assert.Equal((1, 3), (store.FirstIndex, store.LastIndex!.Value));
        FrameStoreException several = Assert.Throws<FrameStoreException>(() => FrameStore.Open(path));
        Assert.Contains("2 folders", several.Found, StringComparison.Ordinal);
        Assert.Contains(name + "/", several.Mend, StringComparison.Ordinal);
        Assert.Contains("video_c", Assert.Throws<FrameStoreException>(() => FrameStore.Open(path + "/video_c")).Found, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.File("none.zip") + "/video_a"));
    }

    [Fact]
    public void Other_names_get_a_template_suggested()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder.File("frames/video_a"), 0, 3, "frame-{:06}.jpg");
        string path = Pack(folder, "stored.zip");
        Assert.EndsWith("frame-{:06}.jpg", Assert.Throws<FrameStoreException>(() => FrameStore.Open(path)).Mend, StringComparison.Ordinal);
        using IFrameStore store = FrameStore.Open(path, new() { Template = FrameTemplate.Parse("frame-%06d.jpg") });
        Assert.Equal(0, store.FirstIndex);
    }

    [Fact]
    public void Large_archives_have_64_bit_places()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder.File("frames/video_a"), 1, 1);
        byte[] plain = File.ReadAllBytes(Pack(folder, "stored.zip"));
        int end = plain.AsSpan().LastIndexOf("PK\x5\x6"u8);
        int start = BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(end + 16));
        byte[] central = plain[start..end];
        // The entry's sizes and place move into an extra field of 28 bytes.
        byte[] extra = new byte[28];
        BinaryPrimitives.WriteInt16LittleEndian(extra, 1);
        BinaryPrimitives.WriteInt16LittleEndian(extra.AsSpan(2), 24);
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4), BinaryPrimitives.ReadUInt32LittleEndian(central.AsSpan(24)));
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(12), BinaryPrimitives.ReadUInt32LittleEndian(central.AsSpan(20)));
        foreach (int at in new[] { 20, 24, 42 }) central.AsSpan(at, 4).Fill(255);
        int nameLength = BinaryPrimitives.ReadInt16LittleEndian(central.AsSpan(28));
        BinaryPrimitives.WriteInt16LittleEndian(central.AsSpan(30), (short)extra.Length);
        byte[] directory = [.. central[..(46 + nameLength)], .. extra];
        byte[] large = new byte[56 + 20];
        "PK\x6\x6"u8.CopyTo(large);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(4), 44);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(24), 1);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(32), 1);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(40), directory.Length);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(48), start);
        "PK\x6\x7"u8.CopyTo(large.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(64), start + directory.Length);
        byte[] tail = plain[end..];
        tail.AsSpan(8, 12).Fill(255);
        File.WriteAllBytes(folder.File("large.zip"), [.. plain[..start], .. directory, .. large, .. tail]);

        using IFrameStore store = FrameStore.Open(folder.File("large.zip"));
        using JpegFolderStore expected = new(folder.File("frames/video_a"));
        Golden.AssertSamePixels(expected.Read([1]).Pixels, store.Read([1]).Pixels);
    }

    [Fact]
    public void Damaged_archives_say_what_is_wrong()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder.File("frames/video_a"), 1, 4);
        byte[] zip = File.ReadAllBytes(Pack(folder, "deflated.zip")), tar = File.ReadAllBytes(Pack(folder, "plain.tar"));

        File.WriteAllBytes(folder.File("cut.zip"), zip[..(zip.Length / 2)]);
        Assert.Contains("directory", Assert.Throws<FrameDecodeException>(() => FrameStore.Open(folder.File("cut.zip"))).Found, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("cut.tar"), tar[..1300]);
        Assert.ThrowsAny<Exception>(() => FrameStore.Open(folder.File("cut.tar")).Read([1, 2, 3, 4]));
        File.WriteAllBytes(folder.File("packed.tar.gz"), [0x1F, 0x8B, 8, 0, 0]);
        Assert.Contains("gunzip", Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.File("packed.tar.gz"))).Mend, StringComparison.Ordinal);

        int central = zip.AsSpan().IndexOf("PK\x1\x2"u8);
        byte[] encrypted = [.. zip], method = [.. zip];
        encrypted[central + 8] |= 1;
        method[central + 10] = 12;
        File.WriteAllBytes(folder.File("encrypted.zip"), encrypted);
        File.WriteAllBytes(folder.File("method.zip"), method);
        using IFrameStore locked = FrameStore.Open(folder.File("encrypted.zip")), strange = FrameStore.Open(folder.File("method.zip"));
        FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => locked.Read([1]));
        Assert.Contains("encrypted", error.Found, StringComparison.Ordinal);
        Assert.EndsWith("img_00001.jpg", error.File, StringComparison.Ordinal);
        Assert.Contains("method 12", Assert.Throws<FrameDecodeException>(() => strange.Read([1])).Found, StringComparison.Ordinal);

        ClipRandom random = new(2);
        for (int i = 0; i < 150; i++)
        {
            byte[] changed = [.. i % 2 == 0 ? zip : tar];
            for (int k = 0; k < 6; k++) changed[random.Next(0, changed.Length)] = (byte)random.Next(0, 256);
            string path = folder.File($"{i}{(i % 2 == 0 ? ".zip" : ".tar")}");
            File.WriteAllBytes(path, changed);
            try
            {
                using IFrameStore store = FrameStore.Open(path, new() { VideoDecoding = VideoDecoding.Program, FfprobePath = "no-such-ffprobe" });
                for (int frame = store.FirstIndex; frame <= Math.Min(store.LastIndex!.Value, 9); frame++) store.Read([frame]);
            }
            catch (Exception e) when (e is FrameDecodeException or FrameStoreException)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    static void WriteFrames(string folder, int first, int last, string template = "img_{:05}.jpg")
    {
        Directory.CreateDirectory(folder);
        VideoClip scene = Golden.Scene(last - first + 1, Size);
        for (int i = first; i <= last; i++) File.WriteAllBytes(Path.Combine(folder, FrameTemplate.Parse(template).FileName(i)), ImageCodec.EncodeJpeg(scene.Frame(i - first), Size));
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "none of the frames");
    }

    /// <summary>Packs the folder "frames" in the way that the archive's name says.</summary>
    static string Pack(TemporaryFolder folder, string name)
    {
        string path = folder.File(name), frames = folder.File("frames");
        if (name.EndsWith("tar", StringComparison.Ordinal))
        {
            TarFile.CreateFromDirectory(frames, path, includeBaseDirectory: false);
        }
        else if (name == "streamed.zip")
        {
            // A writer that cannot seek puts the sizes behind the data.
            using MemoryStream memory = new();
            using (Forward forward = new(memory)) ZipFile.CreateFromDirectory(frames, forward, CompressionLevel.Optimal, includeBaseDirectory: true);
            File.WriteAllBytes(path, memory.ToArray());
        }
        else
        {
            ZipFile.CreateFromDirectory(frames, path, name == "deflated.zip" ? CompressionLevel.Optimal : CompressionLevel.NoCompression, includeBaseDirectory: false);
        }

        return path;
    }

    /// <summary>A stream that can only be written, from beginning to end.</summary>
    sealed class Forward(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
