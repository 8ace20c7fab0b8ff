using System.Diagnostics.CodeAnalysis;

namespace MlAva.Pickle;

/// <summary>What a NumPy array's elements are, and as which .NET type they are held.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are NumPy's own names of its types.")]
public enum NumpyElementType
{
    /// <summary><c>bool</c>, held as <see cref="bool"/>.</summary>
    Boolean,

    /// <summary><c>int8</c>, held as <see cref="sbyte"/>.</summary>
    Int8,

    /// <summary><c>uint8</c>, held as <see cref="byte"/>.</summary>
    UInt8,

    /// <summary><c>int16</c>, held as <see cref="short"/>.</summary>
    Int16,

    /// <summary><c>uint16</c>, held as <see cref="ushort"/>.</summary>
    UInt16,

    /// <summary><c>int32</c>, held as <see cref="int"/>.</summary>
    Int32,

    /// <summary><c>uint32</c>, held as <see cref="uint"/>.</summary>
    UInt32,

    /// <summary><c>int64</c>, held as <see cref="long"/>.</summary>
    Int64,

    /// <summary><c>uint64</c>, held as <see cref="ulong"/>.</summary>
    UInt64,

    /// <summary><c>float16</c>, held as <see cref="Half"/>.</summary>
    Float16,

    /// <summary><c>float32</c>, held as <see cref="float"/>.</summary>
    Float32,

    /// <summary><c>float64</c>, held as <see cref="double"/>.</summary>
    Float64,

    /// <summary>Byte strings (<c>S</c>), held as <see cref="string"/> read as Latin-1, padding removed.</summary>
    Bytes,

    /// <summary>Text (<c>U</c>), held as <see cref="string"/>, padding removed.</summary>
    Text,

    /// <summary>Python objects (<c>O</c>), held as <see cref="object"/>.</summary>
    Object,
}
