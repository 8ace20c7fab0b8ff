using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace MlAva.Pickle;

/// <summary>What NumPy's own pickles (versions 1 and 2, protocols 0 to 5) ask for: arrays, scalars and element types.</summary>
static class NumpyBuilder
{
    const int MaxRank = 64;

    public static bool Knows(string module, string name) => (module, name) switch
    {
        ("numpy", "ndarray" or "dtype") => true,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct" or "scalar") => true,
        ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => true,
        _ => false,
    };

    /// <summary>The result of calling one of the known functions, or null where the arguments make no sense.</summary>
    public static object? Call(PickleReader reader, PickleGlobal global, object?[] arguments)
    {
        switch (global.Name, arguments)
        {
            case ("_reconstruct", [PickleGlobal { Module: "numpy", Name: "ndarray" }, ..]):
                return new NumpyArray();
            case ("dtype", [string code, ..]):
                return NumpyDataType.Parse(code) ?? throw reader.Fail($"arrays of NumPy's type '{code}' cannot be read");
            case ("dtype", [byte[] code, ..]):
                return NumpyDataType.Parse(Encoding.Latin1.GetString(code)) ?? throw reader.Fail("an array's type cannot be read");
            case ("scalar", [NumpyDataType type, var bytes]) when Raw(reader, bytes) is { } raw:
                Array one = Decode(reader, type, raw, 1);
                return Scalar(one.GetValue(0)!);
            case ("_frombuffer", [byte[] bytes, NumpyDataType type, PickleTuple shape, string order]):
                NumpyArray array = new();
                Fill(reader, array, Shape(reader, shape), type, bytes, order == "F");
                return array;
            default:
                return null;
        }
    }

    public static void SetState(PickleReader reader, NumpyDataType type, PickleTuple state)
    {
        // (version, byte order, sub-array, field names, fields, item size, alignment, flags[, metadata])
        if (state.Count < 5) throw reader.Fail("the state of a NumPy type is incomplete");
        if (state[2] is not null || state[3] is not null || state[4] is not null) throw reader.Fail("arrays of records cannot be read");
        string? order = state[1] switch { string text => text, byte[] bytes => Encoding.Latin1.GetString(bytes), _ => null };
        type.BigEndian = order switch
        {
            ">" => true,
            "<" or "|" or "=" => false,
            _ => throw reader.Fail("the byte order of a NumPy type cannot be read"),
        };
    }

    public static void SetState(PickleReader reader, NumpyArray array, PickleTuple state)
    {
        // (version, shape, type, Fortran order?, raw bytes or list of objects); very old files leave the version out.
        ReadOnlySpan<object?> parts = state.AsSpan();
        if (parts.Length == 5) parts = parts[1..];
        if (parts is not [PickleTuple shape, NumpyDataType type, bool or long, _])
        {
            throw reader.Fail("the state of a NumPy array makes no sense");
        }
        bool fortran = parts[2] is true or (long)1;
        int[] lengths = Shape(reader, shape);
        if (parts[3] is List<object?> objects) FillObjects(reader, array, lengths, type, objects, fortran);
        else Fill(reader, array, lengths, type, Raw(reader, parts[3]) ?? throw reader.Fail("the content of a NumPy array is missing"),
            fortran);
    }

    // Protocol 2 keeps bytes as text, one character a byte; files of Python 2 hold them as a str, which reads as the same text.
    static byte[]? Raw(PickleReader reader, object? value) => value switch
    {
        byte[] bytes => bytes,
        string text => reader.Latin1(text),
        _ => null,
    };

    static int[] Shape(PickleReader reader, PickleTuple shape)
    {
        if (shape.Count > MaxRank) throw reader.Fail($"an array has {shape.Count} axes");
        int[] lengths = new int[shape.Count];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = shape[i] is long length and >= 0 and <= int.MaxValue ? (int)length
                : throw reader.Fail("the shape of an array makes no sense");
        }
        return lengths;
    }

    static int CountOf(PickleReader reader, int[] shape)
    {
        if (shape.Contains(0)) return 0;
        long count = 1;
        foreach (int length in shape)
        {
            count *= length;
            if (count > Array.MaxLength) throw reader.Fail("an array has more elements than .NET can hold");
        }
        return (int)count;
    }

    static void Fill(PickleReader reader, NumpyArray array, int[] shape, NumpyDataType type, byte[] raw, bool fortran)
    {
        int count = CountOf(reader, shape);
        if ((long)count * type.ItemSize != raw.Length)
        {
            string wanted = $"an array of shape ({string.Join(", ", shape)}) needs {(long)count * type.ItemSize} bytes";
            throw reader.Fail($"{wanted}, {raw.Length} are there");
        }
        if (fortran && shape.Length > 1)
        {
            reader.Charge(raw.Length + 4L * count);
            byte[] ordered = new byte[raw.Length];
            int[] source = RowMajorOrder(shape, count);
            int size = type.ItemSize;
            for (int i = 0; i < count; i++) raw.AsSpan(source[i] * size, size).CopyTo(ordered.AsSpan(i * size));
            raw = ordered;
        }
        array.Set(shape, type.ElementType, Decode(reader, type, raw, count));
    }

    static void FillObjects(PickleReader reader, NumpyArray array, int[] shape, NumpyDataType type, List<object?> objects, bool fortran)
    {
        int count = CountOf(reader, shape);
        if (type.ElementType != NumpyElementType.Object || count != objects.Count)
        {
            throw reader.Fail("the content of a NumPy array does not fit its shape");
        }
        reader.Charge(12L * count);
        object?[] ordered = [.. objects];
        if (fortran && shape.Length > 1)
        {
            int[] source = RowMajorOrder(shape, count);
            for (int i = 0; i < count; i++) ordered[i] = objects[source[i]];
        }
        array.Set(shape, NumpyElementType.Object, ordered);
    }

    /// <summary>For every element in row-major order, where it stands in column-major order.</summary>
    static int[] RowMajorOrder(int[] shape, int count)
    {
        int[] source = new int[count];
        int[] strides = new int[shape.Length];
        int stride = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        int[] index = new int[shape.Length];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            source[i] = at;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < shape[axis]) break;
                at -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return source;
    }

    static Array Decode(PickleReader reader, NumpyDataType type, byte[] raw, int count)
    {
        if (type.ElementType == NumpyElementType.Object || (long)count * type.ItemSize != raw.Length)
        {
            throw reader.Fail("the bytes of an array do not fit its type");
        }
        reader.Charge(raw.Length + (type.ElementType is NumpyElementType.Text or NumpyElementType.Bytes ? 40L * count : 0));
        int unit = type.ElementType switch { NumpyElementType.Text => 4, NumpyElementType.Bytes => 1, _ => type.ItemSize };
        if (type.BigEndian && unit > 1)
        {
            reader.Charge(raw.Length);
            raw = raw.ToArray();
            for (int i = 0; i < raw.Length; i += unit) raw.AsSpan(i, unit).Reverse();
        }
        switch (type.ElementType)
        {
            case NumpyElementType.Boolean: return Array.ConvertAll(raw, b => b != 0);
            case NumpyElementType.Int8: return Copy<sbyte>(raw);
            case NumpyElementType.UInt8: return raw.ToArray();
            case NumpyElementType.Int16: return Copy<short>(raw);
            case NumpyElementType.UInt16: return Copy<ushort>(raw);
            case NumpyElementType.Int32: return Copy<int>(raw);
            case NumpyElementType.UInt32: return Copy<uint>(raw);
            case NumpyElementType.Int64: return Copy<long>(raw);
            case NumpyElementType.UInt64: return Copy<ulong>(raw);
            case NumpyElementType.Float16: return Copy<Half>(raw);
            case NumpyElementType.Float32: return Copy<float>(raw);
            case NumpyElementType.Float64: return Copy<double>(raw);
            default:
                string[] texts = new string[count];
                for (int i = 0; i < count; i++) texts[i] = Text(reader, type, raw.AsSpan(i * type.ItemSize, type.ItemSize));
                return texts;
        }
    }

    static T[] Copy<T>(byte[] raw) where T : unmanaged => MemoryMarshal.Cast<byte, T>(raw).ToArray();

    static string Text(PickleReader reader, NumpyDataType type, ReadOnlySpan<byte> item)
    {
        if (type.ElementType == NumpyElementType.Bytes) return Encoding.Latin1.GetString(item.TrimEnd((byte)0));
        StringBuilder text = new(item.Length / 4);
        for (int i = 0; i < item.Length; i += 4)
        {
            uint code = BinaryPrimitives.ReadUInt32LittleEndian(item[i..]);
            text.Append(Rune.TryCreate(code, out Rune rune) ? rune.ToString()
                : throw reader.Fail("an array of text holds a code that is no character"));
        }
        return text.ToString().TrimEnd('\0');
    }

    static object Scalar(object value) => value switch
    {
        bool or long or double or string => value,
        Half number => (double)number,
        float number => (double)number,
        ulong number => number <= long.MaxValue ? (object)(long)number : new BigInteger(number),
        _ => Convert.ToInt64(value, null),
    };
}
