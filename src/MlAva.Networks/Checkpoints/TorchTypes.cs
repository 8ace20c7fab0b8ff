using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>How PyTorch's files name types of numbers.</summary>
static class TorchTypes
{
    static readonly (ScalarType Type, string Storage, string Name)[] Known =
    [
        (ScalarType.Float32, "FloatStorage", "float32"), (ScalarType.Float64, "DoubleStorage", "float64"),
        (ScalarType.Float16, "HalfStorage", "float16"), (ScalarType.BFloat16, "BFloat16Storage", "bfloat16"),
        (ScalarType.Int64, "LongStorage", "int64"), (ScalarType.Int32, "IntStorage", "int32"), (ScalarType.Int16, "ShortStorage", "int16"),
        (ScalarType.Int8, "CharStorage", "int8"), (ScalarType.Byte, "ByteStorage", "uint8"), (ScalarType.Bool, "BoolStorage", "bool"),
    ];

    /// <summary>Storages of numbers that no network here has, with the bytes of each number: they are passed over.</summary>
    static readonly Dictionary<string, int> Foreign = new(StringComparer.Ordinal)
    {
        ["ComplexFloatStorage"] = 8, ["ComplexDoubleStorage"] = 16, ["QInt8Storage"] = 1, ["QUInt8Storage"] = 1, ["QInt32Storage"] = 4,
        ["QUInt4x2Storage"] = 1, ["QUInt2x4Storage"] = 1,
    };

    /// <summary>What is read and written, for messages.</summary>
    public const string Names = "float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8 or bool";

    /// <summary>
    /// The type and size of the numbers in a storage; the type is null where they cannot be read; null where nothing is known.
    /// </summary>
    public static (ScalarType? Type, int Size)? OfStorage(string name)
    {
        // Storages of torch 2 that know no type are bytes; the tensor says of what.
        if (name == "UntypedStorage") return (ScalarType.Byte, 1);
        foreach ((ScalarType type, string storage, _) in Known)
        {
            if (storage == name) return (type, type.ElementSize());
        }
        return Foreign.TryGetValue(name, out int size) ? (null, size) : null;
    }

    /// <summary>The type with a name such as <c>float32</c>, if it can be read.</summary>
    public static ScalarType? Named(string name)
    {
        foreach ((ScalarType type, _, string known) in Known)
        {
            if (known == name) return type;
        }
        return null;
    }

    /// <summary>For example <c>float32</c>.</summary>
    public static string NameOf(ScalarType type)
    {
        foreach ((ScalarType known, _, string name) in Known)
        {
            if (known == type) return name;
        }
        return type.ToString();
    }

    /// <summary>For example <c>FloatStorage</c>; null where the type cannot be written.</summary>
    public static string? StorageOf(ScalarType type)
    {
        foreach ((ScalarType known, string storage, _) in Known)
        {
            if (known == type) return storage;
        }
        return null;
    }
}
