using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace MlAva.Video;

/// <summary>The pictures of one folder in an archive, any of them at any time: what the two archive stores have in common. Thread-safe.</summary>
sealed class ArchiveFrames : IDisposable
{
    const int LocalHeader = 30;

    readonly Dictionary<int, ArchiveIndex.Entry> _frames = [];
    readonly bool _isZip;
    readonly long _length;
    readonly SafeFileHandle _handle;
    readonly PictureReader _pictures;
    readonly Lazy<FrameSize> _size;
    readonly string _path, _folder;
    readonly FrameTemplate _template;

    public ArchiveFrames(string path, FrameStoreOptions options, bool isZip)
    {
        options.Validate();
        path = System.IO.Path.GetFullPath(path);
        (string file, string folder, bool zip) = ArchiveIndex.Split(path) ?? (path, "", isZip);
        (Path, _path, _template, _isZip) = (path, file, options.Template, isZip);
        if (File.Exists(file) && zip != isZip) throw new FrameStoreException(file, null, zip ? "a zip archive" : "a tar archive", isZip ? "a zip archive" : "a tar archive", "open it through FrameStore.Open");
        ArchiveIndex index = ArchiveIndex.Of(file, isZip);
        _folder = Choose(index, folder);
        (FirstIndex, LastIndex) = (int.MaxValue, -1);
        foreach (ArchiveIndex.Entry entry in index.Folders[_folder])
        {
            if (!_template.TryGetIndex(entry.Name, out int frame)) continue;
            _frames[frame] = entry;
            (FirstIndex, LastIndex) = (Math.Min(FirstIndex, frame), Math.Max(LastIndex, frame));
        }

        _handle = File.OpenHandle(file);
        _length = RandomAccess.GetLength(_handle);
        _pictures = new(FrameDecoders.Get(options.Decoder), ReadEntry, Name);
        _size = new(() => _pictures.ReadSize(FirstIndex), LazyThreadSafetyMode.PublicationOnly);
    }

    public string Path { get; }

    public FrameSize Size => _size.Value;

    public int FirstIndex { get; }

    public int LastIndex { get; }

    public int Count => _frames.Count;

    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return _pictures.Read(indices, buffer, cancellationToken);
    }

    public void Dispose() => _handle.Dispose();

    string Name(int index) => $"{_path}/{(_folder.Length > 0 ? _folder + "/" : "")}{_template.FileName(index)}";

    // The folder that is named, or else the only one with frames in it.
    string Choose(ArchiveIndex index, string folder)
    {
        string[] suited = [.. index.Folders.Where(f => f.Value.Exists(e => _template.TryGetIndex(e.Name, out _))).Select(f => f.Key).Order(StringComparer.Ordinal)];
        string[] chosen = folder.Length == 0 ? suited : [.. suited.Where(f => f == folder || f.EndsWith("/" + folder, StringComparison.Ordinal))];
        if (folder.Length > 0 && suited.Contains(folder)) chosen = [folder];
        if (chosen.Length == 1) return chosen[0];
        if (chosen.Length > 1)
        {
            throw new FrameStoreException(Path, null, $"{chosen.Length} folders with frames: {string.Join(", ", chosen.Take(3))}{(chosen.Length > 3 ? " …" : "")}", "one video's frames",
                $"name the folder behind the archive: {_path}/{chosen[0]}");
        }

        ArchiveIndex.Entry[] some = [.. index.Folders.Where(f => folder.Length == 0 || f.Key == folder).SelectMany(f => f.Value).Take(200)];
        FrameTemplate? suggestion = some.Select(e => e.Name).Order(StringComparer.Ordinal)
            .Where(n => n.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase) || n.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase) || n.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            .Select(FrameTemplate.Suggest).FirstOrDefault(t => t is not null);
        string found = some.Length > 0 ? $"{some.Length}{(some.Length == 200 ? " or more" : "")} files, such as {some.Min(e => e.Name)}"
            : index.Folders.Count == 0 ? "an empty archive" : $"no folder '{folder}', but {string.Join(", ", index.Folders.Keys.Order(StringComparer.Ordinal).Take(3))}";
        throw new FrameStoreException(Path, null, found, $"files named like {_template.FileName(1)} (template {_template})",
            suggestion is null ? "check the folder's name behind the archive's, or pack the frames" : $"set the template to {suggestion}");
    }

    ReadOnlySpan<byte> ReadEntry(int index, ref byte[] buffer)
    {
        if (!_frames.TryGetValue(index, out ArchiveIndex.Entry entry))
        {
            throw new FrameStoreException(Path, index, $"no such file; the archive has frames {FirstIndex}..{LastIndex} ({Count} files)", "a picture of this frame",
                "check the keyframe's time, the frames per second and the time of frame 1, or pack the whole video");
        }

        if (entry.Method is not (0 or 8)) throw Broken(index, entry.Method == ArchiveIndex.Entry.Encrypted ? "an encrypted file" : $"a file packed by method {entry.Method}");
        // Deflating makes nothing smaller than a thousandth: what claims more would only fill the memory.
        if (entry.Packed > _length - entry.Offset || entry.Length > Array.MaxLength || entry.Length > (entry.Method == 8 ? entry.Packed * 1040 : entry.Packed))
            throw Broken(index, $"a file of {entry.Packed} bytes, {entry.Length} when unpacked, which cannot be");
        (int packed, int whole) = ((int)entry.Packed, (int)entry.Length);
        long at = entry.Offset;
        if (_isZip)
        {
            Span<byte> header = stackalloc byte[LocalHeader];
            Fill(header, at, index);
            if (!header.StartsWith("PK\x3\x4"u8)) throw Broken(index, "no file where the archive's directory has one");
            at += LocalHeader + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        }

        if (entry.Method == 0)
        {
            FrameFile.Enlarge(ref buffer, whole);
            Fill(buffer.AsSpan(0, whole), at, index);
            return buffer.AsSpan(0, whole);
        }

        byte[] deflated = ArrayPool<byte>.Shared.Rent(packed);
        try
        {
            Fill(deflated.AsSpan(0, packed), at, index);
            FrameFile.Enlarge(ref buffer, whole);
            using DeflateStream inflating = new(new MemoryStream(deflated, 0, packed), CompressionMode.Decompress);
            int read = inflating.ReadAtLeast(buffer.AsSpan(0, whole), whole, throwOnEndOfStream: false);
            return read == whole ? buffer.AsSpan(0, whole) : throw Broken(index, $"{read} of {whole} bytes");
        }
        catch (InvalidDataException e)
        {
            throw Broken(index, $"packed data that cannot be unpacked ({e.Message})");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(deflated);
        }
    }

    void Fill(Span<byte> destination, long at, int index)
    {
        int read = 0;
        while (read < destination.Length)
        {
            int more = RandomAccess.Read(_handle, destination[read..], at + read);
            if (more == 0) throw Broken(index, "the archive's end");
            read += more;
        }
    }

    FrameDecodeException Broken(int index, string found) => new(Name(index), null, found, "a picture, stored or deflated",
        _isZip ? "pack the frames again: zip -0 -r FRAMES.zip FOLDER" : "pack the frames again: tar -cf FRAMES.tar FOLDER");
}
