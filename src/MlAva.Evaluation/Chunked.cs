namespace MlAva.Evaluation;

/// <summary>A list that grows without moving what it holds, so that a large one never needs twice its memory.</summary>
sealed class Chunked<T>
    where T : struct
{
    const int Shift = 14, Length = 1 << Shift, FirstLength = 16;
    T[][] _chunks = [new T[FirstLength]];

    public int Count { get; private set; }

    public ref readonly T this[int index] => ref _chunks[index >> Shift][index & (Length - 1)];

    public void Add(T item)
    {
        (int chunk, int place) = (Count >> Shift, Count & (Length - 1));
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, 2 * chunk);
        // The first chunk grows from small: most classes of a small set have but a few items.
        if (_chunks[chunk] is null) _chunks[chunk] = new T[Length];
        else if (place == _chunks[chunk].Length) Array.Resize(ref _chunks[chunk], 2 * place);
        _chunks[chunk][place] = item;
        Count++;
    }

    /// <summary>All items in one array.</summary>
    public T[] ToArray()
    {
        T[] items = new T[Count];
        for (int start = 0; start < Count; start += Length)
        {
            int length = Math.Min(Length, Count - start);
            _chunks[start >> Shift].AsSpan(0, length).CopyTo(items.AsSpan(start));
        }

        return items;
    }

    /// <summary>All items in one array, and none in here.</summary>
    public T[] Drain()
    {
        T[] items = ToArray();
        (_chunks, Count) = ([new T[FirstLength]], 0);
        return items;
    }
}
