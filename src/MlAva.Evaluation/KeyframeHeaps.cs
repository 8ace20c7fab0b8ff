using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// Collects boxes keyframe by keyframe, over all classes together, as the official evaluators since 2019 do: in a binary min-heap whose
/// array order, of all things, decides among equal scores.
/// </summary>
/// <param name="capacity">How many boxes a keyframe keeps; 0 for all.</param>
sealed class KeyframeHeaps(int capacity)
{
    readonly List<List<Entry>?> _heaps = [];

    /// <summary>How many boxes were crowded out.</summary>
    public long NumDropped { get; private set; }

    public void Add(int keyframe, int column, in Box box, double score, long row)
    {
        while (_heaps.Count <= keyframe) _heaps.Add(null);
        List<Entry> heap = _heaps[keyframe] ??= [];
        Entry entry = new(score, column, box, row);
        if (capacity == 0 || heap.Count < capacity)
        {
            heap.Add(entry);
            Rise(heap, heap.Count - 1, entry);
            return;
        }

        NumDropped++;
        // Only a strictly better score replaces the smallest entry: of equal ones the first to come stay.
        if (!(score > heap[0].Score)) return;
        int hole = 0;
        for (int child = 1; child < heap.Count; child = 2 * hole + 1)
        {
            if (child + 1 < heap.Count && !heap[child].IsLess(heap[child + 1])) child++;
            heap[hole] = heap[child];
            hole = child;
        }

        Rise(heap, hole, entry);
    }

    /// <summary>Hands over all boxes by ascending keyframe and, within one, by descending score, heap order among equals.</summary>
    public void Drain(Action<int, Entry> add)
    {
        for (int keyframe = 0; keyframe < _heaps.Count; keyframe++)
        {
            if (_heaps[keyframe] is not { } heap) continue;
            _heaps[keyframe] = null;
            foreach (Entry entry in heap.OrderByDescending(e => e.Score)) add(keyframe, entry);
        }
    }

    static void Rise(List<Entry> heap, int place, in Entry entry)
    {
        for (; place > 0; place = (place - 1) / 2)
        {
            Entry parent = heap[(place - 1) / 2];
            if (!entry.IsLess(parent)) break;
            heap[place] = parent;
        }

        heap[place] = entry;
    }

    /// <summary>A box of a heap. Columns are in ascending order of class ids, so comparing them compares ids.</summary>
    public readonly record struct Entry(double Score, int Column, Box Box, long Row)
    {
        /// <summary>Order by score, class, y1, x1, y2, x2: the reference's tuples.</summary>
        public bool IsLess(in Entry other) =>
            Score != other.Score ? Score < other.Score
            : Column != other.Column ? Column < other.Column
            : Box.Y1 != other.Box.Y1 ? Box.Y1 < other.Box.Y1
            : Box.X1 != other.Box.X1 ? Box.X1 < other.Box.X1
            : Box.Y2 != other.Box.Y2 ? Box.Y2 < other.Box.Y2
            : Box.X2 < other.Box.X2;
    }
}
