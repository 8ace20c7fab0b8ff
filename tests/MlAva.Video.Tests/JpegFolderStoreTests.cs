using System.Globalization;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class JpegFolderStoreTests
{
    static readonly FrameSize Size = new(40, 30);

    static VideoClip WriteFrames(TemporaryFolder folder, int first, int count, string template = "img_{:05}.jpg")
    {
        VideoClip clip = Golden.Scene(count, Size);
        for (int i = 0; i < count; i++)
            File.WriteAllBytes(folder.File(FrameTemplate.Parse(template).FileName(first + i)), ImageCodec.EncodeJpeg(clip.Frame(i), Size));
        return clip;
    }

    [SharedFact("ava/nest/rawframes")]
    public void Real_frames_are_read()
    {
        using IFrameStore store = FrameStore.Open(SharedData.Path("ava/nest/rawframes/IMG_0110"));
        Assert.IsType<JpegFolderStore>(store);
        Assert.Equal(new FrameSize(477, 256), store.Size);
        Assert.Equal(new FrameRange(1, 602), store.Range());
        Assert.Equal(602, store.FrameCount);
        VideoClip clip = store.Read([1, 300, 602, 300]);
        Assert.Equal((4, 477, 256), (clip.Frames, clip.Width, clip.Height));
        Golden.AssertSamePixels(clip.Frame(1), clip.Frame(3));
        Assert.False(clip.Frame(0).SequenceEqual(clip.Frame(2)));
        Golden.AssertSamePixels(clip.Frame(2), store.ReadImage(602).Pixels);
        Assert.Contains("1..602", Assert.Throws<FrameStoreException>(() => store.Read([603])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_are_found_from_any_first_index_and_template()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 7, 4, "vid_000_%06d.jpg");
        using JpegFolderStore store = new(folder.Path, new() { Template = FrameTemplate.Parse("vid_000_{:06d}.jpg"), Fps = 25 });
        Assert.Equal((7, 10, 4, 25.0), (store.FirstIndex, store.LastIndex, store.FrameCount, store.Fps));
        VideoClip clip = store.Read([10, 7, 10]);
        Golden.AssertSamePixels(clip.Frame(0), clip.Frame(2));
        Golden.AssertSamePixels(RgbImage.Load(store.FilePath(7)).Pixels, clip.Frame(1));
    }

    [Fact]
    public void A_long_enough_buffer_is_used()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        using JpegFolderStore store = new(folder.Path);
        byte[] buffer = new byte[2 * Size.ByteCount + 5];
        VideoClip clip = store.Read([2, 1], buffer, default);
        Assert.Same(buffer, clip.Buffer);
        Golden.AssertSamePixels(store.ReadImage(2).Pixels, clip.Frame(0));
        Assert.NotSame(buffer, store.Read([1, 2, 1], buffer, default).Buffer);
    }

    [Fact]
    public void A_missing_frame_names_file_range_and_mend()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 5);
        File.Delete(folder.File("img_00003.jpg"));
        using JpegFolderStore store = new(folder.Path);
        FrameStoreException inside = Assert.Throws<FrameStoreException>(() => store.Read([1, 3]));
        Assert.Equal(3, inside.Frame);
        Assert.Contains("img_00003.jpg", inside.Message, StringComparison.Ordinal);
        Assert.Contains("1..5 (4 files)", inside.Message, StringComparison.Ordinal);
        Assert.Contains("missing in the middle", inside.Mend, StringComparison.Ordinal);
        Assert.Contains("time of frame 1", Assert.Throws<FrameStoreException>(() => store.Read([0])).Mend, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => store.Read([-1]));
        Assert.Equal(4, store.FrameCount);
    }

    [Fact]
    public void Broken_frames_name_their_file()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 4);
        byte[] whole = File.ReadAllBytes(folder.File("img_00002.jpg"));
        File.WriteAllBytes(folder.File("img_00002.jpg"), whole[..(whole.Length / 2)]);
        File.WriteAllBytes(folder.File("img_00003.jpg"), []);
        File.WriteAllText(folder.File("img_00004.jpg"), "404 Not Found");
        using JpegFolderStore store = new(folder.Path);
        for (int i = 2; i <= 4; i++)
        {
            FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => store.Read([1, i]));
            Assert.Equal(store.FilePath(i), error.File);
        }
    }

    [Fact]
    public void A_change_of_size_inside_a_clip_is_an_error()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        File.WriteAllBytes(folder.File("img_00003.jpg"), ImageCodec.EncodeJpeg(new byte[20 * 30 * 3], new(20, 30)));
        using JpegFolderStore store = new(folder.Path);
        FrameDecodeException error = Assert.Throws<FrameDecodeException>(() => store.Read([1, 2, 3]));
        Assert.Contains("20x30", error.Found, StringComparison.Ordinal);
        Assert.Contains("40x30", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_not_be_read_is_named()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        // A folder in the place of a file is refused as a file without permission is, whoever asks.
        File.Delete(folder.File("img_00002.jpg"));
        Directory.CreateDirectory(folder.File("img_00002.jpg"));
        using JpegFolderStore store = new(folder.Path);
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => store.Read([1, 2]));
        Assert.EndsWith("img_00002.jpg", error.Path, StringComparison.Ordinal);
        Assert.Contains("may not be read", error.Found, StringComparison.Ordinal);
        Assert.Contains("permissions", error.Mend, StringComparison.Ordinal);
    }

    [NoRootFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_or_file_without_permission_is_named()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        string file = folder.Write("a.mp4", "x");
        File.SetUnixFileMode(file, UnixFileMode.None);
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserExecute);
        try
        {
            Assert.Contains("may not be read", Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.Path)).Found, StringComparison.Ordinal);
            Assert.Contains("may not be read", Assert.Throws<FrameStoreException>(() => FrameStore.Open(file)).Found, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_missing_folder_shows_what_is_beside_it()
    {
        using TemporaryFolder folder = new();
        folder.Write("frames/video_a/x.txt", "");
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.File("frames/video_b")));
        Assert.Contains("video_a", error.Mend, StringComparison.Ordinal);
        Assert.Throws<FrameStoreException>(() => new JpegFolderStore(folder.File("none/at/all")));
    }

    [Theory]
    [InlineData("-5KQ66BBWC4_000001.jpg", "-5KQ66BBWC4_{:06}.jpg")]
    [InlineData("frame12.jpeg", "frame{:02}.jpeg")]
    [InlineData("00000000001.png", "{:011}.png")]
    public void A_folder_whose_names_do_not_fit_suggests_a_template(string name, string template)
    {
        using TemporaryFolder folder = new();
        folder.Write(name, "");
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.Path));
        Assert.Contains(name, error.Found, StringComparison.Ordinal);
        Assert.EndsWith(template, error.Mend, StringComparison.Ordinal);
        Assert.True(FrameTemplate.Parse(template).TryGetIndex(name, out _));
    }

    [Fact]
    public void An_empty_folder_and_one_of_folders_are_told_apart()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("empty folder", Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.Path)).Found, StringComparison.Ordinal);
        folder.Write("inner/img_00001.jpg", "");
        Assert.Contains("inner", Assert.Throws<FrameStoreException>(() => FrameStore.Open(folder.Path)).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_added_later_are_seen_by_the_next_store()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        Directory.SetLastWriteTimeUtc(folder.Path, new(2020, 1, 1));
        using (JpegFolderStore first = new(folder.Path)) Assert.Equal(2, first.LastIndex);
        WriteFrames(folder, 1, 3);
        using JpegFolderStore second = new(folder.Path);
        Assert.Equal(3, second.LastIndex);
    }

    [Fact]
    public void Wrong_use_is_refused()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 2);
        JpegFolderStore store = new(folder.Path);
        Assert.Throws<ArgumentException>(() => store.Read([]));
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read([1]));
        Assert.Contains("Fps", Assert.Throws<ArgumentException>(() => new JpegFolderStore(folder.Path, new() { Fps = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_in_messages_have_a_point_under_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            string store = Assert.Throws<ArgumentException>(new FrameStoreOptions { Fps = -1.5 }.Validate).Message;
            Assert.Contains("is -1.5;", store, StringComparison.Ordinal);
            string sampler = Assert.Throws<ArgumentException>(new ClipSamplerOptions { TimestampStart = 2.5, TimestampEnd = 1.5 }.Validate).Message;
            Assert.Contains("is 1.5; it must be above TimestampStart (2.5)", sampler, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Many_threads_may_read_at_once()
    {
        using TemporaryFolder folder = new();
        WriteFrames(folder, 1, 8);
        using JpegFolderStore store = new(folder.Path);
        VideoClip expected = store.Read([1, 2, 3, 4, 5, 6, 7, 8]);
        Parallel.For(0, 32, i => Golden.AssertSamePixels(expected.Frame(i % 8), store.Read([i % 8 + 1]).Frame(0)));
    }
}
