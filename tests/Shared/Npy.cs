using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace MlAva.TestSupport;

/// <summary>Reads NumPy's <c>.npy</c> files (little-endian, C order).</summary>
public static partial class Npy
{
    /// <summary>Shape and values; the type must be the file's own (float for &lt;f4, double for &lt;f8, byte for |u1, long for &lt;i8).</summary>
    public static (int[] Shape, T[] Values) Read<T>(string path) where T : unmanaged
    {
        byte[] bytes = File.ReadAllBytes(path);
        int headerLength = bytes[6] == 1 ? BitConverter.ToUInt16(bytes, 8) : BitConverter.ToInt32(bytes, 8);
        int start = bytes[6] == 1 ? 10 : 12;
        string header = Encoding.ASCII.GetString(bytes, start, headerLength);
        string type = TypeOf().Match(header).Groups[1].Value;
        string expected = typeof(T) == typeof(float) ? "<f4" : typeof(T) == typeof(double) ? "<f8" : typeof(T) == typeof(byte) ? "|u1" : typeof(T) == typeof(long) ? "<i8" : "?";
        if (type != expected || header.Contains("'fortran_order': True", StringComparison.Ordinal)) throw new InvalidOperationException($"{path}: {header}");
        int[] shape = [.. ShapeOf().Match(header).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(s => s.Length > 0).Select(int.Parse)];
        return (shape, MemoryMarshal.Cast<byte, T>(bytes.AsSpan(start + headerLength)).ToArray());
    }

    [GeneratedRegex("'descr': '([^']+)'")]
    private static partial Regex TypeOf();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapeOf();
}
