using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MlAva.RoIFeatureCaches;

/// <summary>One keyframe in a file of RoI features: what tells it from others, and its columns.</summary>
/// <param name="Key">SHA-256 of what its features come from.</param>
/// <param name="Texts">The text columns, in the order of the header.</param>
/// <param name="Timestamp">Seconds.</param>
/// <param name="Vectors">The other columns, in the order of the header.</param>
sealed record RoIFeatureRow(byte[] Key, string[] Texts, float Timestamp, float[][] Vectors)
{
    public const int KeyBytes = 32;
    const int CheckBytes = 8;

    /// <summary>Text columns; <c>Timestamp</c> is in every row.</summary>
    public static readonly string[] TextColumns = [AvaColumns.VideoId, AvaColumns.Source];

    public static readonly string[] VectorColumns =
    [
        AvaColumns.Boxes, AvaColumns.Labels, AvaColumns.Proposals, AvaColumns.RoIs, AvaColumns.RoILabels, AvaColumns.PredictedBoxes,
        AvaColumns.RoIFeatures,
    ];

    public void Write(BinaryWriter writer, RoIFeatureHeader header)
    {
        using MemoryStream memory = new();
        using BinaryWriter row = new(memory);
        row.Write(Key);
        foreach (string text in Texts) row.Write(text);
        row.Write(Timestamp);
        foreach ((int i, string column) in header.Columns.Where(VectorColumns.Contains).Index())
        {
            row.Write(Vectors[i].Length);
            row.Write(header.HalfPrecision && column == AvaColumns.RoIFeatures
                ? MemoryMarshal.AsBytes(Array.ConvertAll(Vectors[i], v => (Half)v).AsSpan()) : MemoryMarshal.AsBytes(Vectors[i].AsSpan()));
        }
        row.Flush();
        ReadOnlySpan<byte> content = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        writer.Write(content.Length);
        writer.Write(SHA256.HashData(content)[..CheckBytes]);
        writer.Write(content);
    }

    /// <summary>Reads the row at which a stream stands.</summary>
    /// <exception cref="InvalidDataException">There is no whole row, or it is damaged.</exception>
    public static RoIFeatureRow Read(BinaryReader reader, RoIFeatureHeader header)
    {
        try
        {
            int length = reader.ReadInt32();
            if (length < KeyBytes || length > reader.BaseStream.Length) throw new InvalidDataException("no row");
            byte[] check = reader.ReadBytes(CheckBytes), content = reader.ReadBytes(length);
            if (content.Length != length || !SHA256.HashData(content).AsSpan(0, CheckBytes).SequenceEqual(check))
                throw new InvalidDataException("a damaged row");
            using BinaryReader row = new(new MemoryStream(content));
            byte[] key = row.ReadBytes(KeyBytes);
            string[] texts = [.. header.Columns.Where(TextColumns.Contains).Select(_ => row.ReadString())];
            float timestamp = row.ReadSingle();
            IEnumerable<string> vectors = header.Columns.Where(VectorColumns.Contains);
            return new(key, texts, timestamp, [.. vectors.Select(c => Vector(row, header.HalfPrecision && c == AvaColumns.RoIFeatures))]);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("a row that ends early", e);
        }
    }

    static float[] Vector(BinaryReader row, bool half)
    {
        int length = row.ReadInt32();
        byte[] bytes = row.ReadBytes(checked(length * (half ? 2 : 4)));
        return half ? Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), v => (float)v)
            : MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
