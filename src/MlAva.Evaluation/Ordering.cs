namespace MlAva.Evaluation;

/// <summary>Sorts of scores in which the order of equal ones is defined.</summary>
static class Ordering
{
    /// <summary>NumPy sorts segments of at most this many elements by insertion.</summary>
    const int SmallSegment = 16;

    /// <summary>Up to this many items, insertion beats sorts that need memory.</summary>
    const int LargestInserted = 64;

    /// <summary>
    /// Fills <paramref name="order"/> with 0…n−1 so that the keys taken in that order ascend. <paramref name="keys"/> is used up as
    /// scratch. Keys hold no NaN.
    /// </summary>
    public static void Ascending(Span<double> keys, Span<int> order, TieOrder ties)
    {
        for (int i = 0; i < order.Length; i++) order[i] = i;
        if (ties == TieOrder.NumPy) NumPySort(keys, order);
        else StableSort(keys, order);
    }

    /// <summary>Sorts in place by descending key, equal ones in their order; gives the items back.</summary>
    public static Span<T> Descending<T>(Span<T> items, Func<T, double> key)
    {
        if (items.Length > LargestInserted)
        {
            T[] sorted = [.. items.ToArray().OrderByDescending(key)];
            sorted.CopyTo(items);
            return items;
        }

        for (int i = 1; i < items.Length; i++)
        {
            T moved = items[i];
            double value = key(moved);
            int place = i;
            for (; place > 0 && value > key(items[place - 1]); place--) items[place] = items[place - 1];
            items[place] = moved;
        }

        return items;
    }

    static void StableSort(Span<double> keys, Span<int> order)
    {
        // Sorting indices within each run of equal keys afterwards makes a fast unstable sort stable.
        keys.Sort(order);
        for (int start = 0; start < keys.Length;)
        {
            int end = start + 1;
            while (end < keys.Length && keys[end] == keys[start]) end++;
            if (end - start > 1) order[start..end].Sort();
            start = end;
        }
    }

    /// <summary>NumPy's introsort of indices (before 1.25, no vector instructions), described in the reference specification §8.</summary>
    static void NumPySort(ReadOnlySpan<double> keys, Span<int> order)
    {
        if (order.Length < 2) return;
        Stack<(int Low, int High, int Depth)> waiting = new();
        waiting.Push((0, order.Length - 1, 2 * int.Log2(order.Length)));
        while (waiting.TryPop(out (int Low, int High, int Depth) segment))
        {
            (int low, int high, int depth) = segment;
            bool tooDeep = depth < 0;
            while (!tooDeep && high - low >= SmallSegment)
            {
                int pivot = Partition(keys, order, low, high);
                depth--;
                if (pivot - low < high - pivot)
                {
                    waiting.Push((pivot + 1, high, depth));
                    high = pivot - 1;
                }
                else
                {
                    waiting.Push((low, pivot - 1, depth));
                    low = pivot + 1;
                }
            }

            if (tooDeep) HeapSort(keys, order[low..(high + 1)]);
            else InsertionSort(keys, order, low, high);
        }
    }

    /// <summary>Splits low…high (inclusive) around the median of first, middle and last; returns the pivot's place.</summary>
    static int Partition(ReadOnlySpan<double> keys, Span<int> order, int low, int high)
    {
        int middle = low + ((high - low) >> 1);
        if (keys[order[middle]] < keys[order[low]]) Swap(order, middle, low);
        if (keys[order[high]] < keys[order[middle]]) Swap(order, high, middle);
        if (keys[order[middle]] < keys[order[low]]) Swap(order, middle, low);

        double pivot = keys[order[middle]];
        Swap(order, middle, high - 1);
        (int left, int right) = (low, high - 1);
        while (true)
        {
            while (keys[order[++left]] < pivot) { }
            while (pivot < keys[order[--right]]) { }
            if (left >= right) break;
            Swap(order, left, right);
        }

        Swap(order, left, high - 1);
        return left;
    }

    static void InsertionSort(ReadOnlySpan<double> keys, Span<int> order, int low, int high)
    {
        for (int i = low + 1; i <= high; i++)
        {
            int moved = order[i];
            int place = i;
            for (; place > low && keys[moved] < keys[order[place - 1]]; place--) order[place] = order[place - 1];
            order[place] = moved;
        }
    }

    static void HeapSort(ReadOnlySpan<double> keys, Span<int> order)
    {
        for (int root = order.Length / 2 - 1; root >= 0; root--) Sink(keys, order, root, order[root]);
        for (int last = order.Length - 1; last > 0; last--)
        {
            int moved = order[last];
            order[last] = order[0];
            Sink(keys, order[..last], 0, moved);
        }
    }

    /// <summary>Lets an element sink from a hole at <paramref name="hole"/> to its place in the max-heap.</summary>
    static void Sink(ReadOnlySpan<double> keys, Span<int> heap, int hole, int moved)
    {
        for (int child = 2 * hole + 1; child < heap.Length; child = 2 * hole + 1)
        {
            if (child + 1 < heap.Length && keys[heap[child]] < keys[heap[child + 1]]) child++;
            if (!(keys[moved] < keys[heap[child]])) break;
            heap[hole] = heap[child];
            hole = child;
        }

        heap[hole] = moved;
    }

    static void Swap(Span<int> order, int a, int b) => (order[a], order[b]) = (order[b], order[a]);
}
