using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MlAva.Video;

/// <summary>What a zip or tar archive holds and where, by folder. Read once and remembered for the process until the file changes. Immutable.</summary>
sealed class ArchiveIndex
{
    static readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), ArchiveIndex> Known = new();

    readonly Dictionary<string, List<Entry>> _folders = new(StringComparer.Ordinal);

    ArchiveIndex(string path, bool isZip)
    {
        Path = path;
        if (isZip) ReadZip();
        else ReadTar();
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, List<Entry>> Folders => _folders;

    /// <summary>The archive's index.</summary>
    /// <exception cref="FrameStoreException">The file is missing.</exception>
    /// <exception cref="FrameDecodeException">It is no whole archive of that kind.</exception>
    public static ArchiveIndex Of(string path, bool isZip)
    {
        FileInfo file = new(path);
        if (!file.Exists) throw FrameStore.Missing(path);
        var key = (path, file.Length, file.LastWriteTimeUtc);
        return Known.TryGetValue(key, out ArchiveIndex? known) ? known : Known[key] = new(path, isZip);
    }

    /// <summary>Whether a file begins as a zip or tar archive does.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FrameStoreException">It is a gzip file, which holds nothing that could be reached without unpacking all before it.</exception>
    public static (bool IsZip, bool IsTar) Kind(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path);
        Span<byte> head = stackalloc byte[512];
        int length = RandomAccess.Read(handle, head, 0);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            throw new FrameStoreException(path, null, "a file packed by gzip", "an uncompressed archive, in which every frame can be reached", "unpack it: gunzip " + System.IO.Path.GetFileName(path));
        }

        bool zip = length >= 4 && (head.StartsWith("PK\x3\x4"u8) || head.StartsWith("PK\x5\x6"u8));
        return (zip, length == 512 && head[257..].StartsWith("ustar"u8));
    }

    /// <summary>The archive and the folder in it that a path such as <c>frames.zip/video</c> names; null when no part of the path is an archive.</summary>
    public static (string File, string Folder, bool IsZip)? Split(string path)
    {
        for (string? file = path; !string.IsNullOrEmpty(file); file = System.IO.Path.GetDirectoryName(file))
        {
            if (Directory.Exists(file)) return null;
            if (!File.Exists(file)) continue;
            (bool zip, bool tar) = Kind(file);
            return zip || tar ? (file, path[file.Length..].Trim('/', '\\').Replace('\\', '/'), zip) : null;
        }

        return null;
    }

    void Add(string name, Entry entry)
    {
        if (entry.Offset < 0 || entry.Packed < 0 || entry.Length < 0) throw Damaged($"impossible numbers for {name}");
        name = name.Replace('\\', '/');
        while (name.StartsWith("./", StringComparison.Ordinal)) name = name[2..];
        int slash = name.LastIndexOf('/');
        string folder = slash < 0 ? "" : name[..slash].Trim('/');
        if (!_folders.TryGetValue(folder, out List<Entry>? list)) _folders[folder] = list = [];
        list.Add(entry with { Name = name[(slash + 1)..] });
    }

    void ReadTar()
    {
        try
        {
            using FileStream stream = File.OpenRead(Path);
            using TarReader reader = new(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile && entry.Length > 0)
                    Add(entry.Name, new("", entry.DataOffset, entry.Length, entry.Length, 0));
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new FrameDecodeException(Path, null, $"a damaged tar archive ({e.Message})", "a whole, uncompressed tar archive", "pack the frames again: tar -cf FRAMES.tar FOLDER", e);
        }
    }

    // The end record, perhaps its 64-bit form, then the central directory (APPNOTE.TXT 6.3, sections 4.3.12 to 4.3.16).
    void ReadZip()
    {
        using SafeFileHandle handle = File.OpenHandle(Path);
        long length = RandomAccess.GetLength(handle);
        byte[] tail = new byte[Math.Min(length, 22 + 65535 + 20)];
        ReadExactly(handle, tail, length - tail.Length);
        int end = tail.AsSpan().LastIndexOf("PK\x5\x6"u8);
        if (end < 0 || end + 22 > tail.Length) throw Damaged("no directory at its end");
        ReadOnlySpan<byte> record = tail.AsSpan(end);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), size = Word(record, 12), start = Word(record, 16);
        if (end >= 20 && tail.AsSpan(end - 20).StartsWith("PK\x6\x7"u8))
        {
            byte[] large = new byte[56];
            ReadExactly(handle, large, Long(tail, end - 20 + 8));
            if (!large.AsSpan().StartsWith("PK\x6\x6"u8)) throw Damaged("a 64-bit directory that is not where it should be");
            (count, size, start) = (Long(large, 32), Long(large, 40), Long(large, 48));
        }

        if (size < 0 || start < 0 || start > length - size || size > int.MaxValue) throw Damaged("a directory beyond its end");
        byte[] directory = new byte[size];
        ReadExactly(handle, directory, start);
        int at = 0;
        for (long i = 0; i < count; i++)
        {
            if (at + 46 > directory.Length || !directory.AsSpan(at).StartsWith("PK\x1\x2"u8)) throw Damaged($"a directory that breaks off after {i} of {count} entries");
            ReadOnlySpan<byte> head = directory.AsSpan(at);
            int flags = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]), method = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
            long packed = Word(head, 20), whole = Word(head, 24), offset = Word(head, 42);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[30..]);
            int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(head[32..]);
            if (at + 46 + nameLength + extraLength + commentLength > directory.Length) throw Damaged($"a directory that breaks off after {i} of {count} entries");
            ReadOnlySpan<byte> name = head.Slice(46, nameLength);
            ReadLarge(head.Slice(46 + nameLength, extraLength), ref whole, ref packed, ref offset);
            if (whole > 0 && name[^1] != '/')
            {
                Encoding encoding = (flags & 0x800) != 0 ? Encoding.UTF8 : Encoding.Latin1;
                Add(encoding.GetString(name), new("", offset, packed, whole, (flags & 1) != 0 ? Entry.Encrypted : method));
            }

            at += 46 + nameLength + extraLength + commentLength;
        }
    }

    static void ReadLarge(ReadOnlySpan<byte> extra, ref long whole, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            ReadOnlySpan<byte> body = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (kind != 1) continue;
            Take(ref whole, ref body);
            Take(ref packed, ref body);
            Take(ref offset, ref body);
        }

        static void Take(ref long value, ref ReadOnlySpan<byte> body)
        {
            if (value != uint.MaxValue || body.Length < 8) return;
            value = BinaryPrimitives.ReadInt64LittleEndian(body);
            body = body[8..];
        }
    }

    void ReadExactly(SafeFileHandle handle, Span<byte> destination, long at)
    {
        int read = 0;
        while (read < destination.Length)
        {
            int more = at < 0 ? 0 : RandomAccess.Read(handle, destination[read..], at + read);
            if (more == 0) throw Damaged("an end before its directory");
            read += more;
        }
    }

    static long Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    FrameDecodeException Damaged(string found) => new(Path, null, $"a zip archive with {found}", "a whole zip archive", "copy the archive again, or pack the frames anew: zip -0 -r FRAMES.zip FOLDER");

    /// <summary>A file in the archive.</summary>
    /// <param name="Name">Its name in its folder.</param>
    /// <param name="Offset">Where it begins: its bytes in a tar, its local header in a zip.</param>
    /// <param name="Packed">Bytes in the archive.</param>
    /// <param name="Length">Bytes when unpacked.</param>
    /// <param name="Method">0: as it is; 8: deflated; <see cref="Encrypted"/>.</param>
    public readonly record struct Entry(string Name, long Offset, long Packed, long Length, int Method)
    {
        public const int Encrypted = -1;
    }
}
