using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// Collects boxes keyframe by keyframe, over all classes together, as the official evaluators since 2019 do: in a binary min-heap whose
/// array order, of all things, decides among equal scores.
/// </summary>
/// <param name="capacity">How many boxes a keyframe keeps; 0 for all.</param>
/// <param name="boxes">The boxes of the entries.</param>
sealed class KeyframeHeaps(int capacity, BoxTable boxes)
{
    readonly List<Heap?> _heaps = [];

    /// <summary>How many boxes were crowded out.</summary>
    public long NumDropped { get; private set; }

    /// <summary>Whether an entry of this score would be kept; one that would not is counted as crowded out.</summary>
    public bool Takes(int keyframe, double score)
    {
        if (capacity == 0 || keyframe >= _heaps.Count || _heaps[keyframe] is not { } heap || heap.Count < capacity) return true;
        // Only a strictly better score replaces the smallest entry: of equal ones the first to come stay.
        if (score > heap.Entries[0].Score) return true;
        NumDropped++;
        return false;
    }

    /// <summary>Adds an entry that <see cref="Takes"/> says is kept.</summary>
    public void Add(int keyframe, in Entry entry)
    {
        while (_heaps.Count <= keyframe) _heaps.Add(null);
        Heap heap = _heaps[keyframe] ??= new();
        if (capacity == 0 || heap.Count < capacity)
        {
            if (heap.Count == heap.Entries.Length) Array.Resize(ref heap.Entries, 2 * heap.Count);
            heap.Count++;
            Rise(heap.Entries, heap.Count - 1, entry);
            return;
        }

        NumDropped++;
        Entry[] entries = heap.Entries;
        int hole = 0;
        for (int child = 1; child < heap.Count; child = 2 * hole + 1)
        {
            if (child + 1 < heap.Count && !IsLess(entries[child], entries[child + 1])) child++;
            entries[hole] = entries[child];
            hole = child;
        }

        Rise(entries, hole, entry);
    }

    /// <summary>Takes out a keyframe's entries by descending score, heap order among equals.</summary>
    public ReadOnlySpan<Entry> Drain(int keyframe)
    {
        if (keyframe >= _heaps.Count || _heaps[keyframe] is not { } heap) return [];
        _heaps[keyframe] = null;
        return Ordering.Descending(heap.Entries.AsSpan(0, heap.Count), e => e.Score);
    }

    void Rise(Entry[] heap, int place, in Entry entry)
    {
        for (; place > 0; place = (place - 1) / 2)
        {
            ref Entry parent = ref heap[(place - 1) / 2];
            if (!IsLess(entry, parent)) break;
            heap[place] = parent;
        }

        heap[place] = entry;
    }

    /// <summary>
    /// Order by score, class, y1, x1, y2, x2: the reference's tuples. Columns are in ascending order of class ids, so comparing them
    /// compares ids.
    /// </summary>
    bool IsLess(in Entry one, in Entry other)
    {
        if (one.Score != other.Score) return one.Score < other.Score;
        if (one.Column != other.Column) return one.Column < other.Column;
        ref readonly Box a = ref boxes.Box(one.Box);
        ref readonly Box b = ref boxes.Box(other.Box);
        return a.Y1 != b.Y1 ? a.Y1 < b.Y1 : a.X1 != b.X1 ? a.X1 < b.X1 : a.Y2 != b.Y2 ? a.Y2 < b.Y2 : a.X2 < b.X2;
    }

    /// <summary>A box of a heap.</summary>
    /// <param name="Score">Its score.</param>
    /// <param name="Column">The place of its class.</param>
    /// <param name="Box">Its place in the table.</param>
    /// <param name="Row">The 1-based row of the input.</param>
    public readonly record struct Entry(double Score, int Column, int Box, long Row);

    sealed class Heap
    {
        public Entry[] Entries = new Entry[8];
        public int Count;
    }
}
