using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// The safetensors format: eight bytes of header length (little-endian), a JSON header with type, shape and place of each tensor, then raw
/// little-endian data. Holds nothing that can be executed. Types written and read: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.
/// </summary>
public static class Safetensors
{
    const string Metadata = "__metadata__";
    const int MaxHeader = 100_000_000; // the format's own limit

    /// <summary>Writes tensors in the order given; those on other devices are copied to the CPU first.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">Free text entries.</param>
    /// <exception cref="ArgumentException">A tensor has a type that the format does not know.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        Write(stream, [.. tensors.Select(t => Entry(t.Key, t.Value))], metadata);

        static SafetensorsEntry Entry(string name, Tensor value) =>
            new(name, value.dtype, value.shape, target => WriteBytes(value, target));
    }

    /// <summary>Writes entries in the order given, one after another: they need not all be in memory.</summary>
    internal static void Write(Stream stream, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        JsonObject header = [];
        if (metadata is { Count: > 0 })
        {
            JsonObject texts = [];
            foreach ((string key, string value) in metadata) texts[key] = value;
            header[Metadata] = texts;
        }
        long offset = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            long end = offset + entry.Shape.Aggregate((long)entry.Type.ElementSize(), (product, side) => checked(product * side));
            header[entry.Name] = new JsonObject
            {
                ["dtype"] = NameOf(entry.Type, entry.Name),
                ["shape"] = new JsonArray([.. entry.Shape.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] padded = new byte[(json.Length + 7) / 8 * 8];
        padded.AsSpan().Fill((byte)' '); // data starts on a multiple of eight
        json.CopyTo(padded, 0);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        stream.Write(length);
        stream.Write(padded);
        foreach (SafetensorsEntry entry in entries) entry.Write(stream);
    }

    static void WriteBytes(Tensor value, Stream stream)
    {
        using Tensor detached = value.detach();
        using Tensor onCpu = detached.cpu();
        using Tensor contiguous = onCpu.contiguous();
        TensorBytes.Visit(contiguous, part => stream.Write(part));
    }

    /// <summary>Reads all tensors; the caller disposes of them.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="CheckpointFormatException">The stream is not a complete safetensors file.</exception>
    public static SafetensorsContent Read(Stream stream, string source = "safetensors stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        Dictionary<string, Tensor> tensors = [];
        Dictionary<string, string> metadata = [];
        try
        {
            byte[] length = new byte[8];
            stream.ReadExactly(length);
            long size = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (size is < 2 or > MaxHeader)
                throw new CheckpointFormatException(source, $"a header of {size} bytes", "2 to 100,000,000 bytes");
            if (stream.CanSeek && size > stream.Length - stream.Position) throw new EndOfStreamException();
            byte[] json = new byte[size];
            stream.ReadExactly(json);
            long position = 0, available = stream.CanSeek ? stream.Length - stream.Position : long.MaxValue;
            using JsonDocument header = JsonDocument.Parse(json);
            foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(e => e.Name != Metadata)
                .OrderBy(e => e.Value.GetProperty("data_offsets")[0].GetInt64()))
            {
                long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
                ScalarType type = TypeOf(entry.Value.GetProperty("dtype").GetString(), entry.Name, source);
                long begin = entry.Value.GetProperty("data_offsets")[0].GetInt64(),
                    end = entry.Value.GetProperty("data_offsets")[1].GetInt64();
                Int128 bytes = shape.Aggregate((Int128)type.ElementSize(), (product, side) => checked(product * side));
                // Checked before anything is allocated: a tampered header must not ask for all memory.
                if (begin != position || end - begin != bytes || end > available || shape.Any(s => s < 0))
                    throw new CheckpointFormatException(source, $"bytes {begin} to {end} for '{entry.Name}' [{string.Join(", ", shape)}]",
                        $"{bytes} bytes from {position}, within the file");
                if (tensors.ContainsKey(entry.Name))
                    throw new CheckpointFormatException(source, $"two tensors named '{entry.Name}'", "a name for each");
                Tensor value = empty(shape, dtype: type).DetachFromDisposeScope();
                tensors[entry.Name] = value;
                TensorBytes.Visit(value, stream.ReadExactly);
                position = end;
            }
            if (header.RootElement.TryGetProperty(Metadata, out JsonElement texts))
            {
                foreach (JsonProperty text in texts.EnumerateObject()) metadata[text.Name] = text.Value.GetString() ?? "";
            }
            return new(tensors, metadata);
        }
        catch (Exception e)
        {
            foreach (Tensor tensor in tensors.Values) tensor.Dispose();
            if (e is CheckpointFormatException
                || e is not (EndOfStreamException or JsonException or KeyNotFoundException or InvalidOperationException
                or IndexOutOfRangeException or FormatException or OverflowException or ExternalException)) throw;
            string found = e is EndOfStreamException ? "the end of the file within its data" : $"a broken header ({e.Message})";
            throw new CheckpointFormatException(source, found, "a whole safetensors file", e);
        }
    }

    static string NameOf(ScalarType type, string tensor) => type switch
    {
        ScalarType.Float64 => "F64",
        ScalarType.Float32 => "F32",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Int64 => "I64",
        ScalarType.Int32 => "I32",
        ScalarType.Int16 => "I16",
        ScalarType.Int8 => "I8",
        ScalarType.Byte => "U8",
        ScalarType.Bool => "BOOL",
        _ => throw new ArgumentException($"Tensor '{tensor}' has type {type}, which safetensors does not know."),
    };

    static ScalarType TypeOf(string? name, string tensor, string source) => name switch
    {
        "F64" => ScalarType.Float64,
        "F32" => ScalarType.Float32,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        "I64" => ScalarType.Int64,
        "I32" => ScalarType.Int32,
        "I16" => ScalarType.Int16,
        "I8" => ScalarType.Int8,
        "U8" => ScalarType.Byte,
        "BOOL" => ScalarType.Bool,
        _ => throw new CheckpointFormatException(source, $"type '{name}' for '{tensor}'",
            "F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL"),
    };
}
