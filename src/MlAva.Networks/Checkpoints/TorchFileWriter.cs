using System.Collections;
using System.Globalization;
using System.Numerics;
using MlAva.Pickle;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Writes one PyTorch file.</summary>
sealed class TorchFileWriter
{
    const string Folder = "archive/", Meta = "meta", StateDict = "state_dict";
    const int MaxDepth = 100;
    static readonly PickleGlobal Rebuild = new("torch._utils", "_rebuild_tensor_v2");
    readonly List<Tensor> _storages = [];
    readonly Dictionary<Tensor, PickleObject> _known = new(ReferenceEqualityComparer.Instance);
    int _depth;

    public void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, object?>? meta,
        IReadOnlyDictionary<string, object?>? extra)
    {
        PickleDictionary state = new() { IsOrderedDict = true };
        foreach ((string name, Tensor value) in tensors)
        {
            if (state.ContainsKey(name)) throw new ArgumentException($"Two tensors are named '{name}'.", nameof(tensors));
            state[name] = Stored(value, name);
        }
        PickleDictionary root = new() { [Meta] = meta is null ? new PickleDictionary() : Plain(meta, Meta), [StateDict] = state };
        foreach ((string name, object? value) in extra ?? new Dictionary<string, object?>())
        {
            if (root.ContainsKey(name)) throw new ArgumentException($"'{name}' has a place of its own in a checkpoint.", nameof(extra));
            root[name] = Plain(value, name);
        }

        byte[] pickle = PickleWriter.ToBytes(root);
        StoredZip zip = new(stream);
        zip.Add(Folder + "data.pkl", pickle);
        zip.Add(Folder + "byteorder", "little"u8.ToArray());
        for (int i = 0; i < _storages.Count; i++)
        {
            using Tensor detached = _storages[i].detach();
            using Tensor onCpu = detached.cpu();
            using Tensor values = onCpu.contiguous();
            zip.Add($"{Folder}data/{i}", values.numel() * values.element_size(), sink => TensorBytes.Visit(values, part => sink(part)));
        }
        zip.Add(Folder + "version", "3\n"u8.ToArray());
        zip.Finish();
    }

    /// <summary>The call with which Python makes the tensor anew; the same tensor met again is the same call.</summary>
    PickleObject Stored(Tensor value, string where)
    {
        ArgumentNullException.ThrowIfNull(value, where);
        if (_known.TryGetValue(value, out PickleObject? known)) return known;
        string storage = TorchTypes.StorageOf(value.dtype)
            ?? throw new ArgumentException($"Tensor '{where}' has type {value.dtype}; written are {TorchTypes.Names}.", nameof(value));
        string key = _storages.Count.ToString(CultureInfo.InvariantCulture);
        PickleTuple id = new("storage", new PickleGlobal("torch", storage), key, "cpu", value.numel());
        _storages.Add(value);
        return _known[value] = new(Rebuild, new PicklePersistentId(id), 0L, Tuple(value.shape), Tuple(Strides(value.shape)), false,
            new PickleDictionary { IsOrderedDict = true });
    }

    static long[] Strides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long next = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = next;
            next *= Math.Max(shape[i], 1);
        }
        return strides;
    }

    static PickleTuple Tuple(long[] numbers) => new([.. numbers.Select(n => (object?)n)]);

    object? Plain(object? value, string where)
    {
        if (++_depth > MaxDepth) throw new ArgumentException($"'{where}' is nested deeper than {MaxDepth} levels.", nameof(value));
        object? plain = value switch
        {
            null or bool or string or float or double => value,
            sbyte or byte or short or ushort or int or uint or long or ulong or BigInteger => value,
            Tensor tensor => Stored(tensor, where),
            PickleTuple tuple => new PickleTuple([.. tuple.Select((item, i) => Plain(item, $"{where}[{i}]"))]),
            PickleDictionary dictionary => Dictionary(dictionary, dictionary.IsOrderedDict, where),
            IReadOnlyDictionary<string, object?> dictionary =>
                Dictionary(dictionary.Select(e => KeyValuePair.Create((object?)e.Key, e.Value)), false, where),
            IDictionary dictionary => Dictionary(Entries(dictionary), false, where),
            byte[] => throw NotPlain(value, where), // protocol 2 has none: making them anew takes a call, which torch may refuse
            IEnumerable items => items.Cast<object?>().Select((item, i) => Plain(item, $"{where}[{i}]")).ToList(),
            _ => throw NotPlain(value, where),
        };
        _depth--;
        return plain;
    }

    PickleDictionary Dictionary(IEnumerable<KeyValuePair<object?, object?>> entries, bool ordered, string where)
    {
        PickleDictionary made = new() { IsOrderedDict = ordered };
        foreach ((object? key, object? value) in entries)
        {
            string inner = $"{where}.{key}";
            if (key is not (null or bool or string or sbyte or byte or short or ushort or int or uint or long or double or PickleTuple))
                throw NotPlain(key, inner);
            made[Plain(key, inner)] = Plain(value, inner);
        }
        return made;
    }

    // Enumerated by its own enumerator: a generic dictionary's other one gives pairs of its own types.
    static IEnumerable<KeyValuePair<object?, object?>> Entries(IDictionary dictionary)
    {
        for (IDictionaryEnumerator e = dictionary.GetEnumerator(); e.MoveNext();) yield return new(e.Key, e.Value);
    }

    static ArgumentException NotPlain(object? value, string where) =>
        new($"'{where}' is a {value?.GetType().Name}; checkpoints hold text, numbers, truth values, null, lists, dictionaries and tensors.",
            nameof(value));
}
