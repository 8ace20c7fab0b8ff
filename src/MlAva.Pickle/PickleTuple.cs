using System.Collections;

namespace MlAva.Pickle;

/// <summary>A Python tuple: immutable, compared item by item.</summary>
public sealed class PickleTuple : IReadOnlyList<object?>, IEquatable<PickleTuple>
{
    // A hostile file can nest tuples a million deep, or share them so that they unfold exponentially; both are refused where
    // something would walk them.
    internal const int MaxDepth = 512;
    const long MaxKeyWeight = 4096;
    readonly object?[] _items;
    int? _hash;

    /// <summary>Creates a tuple of a copy of the items.</summary>
    public PickleTuple(params ReadOnlySpan<object?> items) : this(items.ToArray(), 0) { }

    internal PickleTuple(object?[] owned, long position)
    {
        _items = owned;
        Weight = 1 + owned.Length;
        IsHashable = true;
        foreach (object? item in owned)
        {
            if (item is PickleTuple tuple)
            {
                Depth = Math.Max(Depth, tuple.Depth + 1);
                Weight = Math.Min(Weight + tuple.Weight, int.MaxValue);
                IsHashable &= tuple.IsHashable;
            }
            else if (item is PickleDictionary or List<object?> or NumpyArray) IsHashable = false;
        }
        if (Depth > MaxDepth) throw new PickleException($"tuples are nested deeper than {MaxDepth} levels", position);
    }

    /// <summary>The empty tuple.</summary>
    public static PickleTuple Empty { get; } = new();

    /// <summary>The number of items.</summary>
    public int Count => _items.Length;

    /// <summary>The item at a place, from 0.</summary>
    public object? this[int index] => _items[index];

    /// <summary>Whether it may be a dictionary's key: of bounded size and without lists, dictionaries and arrays in it.</summary>
    internal bool IsKey => IsHashable && Weight <= MaxKeyWeight;

    int Depth { get; }

    long Weight { get; }

    bool IsHashable { get; }

    /// <summary>The items.</summary>
    public ReadOnlySpan<object?> AsSpan() => _items;

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>True when the other has equal items in the same order.</summary>
    public bool Equals(PickleTuple? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || Count != other.Count || Weight != other.Weight) return false;
        for (int i = 0; i < Count; i++)
        {
            if (!PickleKeyComparer.AreEqual(_items[i], other._items[i])) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PickleTuple);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash is { } known) return known;
        HashCode hash = new();
        foreach (object? item in _items) hash.Add(PickleKeyComparer.HashOf(item));
        return (int)(_hash = hash.ToHashCode());
    }

    /// <summary>The items as Python would show them, long tuples shortened.</summary>
    public override string ToString()
    {
        IEnumerable<object> shown = _items.Take(8).Select(i => i is PickleTuple tuple ? $"tuple of {tuple.Count}" : i ?? "None");
        return $"({string.Join(", ", shown)}{(Count > 8 ? ", …" : "")})";
    }
}
