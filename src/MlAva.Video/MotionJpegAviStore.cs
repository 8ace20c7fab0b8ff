using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MlAva.Video;

/// <summary>
/// A Motion JPEG video in an AVI file, read without any other program: every frame is a JPEG, so any frame is reached at once. Files of several
/// RIFF parts are read too, as long as their frames lie in <c>movi</c> lists. An empty chunk repeats the frame before it, as the format has it.
/// </summary>
public sealed class MotionJpegAviStore : IFrameStore
{
    const string Mend = "copy the file again, or convert the source anew, for example: ffmpeg -i INPUT -c:v mjpeg -q:v 2 -an OUTPUT.avi";

    readonly SafeFileHandle _handle;
    readonly IFrameDecoder _decoder;
    readonly List<(long Offset, int Length)> _chunks = [];
    readonly int[]? _sources;
    readonly long _length;
    int _stream = -1, _streams, _scale, _rate;
    FrameSize _headerSize;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The AVI file.</param>
    /// <param name="options">Rate and numbering; null for the defaults.</param>
    /// <exception cref="FrameStoreException">The file is missing, or holds no Motion JPEG video.</exception>
    /// <exception cref="FrameDecodeException">The file is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public MotionJpegAviStore(string path, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        Path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(Path)) throw FrameStore.Missing(Path);
        FirstIndex = options.FirstIndex;
        _decoder = FrameDecoders.Get(options.Decoder);
        _handle = File.OpenHandle(Path);
        try
        {
            _length = RandomAccess.GetLength(_handle);
            ReadParts();
            double native = (double)_rate / _scale;
            Fps = options.Fps ?? native;
            if (options.Fps is { } fps && fps != native)
            {
                long[] ticks = [.. Enumerable.Range(0, _chunks.Count).Select(i => (long)i)];
                _sources = ConstantRate.Map(ticks, _chunks.Count, _scale, _rate, fps);
            }

            byte[] buffer = [];
            Size = _decoder.ReadSize(ReadChunk(0, ref buffer), Path);
            ArrayPool<byte>.Shared.Return(buffer);
            if (Size.Width == _headerSize.Width && Size.Height * 2 == _headerSize.Height)
                throw Damaged("interlaced video (two pictures of half the height in a frame)", $"frames of {_headerSize}", "convert it: ffmpeg -i INPUT -vf yadif -c:v mjpeg -q:v 2 OUTPUT.avi");
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public FrameSize Size { get; }

    /// <inheritdoc/>
    public int FirstIndex { get; }

    /// <inheritdoc/>
    public int? LastIndex => FirstIndex + FrameCount - 1;

    /// <inheritdoc/>
    public int? FrameCount => _sources?.Length ?? _chunks.Count;

    /// <inheritdoc/>
    public double? Fps { get; }

    /// <summary>Whether a file is an AVI file whose video is Motion JPEG, judged by its first bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsMotionJpegAvi(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path);
        byte[] head = new byte[4096];
        ReadOnlySpan<byte> bytes = head.AsSpan(0, RandomAccess.Read(handle, head, 0));
        if (bytes.Length < 12 || !bytes.StartsWith("RIFF"u8) || !bytes[8..12].SequenceEqual("AVI "u8)) return false;
        int stream = bytes.IndexOf("vids"u8);
        // The picture format that follows the stream's header decides; the header's own codec field is often left empty.
        int format = stream < 0 ? -1 : bytes[stream..].IndexOf("strf"u8);
        return format >= 0 && stream + format + 28 <= bytes.Length && IsMotionJpeg(bytes.Slice(stream + format + 24, 4));
    }

    /// <inheritdoc/>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        FrameStore.CheckIndices(indices);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (int index in indices)
            if (index < FirstIndex || index > LastIndex) throw FrameStore.OutOfRange(Path, index, FirstIndex, FrameCount!.Value);
        VideoClip clip = FrameStore.NewClip(indices.Length, Size, buffer);
        byte[] chunk = [];
        try
        {
            for (int i = 0; i < indices.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int earlier = indices[..i].IndexOf(indices[i]);
                if (earlier >= 0) clip.Frame(earlier).CopyTo(clip.Frame(i));
                else _decoder.Decode(ReadChunk(indices[i] - FirstIndex, ref chunk), Size, clip.Frame(i), Path, indices[i]);
            }
        }
        finally
        {
            if (chunk.Length > 0) ArrayPool<byte>.Shared.Return(chunk);
        }

        return clip;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    static bool IsMotionJpeg(ReadOnlySpan<byte> code) => Encoding.ASCII.GetString(code).ToUpperInvariant() is "MJPG" or "JPEG";

    ReadOnlySpan<byte> ReadChunk(int frame, ref byte[] buffer)
    {
        var (offset, length) = _chunks[_sources?[frame] ?? frame];
        if (buffer.Length < length)
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        ReadExactly(offset, buffer.AsSpan(0, length));
        return buffer.AsSpan(0, length);
    }

    void ReadParts()
    {
        for (long at = 0; at + 12 <= _length;)
        {
            var (id, size, kind) = ReadList(at);
            if (at == 0 && (id != "RIFF" || kind != "AVI ")) throw Damaged($"a file that begins with '{id}'", "an AVI file (RIFF … AVI)", Mend);
            // Whatever trails the last part is none of ours.
            if (id != "RIFF" || kind is not ("AVI " or "AVIX")) break;
            long end = at + 8 + size;
            if (end > _length) throw Damaged($"{_length} bytes, while the header promises {end}", "the whole file", Mend + "; this one was cut off");
            ReadChildren(at + 12, end);
            at = end + (end & 1);
        }

        if (_stream < 0)
            throw new FrameStoreException(Path, null, "an AVI file without Motion JPEG video", "Motion JPEG", "open it through FrameStore.Open with FFmpeg installed, or convert it: ffmpeg -i INPUT -c:v mjpeg -q:v 2 -an OUTPUT.avi");
        if (_rate <= 0 || _scale <= 0) throw Damaged($"a rate of {_rate}/{_scale} frames a second", "a positive rate", Mend);
        while (_chunks.Count > 0 && _chunks[0].Length == 0) _chunks.RemoveAt(0);
        if (_chunks.Count == 0) throw Damaged("no frames", "at least one frame", Mend);
        for (int i = 1; i < _chunks.Count; i++)
            if (_chunks[i].Length == 0) _chunks[i] = _chunks[i - 1];
    }

    void ReadChildren(long at, long end)
    {
        Span<byte> header = stackalloc byte[8];
        while (at + 8 <= end)
        {
            ReadExactly(at, header);
            string id = Encoding.Latin1.GetString(header[..4]);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), next = at + 8 + size;
            if (next > end) throw Damaged($"a chunk '{id}' of {size} bytes at {at}, which reaches beyond its list's end at {end}", "chunks inside their list", Mend);
            if (id == "LIST")
            {
                string kind = ReadList(at).Kind;
                if (kind == "strl") ReadStream(at + 12, next);
                else if (kind is "hdrl" or "movi" or "rec ") ReadChildren(at + 12, next);
            }
            else if (_stream >= 0 && id.Length == 4 && id[2] == 'd' && id[3] is 'c' or 'b' && int.TryParse(id.AsSpan(0, 2), out int stream) && stream == _stream)
            {
                _chunks.Add((at + 8, checked((int)size)));
            }

            at = next + (next & 1);
        }
    }

    void ReadStream(long at, long end)
    {
        int number = _streams++;
        bool ours = false;
        Span<byte> header = stackalloc byte[8], room = stackalloc byte[48];
        while (at + 8 <= end)
        {
            ReadExactly(at, header);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            Span<byte> body = room[..(int)Math.Min(room.Length, Math.Min(size, end - at - 8))];
            ReadExactly(at + 8, body);
            if (header.StartsWith("strh"u8) && body.Length >= 36 && body.StartsWith("vids"u8) && _stream < 0)
            {
                ours = true;
                (_scale, _rate) = (BinaryPrimitives.ReadInt32LittleEndian(body[20..]), BinaryPrimitives.ReadInt32LittleEndian(body[24..]));
            }
            else if (header.StartsWith("strf"u8) && ours && body.Length >= 20 && IsMotionJpeg(body.Slice(16, 4)))
            {
                _stream = number;
                _headerSize = new(BinaryPrimitives.ReadInt32LittleEndian(body[4..]), Math.Abs(BinaryPrimitives.ReadInt32LittleEndian(body[8..])));
            }

            at += 8 + size + (size & 1);
        }
    }

    (string Id, long Size, string Kind) ReadList(long at)
    {
        Span<byte> header = stackalloc byte[12];
        ReadExactly(at, header);
        return (Encoding.Latin1.GetString(header[..4]), BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), Encoding.Latin1.GetString(header[8..]));
    }

    void ReadExactly(long at, Span<byte> destination)
    {
        int read = 0;
        while (read < destination.Length)
        {
            int more = RandomAccess.Read(_handle, destination[read..], at + read);
            if (more == 0) throw Damaged($"the file's end at byte {_length}", $"{destination.Length} bytes at {at}", Mend);
            read += more;
        }
    }

    FrameDecodeException Damaged(string found, string expected, string mend) => new(Path, null, found, expected, mend);
}
