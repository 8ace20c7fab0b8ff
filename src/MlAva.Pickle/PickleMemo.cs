namespace MlAva.Pickle;

/// <summary>
/// What a pickle has numbered for later reference. Numbers as writers give them, one after another, index an array; wild ones a
/// dictionary.
/// </summary>
sealed class PickleMemo
{
    static readonly object Absent = new();
    readonly Dictionary<uint, object?> _wild = [];
    object?[] _dense = [];
    int _end;
    int _count;

    /// <summary>How many numbers are taken.</summary>
    public uint Count => (uint)(_count + _wild.Count);

    public void Clear()
    {
        _wild.Clear();
        _dense = [];
        _end = 0;
        _count = 0;
    }

    public void Set(uint index, object? value)
    {
        // The array is bounded by how many entries there are, not by the largest number: a hostile number must not make it huge.
        if (index >= _end && index >= 2L * _count + 256)
        {
            _wild[index] = value;
            return;
        }
        int i = (int)index;
        if (i >= _dense.Length) Array.Resize(ref _dense, Math.Max(2 * _dense.Length, i + 64));
        if (i >= _end)
        {
            Array.Fill(_dense, Absent, _end, i + 1 - _end);
            _end = i + 1;
        }
        if (ReferenceEquals(_dense[i], Absent))
        {
            _wild.Remove(index);
            _count++;
        }
        _dense[i] = value;
    }

    public bool TryGet(uint index, out object? value)
    {
        value = index < (uint)_end ? _dense[index] : Absent;
        return !ReferenceEquals(value, Absent) || _wild.TryGetValue(index, out value);
    }
}
