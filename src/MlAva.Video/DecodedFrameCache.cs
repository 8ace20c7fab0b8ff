using System.Buffers;

namespace MlAva.Video;

/// <summary>
/// Decoded frames of many stores, kept within a memory budget; the frame that was read longest ago goes first. Clips of neighbouring keyframes share frames, and small sets fit whole.
/// Memory of frames that go is used for those that come, so that a full cache leaves no garbage. Thread-safe.
/// </summary>
public sealed class DecodedFrameCache
{
    readonly Lock _lock = new();
    readonly Dictionary<(CachedFrameStore Store, int Index), Entry> _entries = [];
    readonly Entry _ends = new();
    long _hits, _misses, _evictions, _bytes;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="budgetBytes">Bytes of pixels that are kept at most; a frame takes width × height × 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is below 1.</exception>
    public DecodedFrameCache(long budgetBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budgetBytes, 1);
        BudgetBytes = budgetBytes;
        (_ends.Newer, _ends.Older) = (_ends, _ends);
    }

    /// <summary>Bytes of pixels that are kept at most.</summary>
    public long BudgetBytes { get; }

    /// <summary>Bytes of pixels that are kept now.</summary>
    public long BytesUsed => Interlocked.Read(ref _bytes);

    /// <summary>Frames that are kept now.</summary>
    public int FrameCount
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>Frames that were read and found here.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Frames that were read and had to be decoded.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Frames that made room for others.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>A store that reads through this cache. Disposing it disposes the inner store and forgets its frames.</summary>
    public IFrameStore Wrap(IFrameStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new CachedFrameStore(this, store);
    }

    internal VideoClip Read(CachedFrameStore store, ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        FrameStore.CheckIndices(indices);
        cancellationToken.ThrowIfCancellationRequested();
        Entry?[] found = ArrayPool<Entry?>.Shared.Rent(indices.Length);
        int[] missing = ArrayPool<int>.Shared.Rent(indices.Length);
        int misses = 0, hits = 0;
        FrameSize size = default;
        lock (_lock)
        {
            for (int i = 0; i < indices.Length; i++)
            {
                if (_entries.TryGetValue((store, indices[i]), out Entry? entry))
                {
                    entry.Readers++;
                    Unlink(entry);
                    LinkNewest(entry);
                    (size, hits) = (entry.Size, hits + 1);
                }
                else if (!missing.AsSpan(0, misses).Contains(indices[i]))
                {
                    missing[misses++] = indices[i];
                }

                found[i] = entry;
            }
        }

        Interlocked.Add(ref _hits, hits);
        Interlocked.Add(ref _misses, misses);
        try
        {
            if (hits == 0)
            {
                VideoClip whole = store.Inner.Read(indices, buffer, cancellationToken);
                for (int m = 0; m < misses; m++) Keep(store, missing[m], whole.Size, whole.Frame(indices.IndexOf(missing[m])));
                return whole;
            }

            VideoClip clip = FrameStore.NewClip(indices.Length, size, buffer);
            for (int i = 0; i < indices.Length; i++)
            {
                if (found[i] is not { } entry) continue;
                if (entry.Size != size) throw Differs(store, indices[i], entry.Size, size);
                entry.Pixels.CopyTo(clip.Frame(i));
            }

            if (misses > 0) Fill(store, clip, indices, missing.AsSpan(0, misses), cancellationToken);
            return clip;
        }
        finally
        {
            lock (_lock)
                foreach (Entry? entry in found.AsSpan(0, indices.Length))
                    if (entry is not null) entry.Readers--;
            ArrayPool<Entry?>.Shared.Return(found, clearArray: true);
            ArrayPool<int>.Shared.Return(missing);
        }
    }

    internal void Forget(CachedFrameStore store)
    {
        lock (_lock)
        {
            for (Entry entry = _ends.Older; entry != _ends;)
            {
                Entry next = entry.Older;
                if (entry.Store == store) Remove(entry);
                entry = next;
            }
        }
    }

    void Fill(CachedFrameStore store, VideoClip clip, ReadOnlySpan<int> indices, ReadOnlySpan<int> missing, CancellationToken cancellationToken)
    {
        byte[] pixels = ArrayPool<byte>.Shared.Rent(VideoClip.ByteCount(missing.Length, clip.Size));
        try
        {
            VideoClip read = store.Inner.Read(missing, pixels, cancellationToken);
            if (read.Size != clip.Size) throw Differs(store, missing[0], read.Size, clip.Size);
            for (int m = 0; m < missing.Length; m++)
            {
                for (int i = 0; i < indices.Length; i++)
                    if (indices[i] == missing[m]) read.Frame(m).CopyTo(clip.Frame(i));
                Keep(store, missing[m], read.Size, read.Frame(m));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    // Room is made under the lock, the pixels are copied outside it.
    void Keep(CachedFrameStore store, int index, FrameSize size, ReadOnlySpan<byte> pixels)
    {
        Entry? entry;
        lock (_lock)
        {
            if (_entries.ContainsKey((store, index)) || (entry = MakeRoom(size.ByteCount)) is null) return;
        }

        (entry.Store, entry.Index, entry.Size) = (store, index, size);
        pixels.CopyTo(entry.Pixels);
        lock (_lock)
        {
            if (store.IsClosed || !_entries.TryAdd((store, index), entry))
            {
                _bytes -= entry.Pixels.Length;
                return;
            }

            LinkNewest(entry);
        }
    }

    Entry? MakeRoom(int bytes)
    {
        if (bytes > BudgetBytes) return null;
        Entry? free = null;
        for (Entry oldest = _ends.Newer; _bytes + bytes > BudgetBytes;)
        {
            while (oldest != _ends && oldest.Readers > 0) oldest = oldest.Newer;
            // All that is left is being read: the frame is not kept.
            if (oldest == _ends) return null;
            Entry next = oldest.Newer;
            Remove(oldest);
            _evictions++;
            if (oldest.Pixels.Length == bytes) free = oldest;
            oldest = next;
        }

        _bytes += bytes;
        return free ?? new() { Pixels = GC.AllocateUninitializedArray<byte>(bytes) };
    }

    void Remove(Entry entry)
    {
        _entries.Remove((entry.Store!, entry.Index));
        Unlink(entry);
        _bytes -= entry.Pixels.Length;
    }

    // A ring: after its ends come, by Older, the newest to the oldest.
    void LinkNewest(Entry entry)
    {
        (entry.Older, entry.Newer) = (_ends.Older, _ends);
        _ends.Older.Newer = entry;
        _ends.Older = entry;
    }

    static void Unlink(Entry entry) => (entry.Older.Newer, entry.Newer.Older) = (entry.Newer, entry.Older);

    static FrameDecodeException Differs(CachedFrameStore store, int index, FrameSize found, FrameSize expected) => new(
        store.Path, index, $"a picture of {found}", $"{expected}, the size of the other frames", "extract the frames of this video again, all at one size");

    sealed class Entry
    {
        public CachedFrameStore? Store { get; set; }

        public int Index { get; set; }

        public FrameSize Size { get; set; }

        public byte[] Pixels { get; init; } = [];

        public int Readers { get; set; }

        public Entry Newer { get; set; } = null!;

        public Entry Older { get; set; } = null!;
    }
}
