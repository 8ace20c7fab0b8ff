using System.Buffers.Binary;
using System.Text;

namespace MlAva.Networks;

/// <summary>
/// Writes a zip file as torch lays it out: entries are stored as they are, and the data of each begins at a multiple of 64 bytes, so that
/// it can be mapped into memory. Writes forward only; sizes beyond 4 GiB use the format's 64-bit fields.
/// </summary>
sealed class StoredZip(Stream stream)
{
    const int Alignment = 64, HeaderLength = 30, WideLength = 20, PadHead = 4;
    const ushort Version = 20, WideVersion = 45, NewYear1980 = 0x21;
    const uint Wide = uint.MaxValue;
    readonly List<Entry> _entries = [];
    long _position;

    public delegate void Sink(ReadOnlySpan<byte> part);

    /// <summary>Adds a small entry.</summary>
    public void Add(string name, byte[] content) => Add(name, content.Length, sink => sink(content));

    /// <summary>Adds an entry.</summary>
    /// <param name="name">The name, in ASCII.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="content">Gives all bytes to the sink; called twice, for the checksum stands before the data.</param>
    public void Add(string name, long length, Action<Sink> content)
    {
        uint crc = 0;
        content(part => crc = Crc32.Append(crc, part));
        Entry entry = new(Encoding.ASCII.GetBytes(name), length, crc, _position);
        _entries.Add(entry);

        int wide = entry.Length >= Wide ? WideLength : 0;
        long start = _position + HeaderLength + entry.Name.Length + wide;
        int pad = (int)(-(start + PadHead) & (Alignment - 1));
        using MemoryStream header = new();
        Put(header, 0x04034b50u);
        Put(header, wide > 0 ? WideVersion : Version);
        PutShared(header, entry, wide > 0);
        Put(header, (ushort)(wide + PadHead + pad));
        header.Write(entry.Name);
        if (wide > 0)
        {
            PutWide(header, entry.Length, entry.Length);
        }
        header.Write("FB"u8);
        Put(header, (ushort)pad);
        header.Write(Enumerable.Repeat((byte)'Z', pad).ToArray());
        Write(header.ToArray());

        long end = _position + length;
        content(Write);
        if (_position != end)
            throw new InvalidOperationException($"Entry '{name}' gave {_position - end + length} bytes; {length} were said.");
    }

    /// <summary>Writes the directory; nothing may be added afterwards.</summary>
    public void Finish()
    {
        long start = _position;
        foreach (Entry entry in _entries)
        {
            bool wideLength = entry.Length >= Wide, wideOffset = entry.Offset >= Wide;
            long[] fields = [.. wideLength ? (long[])[entry.Length, entry.Length] : [], .. wideOffset ? (long[])[entry.Offset] : []];
            using MemoryStream record = new();
            Put(record, 0x02014b50u);
            Put(record, WideVersion);
            Put(record, fields.Length > 0 ? WideVersion : Version);
            PutShared(record, entry, wideLength);
            Put(record, (ushort)(fields.Length > 0 ? 4 + 8 * fields.Length : 0));
            record.Write(new byte[2 + 2 + 2 + 4]); // comment, disk, attributes
            Put(record, wideOffset ? Wide : (uint)entry.Offset);
            record.Write(entry.Name);
            if (fields.Length > 0) PutWide(record, fields);
            Write(record.ToArray());
        }
        long length = _position - start, end = _position;
        using MemoryStream last = new();
        if (start >= Wide || length >= Wide || _entries.Count >= ushort.MaxValue)
        {
            Put(last, 0x06064b50u);
            Put(last, 44L); // bytes that follow in this record
            Put(last, WideVersion);
            Put(last, WideVersion);
            last.Write(new byte[4 + 4]);
            Put(last, (long)_entries.Count);
            Put(last, (long)_entries.Count);
            Put(last, length);
            Put(last, start);
            Put(last, 0x07064b50u);
            Put(last, 0u);
            Put(last, end);
            Put(last, 1u);
        }
        Put(last, 0x06054b50u);
        Put(last, 0u);
        ushort count = (ushort)Math.Min(_entries.Count, ushort.MaxValue);
        Put(last, count);
        Put(last, count);
        Put(last, (uint)Math.Min(length, Wide));
        Put(last, (uint)Math.Min(start, Wide));
        Put(last, (ushort)0);
        Write(last.ToArray());
    }

    /// <summary>What stands alike in an entry's header and in the directory: from the flags to the length of the name.</summary>
    static void PutShared(MemoryStream target, Entry entry, bool wide)
    {
        Put(target, 0u); // no flags; stored
        Put(target, (ushort)0);
        Put(target, NewYear1980);
        Put(target, entry.Crc);
        Put(target, wide ? Wide : (uint)entry.Length);
        Put(target, wide ? Wide : (uint)entry.Length);
        Put(target, (ushort)entry.Name.Length);
    }

    static void PutWide(MemoryStream target, params ReadOnlySpan<long> fields)
    {
        Put(target, (ushort)1);
        Put(target, (ushort)(8 * fields.Length));
        foreach (long field in fields) Put(target, field);
    }

    static void Put(MemoryStream target, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        target.Write(bytes);
    }

    static void Put(MemoryStream target, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        target.Write(bytes);
    }

    static void Put(MemoryStream target, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        target.Write(bytes);
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _position += bytes.Length;
    }

    sealed record Entry(byte[] Name, long Length, uint Crc, long Offset);
}
