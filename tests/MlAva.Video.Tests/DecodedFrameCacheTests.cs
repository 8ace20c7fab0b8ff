using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class DecodedFrameCacheTests
{
    static readonly FrameSize Size = new(8, 4);

    [Fact]
    public void Frames_come_from_the_cache_the_second_time()
    {
        DecodedFrameCache cache = new(1 << 20);
        CountingStore inner = new(100, Size);
        using IFrameStore store = cache.Wrap(inner);
        AssertFrames(store, [5, 7, 5, 9]);
        Assert.Equal((0, 3, 3), (cache.Hits, cache.Misses, inner.Decoded));
        AssertFrames(store, [9, 5, 6, 6, 8]);
        Assert.Equal((2, 5, 5), (cache.Hits, cache.Misses, inner.Decoded));
        AssertFrames(store, [5, 6, 7, 8, 9]);
        Assert.Equal((7, 5, 5), (cache.Hits, cache.Misses, inner.Decoded));
        Assert.Equal((5, 5L * Size.ByteCount, 0L), (cache.FrameCount, cache.BytesUsed, cache.Evictions));
        Assert.Equal((inner.Path, Size, 1, 100, 100, 25.0), (store.Path, store.Size, store.FirstIndex, store.LastIndex!.Value, store.FrameCount!.Value, store.Fps!.Value));
    }

    [Fact]
    public void The_frame_read_longest_ago_makes_room_and_the_budget_holds()
    {
        DecodedFrameCache cache = new(3L * Size.ByteCount + 5);
        CountingStore inner = new(100, Size);
        using IFrameStore store = cache.Wrap(inner);
        foreach (int frame in new[] { 1, 2, 3, 1, 4 }) AssertFrames(store, [frame]);
        Assert.Equal(1, cache.Evictions);
        AssertFrames(store, [3, 1, 4]);
        Assert.Equal(4, inner.Decoded);
        AssertFrames(store, [2]);
        Assert.Equal((5, 3), (inner.Decoded, cache.FrameCount));
        // More frames than fit in one read: correct, and bounded.
        AssertFrames(store, [.. Enumerable.Range(10, 20)]);
        AssertFrames(store, [29, 1, 2, 28, 27, 30]);
        Assert.InRange(cache.BytesUsed, 1, cache.BudgetBytes);

        DecodedFrameCache small = new(Size.ByteCount - 1);
        using IFrameStore uncached = small.Wrap(new CountingStore(9, Size));
        AssertFrames(uncached, [1, 1, 2]);
        Assert.Equal((0, 0L), (small.FrameCount, small.BytesUsed));
    }

    [Fact]
    public void Stores_share_the_budget_but_not_their_frames_and_a_closed_one_is_forgotten()
    {
        DecodedFrameCache cache = new(1 << 20);
        CountingStore first = new(10, Size, seed: 1), second = new(10, new(4, 4), seed: 2);
        IFrameStore one = cache.Wrap(first);
        using IFrameStore two = cache.Wrap(second);
        AssertFrames(one, [1, 2], seed: 1);
        AssertFrames(two, [1, 2], seed: 2);
        AssertFrames(one, [2, 1], seed: 1);
        Assert.Equal((4, 2L * Size.ByteCount + 2 * 48), (cache.FrameCount, cache.BytesUsed));
        one.Dispose();
        Assert.True(first.IsClosed);
        Assert.Equal((2, 2L * 48), (cache.FrameCount, cache.BytesUsed));
        Assert.Throws<ObjectDisposedException>(() => one.Read([1]));
        AssertFrames(two, [2], seed: 2);
    }

    [Fact]
    public void Many_threads_get_the_right_frames_within_the_budget()
    {
        DecodedFrameCache cache = new(12L * Size.ByteCount);
        CountingStore[] inner = [new(40, Size, 1), new(40, Size, 2), new(40, new(5, 4), 3)];
        IFrameStore[] stores = [.. inner.Select(cache.Wrap)];
        Parallel.For(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, item =>
        {
            ClipRandom random = new((ulong)item);
            int which = random.Next(0, 3);
            int[] indices = new int[random.Next(1, 9)];
            for (int i = 0; i < indices.Length; i++) indices[i] = random.Next(0, 3) == 0 ? random.Next(1, 41) : random.Next(1, 6);
            AssertFrames(stores[which], indices, which + 1);
            Assert.InRange(cache.BytesUsed, 0, cache.BudgetBytes);
        });
        Assert.True(cache.Hits > 1000);
        Assert.True(cache.Evictions > 100);
        foreach (IFrameStore store in stores) store.Dispose();
        Assert.Equal((0, 0L), (cache.FrameCount, cache.BytesUsed));
    }

    [Fact]
    public void A_full_cache_leaves_little_garbage()
    {
        FrameSize size = new(64, 48);
        DecodedFrameCache cache = new(4L * size.ByteCount);
        CountingStore inner = new(100, size);
        using IFrameStore store = cache.Wrap(inner);
        byte[] buffer = new byte[4 * size.ByteCount];
        int[] indices = new int[4];
        void Read(int from)
        {
            for (int i = 0; i < 4; i++) indices[i] = from + i;
            store.Read(indices, buffer, default);
        }

        for (int i = 0; i < 40; i++) Read(1 + i % 90);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++) Read(1 + (i * 7) % 90);
        // A frame of this size has 9,216 bytes; four were exchanged in every read.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 40, 0, 1500);
    }

    [Fact]
    public void Errors_pass_through_and_leave_nothing_behind()
    {
        DecodedFrameCache cache = new(1 << 20);
        using IFrameStore store = cache.Wrap(new CountingStore(10, Size));
        AssertFrames(store, [1]);
        Assert.Throws<FrameStoreException>(() => store.Read([1, 11]));
        Assert.Throws<ArgumentException>(() => store.Read([]));
        Assert.Throws<OperationCanceledException>(() => store.Read([1], new(canceled: true)));
        AssertFrames(store, [1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DecodedFrameCache(0));
        Assert.Throws<ArgumentNullException>(() => cache.Wrap(null!));
    }

    [Fact]
    public void A_folder_reads_the_same_through_the_cache()
    {
        using TemporaryFolder folder = new();
        VideoClip scene = Golden.Scene(6, new(40, 30));
        for (int i = 1; i <= 6; i++) File.WriteAllBytes(folder.File($"img_{i:D5}.jpg"), ImageCodec.EncodeJpeg(scene.Frame(i - 1), scene.Size));
        using JpegFolderStore plain = new(folder.Path);
        using IFrameStore cached = new DecodedFrameCache(1 << 20).Wrap(new JpegFolderStore(folder.Path));
        for (int i = 0; i < 2; i++) Golden.AssertSamePixels(plain.Read([6, 2, 4, 2]).Pixels, cached.Read([6, 2, 4, 2]).Pixels);
    }

    static void AssertFrames(IFrameStore store, int[] indices, int seed = 0)
    {
        VideoClip clip = store.Read(indices);
        for (int i = 0; i < indices.Length; i++)
        {
            byte[] expected = new byte[clip.FrameBytes];
            CountingStore.Paint(expected, indices[i], seed);
            Golden.AssertSamePixels(expected, clip.Frame(i));
        }
    }

    /// <summary>Frames that can be told apart, and a count of how many were decoded.</summary>
    sealed class CountingStore(int frames, FrameSize size, int seed = 0) : IFrameStore
    {
        int _decoded;

        public int Decoded => _decoded;

        public bool IsClosed { get; private set; }

        public string Path => "counting";

        public FrameSize Size => size;

        public int FirstIndex => 1;

        public int? LastIndex => frames;

        public int? FrameCount => frames;

        public double? Fps => 25;

        public static void Paint(Span<byte> frame, int index, int seed)
        {
            for (int i = 0; i < frame.Length; i++) frame[i] = (byte)(index * 31 + seed * 101 + i);
        }

        public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
        {
            int bytes = VideoClip.ByteCount(indices.Length, size);
            VideoClip clip = new(buffer?.Length >= bytes ? buffer : new byte[bytes], indices.Length, size);
            HashSet<int> distinct = [];
            for (int i = 0; i < indices.Length; i++)
            {
                if (indices[i] < 1 || indices[i] > frames) throw new FrameStoreException(Path, indices[i], "nothing", "a frame", "ask for another");
                distinct.Add(indices[i]);
                Paint(clip.Frame(i), indices[i], seed);
            }

            Interlocked.Add(ref _decoded, distinct.Count);
            return clip;
        }

        public void Dispose() => IsClosed = true;
    }
}
