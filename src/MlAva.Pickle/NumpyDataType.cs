using System.Globalization;

namespace MlAva.Pickle;

/// <summary>A <c>numpy.dtype</c>: the kind of element, its size in bytes and its byte order.</summary>
public sealed class NumpyDataType
{
    NumpyDataType(NumpyElementType elementType, int itemSize, bool bigEndian)
    {
        ElementType = elementType;
        ItemSize = itemSize;
        BigEndian = bigEndian;
    }

    /// <summary>The kind of element.</summary>
    public NumpyElementType ElementType { get; }

    /// <summary>Bytes of one element.</summary>
    public int ItemSize { get; }

    /// <summary>Whether elements are stored most significant byte first.</summary>
    public bool BigEndian { get; internal set; }

    /// <summary>
    /// Reads NumPy's short form such as <c>f8</c>, <c>&lt;f4</c>, <c>b1</c>, <c>U5</c>; null where it is none that can be read.
    /// </summary>
    internal static NumpyDataType? Parse(string text)
    {
        ReadOnlySpan<char> rest = text;
        bool big = rest.StartsWith(">");
        if (rest.Length > 0 && rest[0] is '<' or '>' or '|' or '=') rest = rest[1..];
        if (rest.Length == 0) return null;
        int size = 0;
        if (rest.Length > 1 && !int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out size)) return null;
        if (size > 1 << 26) return null;
        NumpyElementType? type = (rest[0], size) switch
        {
            ('b', 1) => NumpyElementType.Boolean,
            ('i', 1) => NumpyElementType.Int8,
            ('u', 1) => NumpyElementType.UInt8,
            ('i', 2) => NumpyElementType.Int16,
            ('u', 2) => NumpyElementType.UInt16,
            ('i', 4) => NumpyElementType.Int32,
            ('u', 4) => NumpyElementType.UInt32,
            ('i', 8) => NumpyElementType.Int64,
            ('u', 8) => NumpyElementType.UInt64,
            ('f', 2) => NumpyElementType.Float16,
            ('f', 4) => NumpyElementType.Float32,
            ('f', 8) => NumpyElementType.Float64,
            ('S', _) => NumpyElementType.Bytes,
            ('U', _) => NumpyElementType.Text,
            ('O', 0 or 8) => NumpyElementType.Object,
            _ => null,
        };
        return type is { } known
            ? new(known, known switch { NumpyElementType.Text => size * 4, NumpyElementType.Object => 8, _ => size }, big) : null;
    }

    /// <summary>NumPy's short form without byte order.</summary>
    internal static string CodeOf(NumpyElementType type) => type switch
    {
        NumpyElementType.Boolean => "b1",
        NumpyElementType.Int8 => "i1",
        NumpyElementType.UInt8 => "u1",
        NumpyElementType.Int16 => "i2",
        NumpyElementType.UInt16 => "u2",
        NumpyElementType.Int32 => "i4",
        NumpyElementType.UInt32 => "u4",
        NumpyElementType.Int64 => "i8",
        NumpyElementType.UInt64 => "u8",
        NumpyElementType.Float16 => "f2",
        NumpyElementType.Float32 => "f4",
        NumpyElementType.Float64 => "f8",
        _ => throw new ArgumentException($"An array of {type} cannot be written; convert it to a list first.", nameof(type)),
    };
}
