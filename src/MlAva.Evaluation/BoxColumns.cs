using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>One class's boxes as flat arrays, in file order.</summary>
sealed class BoxColumns
{
    int[] _keyframes = [];
    Box[] _boxes = [];
    double[] _scores = [];
    long[] _rows = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Keyframes => _keyframes.AsSpan(0, Count);

    public ReadOnlySpan<Box> Boxes => _boxes.AsSpan(0, Count);

    /// <summary>A detection's score; a ground truth's rank among its keyframe's (see <see cref="MatchingProtocol"/>).</summary>
    public ReadOnlySpan<double> Scores => _scores.AsSpan(0, Count);

    /// <summary>1-based rows of the input; kept for ground truth only.</summary>
    public ReadOnlySpan<long> Rows => _rows.AsSpan(0, Math.Min(Count, _rows.Length));

    public void Add(int keyframe, in Box box, double score)
    {
        if (Count == _keyframes.Length)
        {
            int capacity = Math.Max(64, 2 * Count);
            Array.Resize(ref _keyframes, capacity);
            Array.Resize(ref _boxes, capacity);
            Array.Resize(ref _scores, capacity);
        }

        (_keyframes[Count], _boxes[Count], _scores[Count]) = (keyframe, box, score);
        Count++;
    }

    public void Add(int keyframe, in Box box, double score, long row)
    {
        Add(keyframe, box, score);
        if (_rows.Length < _keyframes.Length) Array.Resize(ref _rows, _keyframes.Length);
        _rows[Count - 1] = row;
    }

    /// <summary>
    /// The indices 0…n−1 by ascending keyframe and, within one, in file order or (with <paramref name="descending"/>) by descending
    /// score, file order among equals.
    /// </summary>
    public int[] ByKeyframe(bool descending)
    {
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        if (!InOrder())
        {
            // Keyframe and index in one number: distinct keys, so any sort is stable.
            long[] keys = new long[Count];
            for (int i = 0; i < keys.Length; i++) keys[i] = ((long)_keyframes[i] << 32) | (uint)i;
            Array.Sort(keys, order);
        }

        if (!descending) return order;
        for (int start = 0; start < Count;)
        {
            int end = EndOfKeyframe(order, start);
            Span<int> group = order.AsSpan(start, end - start);
            if (group.Length > 1) SortDescending(group);
            start = end;
        }

        return order;
    }

    /// <summary>Where the run of one keyframe that starts at <paramref name="start"/> ends (exclusive).</summary>
    public int EndOfKeyframe(ReadOnlySpan<int> order, int start)
    {
        int end = start + 1;
        while (end < order.Length && _keyframes[order[end]] == _keyframes[order[start]]) end++;
        return end;
    }

    bool InOrder()
    {
        for (int i = 1; i < Count; i++)
        {
            if (_keyframes[i] < _keyframes[i - 1]) return false;
        }

        return true;
    }

    void SortDescending(Span<int> group)
    {
        double[] keys = new double[group.Length];
        int[] places = new int[group.Length];
        int[] before = group.ToArray();
        for (int i = 0; i < keys.Length; i++) keys[i] = -_scores[before[i]];
        Ordering.Ascending(keys, places, TieOrder.Stable);
        for (int i = 0; i < places.Length; i++) group[i] = before[places[i]];
    }
}
