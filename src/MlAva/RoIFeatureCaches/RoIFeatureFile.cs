using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MlAva.Networks;
using MlAva.Persistence;

namespace MlAva.RoIFeatureCaches;

/// <summary>
/// The form of a file of RoI features: a mark and a header, rows with checks, and at the end where each row stands, what they come from,
/// and a second mark. Without its end it is a part that can be gone on with.
/// </summary>
static class RoIFeatureFile
{
    static readonly byte[] Begin = "AVAROIF1"u8.ToArray(), End = "AVAROIFE"u8.ToArray();

    // The end's own place, its check and its mark.
    const int Tail = 8 + 32 + 8;

    public static void WriteHeader(BinaryWriter writer, RoIFeatureHeader header)
    {
        byte[] text = Encoding.UTF8.GetBytes(ModelJson.Write(header));
        writer.Write(Begin);
        writer.Write(text.Length);
        writer.Write(text);
    }

    /// <exception cref="InvalidDataException">This is no such file.</exception>
    public static RoIFeatureHeader ReadHeader(BinaryReader reader)
    {
        try
        {
            if (!reader.ReadBytes(Begin.Length).AsSpan().SequenceEqual(Begin)) throw new InvalidDataException("no file of RoI features");
            int length = reader.ReadInt32();
            if (length < 0 || length > reader.BaseStream.Length) throw new InvalidDataException("a damaged header");
            return ModelJson.Read<RoIFeatureHeader>(Encoding.UTF8.GetString(reader.ReadBytes(length)));
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException or FormatException)
        {
            throw new InvalidDataException("a damaged header", e);
        }
    }

    public static void WriteEnd(BinaryWriter writer, IReadOnlyList<long> places, byte[] data)
    {
        writer.Flush();
        long start = writer.BaseStream.Position;
        using MemoryStream memory = new();
        using BinaryWriter end = new(memory);
        end.Write(places.Count);
        foreach (long place in places) end.Write(place);
        end.Write(data);
        end.Flush();
        byte[] content = memory.ToArray();
        writer.Write(content);
        writer.Write(start);
        writer.Write(SHA256.HashData(content));
        writer.Write(End);
    }

    /// <summary>Reads where the rows stand, and what they come from.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, or something else.</exception>
    public static (RoIFeatureHeader Header, long[] Places, byte[] Data) Read(string path)
    {
        try
        {
            using BinaryReader reader = new(Open(path));
            RoIFeatureHeader header = ReadHeader(reader);
            long length = reader.BaseStream.Length;
            if (length < reader.BaseStream.Position + Tail) throw new InvalidDataException("a file that ends early");
            reader.BaseStream.Position = length - Tail;
            long start = reader.ReadInt64();
            byte[] check = reader.ReadBytes(32);
            if (!reader.ReadBytes(End.Length).AsSpan().SequenceEqual(End) || start < 0 || start > length - Tail)
                throw new InvalidDataException("a file that ends early");
            reader.BaseStream.Position = start;
            byte[] content = reader.ReadBytes((int)(length - Tail - start));
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(check)) throw new InvalidDataException("a damaged end");
            using BinaryReader end = new(new MemoryStream(content));
            long[] places = new long[end.ReadInt32()];
            for (int i = 0; i < places.Length; i++) places[i] = end.ReadInt64();
            return (header, places, end.ReadBytes(RoIFeatureRow.KeyBytes));
        }
        catch (InvalidDataException e)
        {
            throw Damaged(path, e);
        }
    }

    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public static CheckpointFormatException Damaged(string path, InvalidDataException e) => new(
        path, e.Message, "RoI features that CacheRoIFeatures wrote", e, "delete the file and write it again.");
}
