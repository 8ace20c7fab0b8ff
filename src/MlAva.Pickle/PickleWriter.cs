using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace MlAva.Pickle;

/// <summary>
/// Writes pickles of protocol 2, which Python 2.3 and everything since can load. It takes null, <see cref="bool"/>, integers,
/// floating point numbers (as Python floats), <see cref="string"/>, <c>byte[]</c>, <see cref="PickleTuple"/>,
/// <see cref="PickleDictionary"/>, any <see cref="IDictionary"/>, any other enumerable (as a list), <see cref="NumpyArray"/>,
/// <see cref="PickleGlobal"/>, <see cref="PickleObject"/> (a call) and <see cref="PicklePersistentId"/>.
/// </summary>
/// <remarks>Strings, globals, and containers met again are written as references to the first, as Python does; cycles are fine.</remarks>
public sealed class PickleWriter
{
    const int MaxDepth = 500;
    const int BatchSize = 1000;
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    static readonly PickleGlobal Encode = new("_codecs", "encode");
    static readonly PickleGlobal Bytes = new("__builtin__", "bytes");
    static readonly PickleGlobal Reconstruct = new("numpy.core.multiarray", "_reconstruct");
    static readonly PickleGlobal NdArray = new("numpy", "ndarray");
    static readonly PickleGlobal DType = new("numpy", "dtype");

    readonly Stream _stream;
    readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);
    readonly Dictionary<object, uint> _byValue = [];
    readonly Dictionary<object, uint> _byReference = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<NumpyElementType, uint> _types = [];
    uint? _emptyState;
    uint _next;
    int _depth;

    /// <summary>Creates a writer. The stream is neither flushed nor closed.</summary>
    public PickleWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Writes one value as a whole pickle.</summary>
    public static byte[] ToBytes(object? value)
    {
        using MemoryStream stream = new();
        new PickleWriter(stream).Write(value);
        return stream.ToArray();
    }

    /// <summary>Writes one value as a whole pickle; several calls put pickles one after another.</summary>
    /// <exception cref="ArgumentException">
    /// Something in the value has no form in a pickle, or it is nested deeper than 500 levels.
    /// </exception>
    public void Write(object? value)
    {
        _byValue.Clear();
        _byReference.Clear();
        _types.Clear();
        _emptyState = null;
        _next = 0;
        _depth = 0;
        Put(Opcode.Proto, 2);
        Save(value);
        Put(Opcode.Stop);
        Flush();
    }

    void Save(object? value)
    {
        if (++_depth > MaxDepth) throw new ArgumentException($"The value is nested deeper than {MaxDepth} levels.", nameof(value));
        SaveHere(value);
        _depth--;
        if (_buffer.WrittenCount > 1 << 15) Flush();
    }

    void SaveHere(object? value)
    {
        switch (value)
        {
            case null: Put(Opcode.None); break;
            case bool flag: Put(flag ? Opcode.NewTrue : Opcode.NewFalse); break;
            case BigInteger number: SaveInteger(number); break;
            case sbyte or byte or short or ushort or int or uint or long:
                SaveInteger(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number: SaveInteger(new BigInteger(number)); break;
            case double number: SaveDouble(number); break;
            case float number: SaveDouble(number); break;
            case string text: SaveText(text); break;
            case byte[] bytes: SaveBytes(bytes); break;
            case PickleTuple tuple: SaveTuple(tuple); break;
            case PickleGlobal global: SaveGlobal(global); break;
            case PicklePersistentId persistent:
                Save(persistent.Id);
                Put(Opcode.BinPersId);
                break;
            default:
                if (_byReference.TryGetValue(value, out uint index)) Get(index);
                else SaveContainer(value);
                break;
        }
    }

    void SaveContainer(object value)
    {
        switch (value)
        {
            case NumpyArray array: SaveArray(array); break;
            case PickleObject call: SaveCall(call); break;
            case PickleDictionary { IsOrderedDict: true } dictionary:
                SaveGlobal(PickleGlobal.OrderedDict);
                Put(Opcode.EmptyTuple, Opcode.Reduce);
                Memoize(_byReference, dictionary);
                SaveEntries(dictionary);
                if (dictionary.Attributes is { } attributes)
                {
                    Save(attributes);
                    Put(Opcode.Build);
                }
                break;
            case PickleDictionary dictionary:
                Put(Opcode.EmptyDict);
                Memoize(_byReference, dictionary);
                SaveEntries(dictionary);
                break;
            case IDictionary dictionary:
                Put(Opcode.EmptyDict);
                Memoize(_byReference, dictionary);
                SaveEntries(Entries(dictionary));
                break;
            case IEnumerable items:
                Put(Opcode.EmptyList);
                Memoize(_byReference, items);
                SaveItems(items.Cast<object?>());
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} has no form in a pickle.", nameof(value));
        }
    }

    // Enumerated by its own enumerator: a generic dictionary's other one gives pairs of its own types.
    static IEnumerable<KeyValuePair<object?, object?>> Entries(IDictionary dictionary)
    {
        for (IDictionaryEnumerator e = dictionary.GetEnumerator(); e.MoveNext();) yield return new(e.Key, e.Value);
    }

    void SaveEntries(IEnumerable<KeyValuePair<object?, object?>> entries)
    {
        foreach (KeyValuePair<object?, object?>[] batch in entries.Chunk(BatchSize))
        {
            if (batch.Length > 1) Put(Opcode.Mark);
            foreach ((object? key, object? value) in batch)
            {
                Save(key);
                Save(value);
            }
            Put(batch.Length > 1 ? Opcode.SetItems : Opcode.SetItem);
        }
    }

    void SaveItems(IEnumerable<object?> items)
    {
        foreach (object?[] batch in items.Chunk(BatchSize))
        {
            if (batch.Length > 1) Put(Opcode.Mark);
            foreach (object? item in batch) Save(item);
            Put(batch.Length > 1 ? Opcode.Appends : Opcode.Append);
        }
    }

    void SaveCall(PickleObject call)
    {
        if (call.KeywordArguments is { Count: > 0 })
        {
            throw new ArgumentException($"Protocol 2 has no keyword arguments; {call} has some.", nameof(call));
        }
        Save(call.Callable);
        SaveTuple(new PickleTuple([.. call.Arguments]));
        Put(Opcode.Reduce);
        Memoize(_byReference, call);
        SaveItems(call.Items);
        SaveEntries(call.Entries);
        if (call.State is null) return;
        Save(call.State);
        Put(Opcode.Build);
    }

    void SaveTuple(PickleTuple tuple)
    {
        if (tuple.Count == 0)
        {
            Put(Opcode.EmptyTuple);
            return;
        }
        if (_byReference.TryGetValue(tuple, out uint index))
        {
            Get(index);
            return;
        }
        if (tuple.Count > 3) Put(Opcode.Mark);
        foreach (object? item in tuple) Save(item);
        Put(tuple.Count switch { 1 => Opcode.Tuple1, 2 => Opcode.Tuple2, 3 => Opcode.Tuple3, _ => Opcode.Tuple });
        Memoize(_byReference, tuple);
    }

    void SaveGlobal(PickleGlobal global)
    {
        if (_byValue.TryGetValue(global, out uint index))
        {
            Get(index);
            return;
        }
        if (global.Module.Contains('\n', StringComparison.Ordinal) || global.Name.Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("A global's name holds a line feed.", nameof(global));
        }
        Put(Opcode.Global);
        Put(Utf8.GetBytes($"{global.Module}\n{global.Name}\n"));
        Memoize(_byValue, global);
    }

    void SaveInteger(BigInteger value)
    {
        if (value >= 0 && value <= 0xff) Put(Opcode.BinInt1, (byte)value);
        else if (value >= 0 && value <= 0xffff)
        {
            Put(Opcode.BinInt2);
            BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), (ushort)value);
        }
        else if (value >= int.MinValue && value <= int.MaxValue)
        {
            Put(Opcode.BinInt);
            BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), (int)value);
        }
        else
        {
            byte[] bytes = value.ToByteArray();
            if (bytes.Length <= 0xff) Put(Opcode.Long1, (byte)bytes.Length);
            else
            {
                Put(Opcode.Long4);
                BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), bytes.Length);
            }
            Put(bytes);
        }
    }

    void SaveDouble(double value)
    {
        Put(Opcode.BinFloat);
        BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);
    }

    void SaveText(string text)
    {
        if (_byValue.TryGetValue(text, out uint index))
        {
            Get(index);
            return;
        }
        byte[] bytes;
        try
        {
            bytes = Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("A string holds half of a surrogate pair.", nameof(text), e);
        }
        Put(Opcode.BinUnicode);
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), (uint)bytes.Length);
        Put(bytes);
        Memoize(_byValue, text);
    }

    // Protocol 2 has no opcode for bytes: Python writes them as text, one character a byte, and has them encoded on loading.
    void SaveBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            SaveGlobal(Bytes);
            Put(Opcode.EmptyTuple, Opcode.Reduce);
            Memoize();
            return;
        }
        SaveGlobal(Encode);
        long length = bytes.Length;
        foreach (byte b in bytes) length += b >> 7;
        if (length > uint.MaxValue)
        {
            throw new ArgumentException("More than 4 GiB in one array cannot be written with protocol 2.", nameof(bytes));
        }
        Put(Opcode.BinUnicode);
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), (uint)length);
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, 1 << 14), at = 0;
            Span<byte> piece = _buffer.GetSpan(2 * count);
            foreach (byte b in bytes[..count])
            {
                if (b < 0x80)
                {
                    piece[at++] = b;
                    continue;
                }
                piece[at++] = (byte)(0xc0 | b >> 6);
                piece[at++] = (byte)(0x80 | b & 0x3f);
            }
            _buffer.Advance(at);
            bytes = bytes[count..];
            Flush();
        }
        Memoize();
        SaveText("latin1");
        Put(Opcode.Tuple2);
        Memoize();
        Put(Opcode.Reduce);
        Memoize();
    }

    // The very opcodes that NumPy's __reduce__ gives under protocol 2, memo entries included.
    void SaveArray(NumpyArray array)
    {
        string code = NumpyDataType.CodeOf(array.ElementType);
        SaveGlobal(Reconstruct);
        SaveGlobal(NdArray);
        Put(Opcode.BinInt1, 0);
        Put(Opcode.Tuple1);
        Memoize();
        if (_emptyState is { } state) Get(state);
        else
        {
            SaveBytes("b"u8);
            _emptyState = _next - 1;
        }
        Put(Opcode.Tuple3);
        Memoize();
        Put(Opcode.Reduce);
        Memoize(_byReference, array);
        Put(Opcode.Mark);
        Put(Opcode.BinInt1, 1);
        SaveTuple(new PickleTuple([.. array.Shape.Select(n => (object?)(long)n)]));
        SaveType(array.ElementType, code);
        Put(Opcode.NewFalse);
        SaveBytes(RawBytes(array));
        Put(Opcode.Tuple);
        Memoize();
        Put(Opcode.Build);
    }

    void SaveType(NumpyElementType type, string code)
    {
        if (_types.TryGetValue(type, out uint index))
        {
            Get(index);
            return;
        }
        SaveGlobal(DType);
        SaveText(code);
        Put(Opcode.NewFalse, Opcode.NewTrue);
        Put(Opcode.Tuple3);
        Memoize();
        Put(Opcode.Reduce);
        _types[type] = _next;
        Memoize();
        Put(Opcode.Mark);
        Put(Opcode.BinInt1, 3);
        SaveText(code[1] == '1' ? "|" : "<");
        Put(Opcode.None, Opcode.None);
        Put(Opcode.None);
        SaveInteger(-1);
        SaveInteger(-1);
        Put(Opcode.BinInt1, 0);
        Put(Opcode.Tuple);
        Memoize();
        Put(Opcode.Build);
    }

    static ReadOnlySpan<byte> RawBytes(NumpyArray array) => array.Data switch
    {
        bool[] values => MemoryMarshal.AsBytes<bool>(values),
        _ when array.ElementType == NumpyElementType.Int8 => MemoryMarshal.AsBytes(array.AsSpan<sbyte>()),
        _ when array.ElementType == NumpyElementType.UInt8 => array.AsSpan<byte>(),
        _ when array.ElementType == NumpyElementType.Int16 => MemoryMarshal.AsBytes(array.AsSpan<short>()),
        _ when array.ElementType == NumpyElementType.UInt16 => MemoryMarshal.AsBytes(array.AsSpan<ushort>()),
        _ when array.ElementType == NumpyElementType.Int32 => MemoryMarshal.AsBytes(array.AsSpan<int>()),
        _ when array.ElementType == NumpyElementType.UInt32 => MemoryMarshal.AsBytes(array.AsSpan<uint>()),
        _ when array.ElementType == NumpyElementType.Int64 => MemoryMarshal.AsBytes(array.AsSpan<long>()),
        _ when array.ElementType == NumpyElementType.UInt64 => MemoryMarshal.AsBytes(array.AsSpan<ulong>()),
        Half[] values => MemoryMarshal.AsBytes<Half>(values),
        float[] values => MemoryMarshal.AsBytes<float>(values),
        _ => MemoryMarshal.AsBytes(array.AsSpan<double>()),
    };

    void Memoize(Dictionary<object, uint>? memo = null, object? key = null)
    {
        if (memo is not null) memo[key!] = _next;
        if (_next <= 0xff) Put(Opcode.BinPut, (byte)_next);
        else
        {
            Put(Opcode.LongBinPut);
            BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), _next);
        }
        _next++;
    }

    void Get(uint index)
    {
        if (index <= 0xff) Put(Opcode.BinGet, (byte)index);
        else
        {
            Put(Opcode.LongBinGet);
            BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), index);
        }
    }

    void Put(params ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    Span<byte> Reserve(int count)
    {
        Span<byte> span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }

    void Flush()
    {
        _stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
