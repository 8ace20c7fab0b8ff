using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Reads NumPy's <c>.npy</c> files: version 1 or 2, little-endian numbers in C order.</summary>
static partial class NpyFile
{
    /// <summary>The array as a tensor of the file's own type; the caller disposes of it.</summary>
    /// <exception cref="CheckpointFormatException">The file is truncated, or its numbers are of another kind.</exception>
    public static Tensor Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            byte[] start = new byte[8];
            file.ReadExactly(start);
            if (start is not [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..]) throw Bad(path, "another kind of file");
            byte[] size = new byte[start[6] == 1 ? 2 : 4];
            file.ReadExactly(size);
            byte[] text = new byte[start[6] == 1 ? BitConverter.ToUInt16(size) : BitConverter.ToInt32(size)];
            file.ReadExactly(text);
            string header = Encoding.ASCII.GetString(text);
            if (header.Contains("'fortran_order': True", StringComparison.Ordinal)) throw Bad(path, "an array in Fortran order");
            ScalarType type = TypeOf().Match(header).Groups[1].Value switch
            {
                "<f4" => ScalarType.Float32,
                "<f8" => ScalarType.Float64,
                "<i8" => ScalarType.Int64,
                "<i4" => ScalarType.Int32,
                "|u1" => ScalarType.Byte,
                "|b1" => ScalarType.Bool,
                string other => throw Bad(path, $"numbers of type '{other}'"),
            };
            long[] shape = [.. ShapeOf().Match(header).Groups[1].Value
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(s => long.Parse(s, CultureInfo.InvariantCulture))];
            Int128 bytes = shape.Aggregate((Int128)type.ElementSize(), (product, side) => product * side);
            if (bytes != file.Length - file.Position) throw Bad(path, $"{file.Length - file.Position} bytes for [{string.Join(", ", shape)}]");
            Tensor value = empty(shape, dtype: type);
            file.ReadExactly(value.bytes);
            return value;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException and not CheckpointFormatException or OverflowException)
        {
            throw Bad(path, e.Message, e);
        }
    }

    static CheckpointFormatException Bad(string path, string found, Exception? inner = null) => new(path, found, "a whole .npy file of little-endian numbers in C order", inner);

    [GeneratedRegex("'descr': '([^']+)'")]
    private static partial Regex TypeOf();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapeOf();
}
