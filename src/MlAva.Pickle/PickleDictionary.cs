using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace MlAva.Pickle;

/// <summary>
/// A Python <c>dict</c> or <c>collections.OrderedDict</c>: keys keep the order in which they were first set. Keys are numbers,
/// strings, byte strings, null, globals and tuples of these, compared by value within their type (integers are
/// <see cref="long"/>, also when an <see cref="int"/> is given for lookup).
/// </summary>
public sealed class PickleDictionary : IReadOnlyDictionary<object?, object?>
{
    static readonly object NoneKey = new();
    readonly OrderedDictionary<object, object?> _entries = new(PickleKeyComparer.Instance);

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether it is an <c>OrderedDict</c>, which may carry <see cref="Attributes"/> and is written back as one.</summary>
    public bool IsOrderedDict { get; init; }

    /// <summary>Attributes set on an <c>OrderedDict</c> object (torch puts <c>_metadata</c> there); null where there are none.</summary>
    public PickleDictionary? Attributes { get; set; }

    /// <summary>The keys, in order.</summary>
    public IEnumerable<object?> Keys => _entries.Keys.Select(Shown);

    /// <summary>The values, in order.</summary>
    public IEnumerable<object?> Values => _entries.Values;

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">Reading a key that is not there.</exception>
    /// <exception cref="ArgumentException">Setting a key that Python could not hash (a list, dictionary or array).</exception>
    public object? this[object? key]
    {
        get => TryGetValue(key, out object? value) ? value
            : throw new KeyNotFoundException($"The pickled dictionary has no key '{key ?? "None"}'.");
        set
        {
            if (!IsKey(key)) throw new ArgumentException($"A {key!.GetType().Name} cannot be a key.", nameof(key));
            _entries[Stored(key)] = value;
        }
    }

    /// <summary>Adds an entry; the key must be new.</summary>
    /// <exception cref="ArgumentException">The key is there already, or cannot be one.</exception>
    public void Add(object? key, object? value)
    {
        if (ContainsKey(key)) throw new ArgumentException($"The pickled dictionary has the key '{key ?? "None"}' already.", nameof(key));
        this[key] = value;
    }

    /// <summary>Whether the key is there.</summary>
    public bool ContainsKey(object? key) => TryGetValue(key, out _);

    /// <summary>The value of a key, if it is there.</summary>
    public bool TryGetValue(object? key, [MaybeNullWhen(false)] out object? value)
    {
        value = null;
        return IsKey(key) && _entries.TryGetValue(Stored(key), out value);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<object?, object?>> GetEnumerator()
    {
        foreach ((object key, object? value) in _entries) yield return new(Shown(key), value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static bool IsKey(object? key) =>
        key is not (PickleDictionary or IList or NumpyArray) or byte[] && (key is not PickleTuple tuple || tuple.IsKey);

    static object Stored(object? key) => key switch
    {
        null => NoneKey,
        int or short or byte or sbyte or ushort or uint => Convert.ToInt64(key, null),
        float single => (double)single,
        _ => key,
    };

    static object? Shown(object key) => ReferenceEquals(key, NoneKey) ? null : key;
}
