using System.Globalization;

namespace MlAva.Pickle;

/// <summary>A NumPy array: its shape and its elements in row-major order (a Fortran-ordered file is put in order when read).</summary>
public sealed class NumpyArray
{
    internal NumpyArray() => Set([0], NumpyElementType.Int8, Array.Empty<sbyte>());

    NumpyArray(int[] shape, NumpyElementType elementType, Array data) => Set(shape, elementType, data);

    /// <summary>The length of every axis; empty for a 0-dimensional array, which has one element.</summary>
    public IReadOnlyList<int> Shape { get; private set; } = null!;

    /// <summary>What the elements are.</summary>
    public NumpyElementType ElementType { get; private set; }

    /// <summary>The elements, row-major, in an array of the .NET type that <see cref="ElementType"/> names. Not a copy.</summary>
    public Array Data { get; private set; } = null!;

    /// <summary>The number of elements.</summary>
    public int Count => Data.Length;

    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Count;

    /// <summary>Creates an array over the elements given (not copied).</summary>
    /// <typeparam name="T">One of the .NET types that <see cref="NumpyElementType"/> names; <see cref="string"/> makes text.</typeparam>
    /// <param name="shape">The length of every axis.</param>
    /// <param name="data">The elements, row-major.</param>
    /// <exception cref="ArgumentException">The type cannot be an element, or the shape does not fit the number of elements.</exception>
    public static NumpyArray Create<T>(ReadOnlySpan<int> shape, T[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        NumpyElementType type = data switch
        {
            bool[] => NumpyElementType.Boolean,
            // The CLR lets byte[] pass for sbyte[] and so on: ask for the element type itself.
            _ when typeof(T) == typeof(sbyte) => NumpyElementType.Int8,
            _ when typeof(T) == typeof(byte) => NumpyElementType.UInt8,
            _ when typeof(T) == typeof(short) => NumpyElementType.Int16,
            _ when typeof(T) == typeof(ushort) => NumpyElementType.UInt16,
            _ when typeof(T) == typeof(int) => NumpyElementType.Int32,
            _ when typeof(T) == typeof(uint) => NumpyElementType.UInt32,
            _ when typeof(T) == typeof(long) => NumpyElementType.Int64,
            _ when typeof(T) == typeof(ulong) => NumpyElementType.UInt64,
            Half[] => NumpyElementType.Float16,
            float[] => NumpyElementType.Float32,
            double[] => NumpyElementType.Float64,
            string[] => NumpyElementType.Text,
            _ when typeof(T) == typeof(object) => NumpyElementType.Object,
            _ => throw new ArgumentException($"NumPy has no array of {typeof(T).Name} that could be read or written here.", nameof(data)),
        };
        long count = 1;
        foreach (int length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            count = Math.Min(count * length, int.MaxValue + 1L);
        }
        if (count != data.Length)
        {
            throw new ArgumentException(
                $"The shape ({string.Join(", ", shape.ToArray())}) needs {count} elements; there are {data.Length}.", nameof(shape));
        }
        return new(shape.ToArray(), type, data);
    }

    /// <summary>The elements, row-major, without conversion.</summary>
    /// <typeparam name="T">Exactly the .NET type that <see cref="ElementType"/> names.</typeparam>
    /// <exception cref="InvalidOperationException">The array holds another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() => Data.GetType() == typeof(T[])
        ? (T[])Data
        : throw new InvalidOperationException($"The array holds {ElementType}, not {typeof(T).Name}.");

    /// <summary>The elements as double, row-major; a copy.</summary>
    /// <exception cref="InvalidOperationException">The elements are no numbers.</exception>
    public double[] ToDoubles() => Data switch
    {
        double[] values => (double[])values.Clone(),
        float[] values => Array.ConvertAll(values, v => (double)v),
        Half[] values => Array.ConvertAll(values, v => (double)v),
        bool[] values => Array.ConvertAll(values, v => v ? 1.0 : 0.0),
        _ when IsInteger => Convert<double>(v => System.Convert.ToDouble(v, CultureInfo.InvariantCulture)),
        _ => throw NotNumbers("numbers"),
    };

    /// <summary>The elements as float, row-major; a copy. Doubles are rounded to the nearest float.</summary>
    /// <exception cref="InvalidOperationException">The elements are no numbers.</exception>
    public float[] ToSingles() => Data is float[] values ? (float[])values.Clone() : Array.ConvertAll(ToDoubles(), v => (float)v);

    /// <summary>The elements as 64-bit integers, row-major; a copy.</summary>
    /// <exception cref="InvalidOperationException">The elements are no integers.</exception>
    /// <exception cref="OverflowException">An unsigned element is too large.</exception>
    public long[] ToInt64s() => Data switch
    {
        bool[] values => Array.ConvertAll(values, v => v ? 1L : 0L),
        _ when IsInteger => Convert(v => System.Convert.ToInt64(v, CultureInfo.InvariantCulture)),
        _ => throw NotNumbers("integers"),
    };

    /// <summary>The element type and the shape, for messages.</summary>
    public override string ToString() => $"{ElementType} array of shape ({string.Join(", ", Shape)})";

    internal void Set(int[] shape, NumpyElementType elementType, Array data)
    {
        Shape = Array.AsReadOnly(shape);
        ElementType = elementType;
        Data = data;
    }

    bool IsInteger => ElementType is >= NumpyElementType.Int8 and <= NumpyElementType.UInt64;

    T[] Convert<T>(Func<object, T> convert)
    {
        T[] values = new T[Data.Length];
        for (int i = 0; i < values.Length; i++) values[i] = convert(Data.GetValue(i)!);
        return values;
    }

    InvalidOperationException NotNumbers(string wanted) => new($"The array holds {ElementType}, not {wanted}.");
}
