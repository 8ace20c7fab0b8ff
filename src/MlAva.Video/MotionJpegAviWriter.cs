using System.Buffers.Binary;

namespace MlAva.Video;

/// <summary>
/// Writes a Motion JPEG video as an AVI file that any player opens, without any other program. The file appears under its name when <see cref="Complete"/> has
/// been called; disposing before leaves nothing behind. At most 2 GB, about 40 minutes of 340×256 at 30 frames a second.
/// </summary>
public sealed class MotionJpegAviWriter : IDisposable
{
    const int HeaderLength = 224, MoviStart = 220;

    readonly string _path, _temporary;
    readonly FrameSize _size;
    readonly int _rate, _scale, _quality;
    readonly List<(uint Offset, uint Length)> _index = [];
    FileStream? _file;
    uint _largest;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="size">Size of every frame.</param>
    /// <param name="fps">Frames a second; NTSC's 29.97 and its like are kept exactly (30000/1001), others to three decimals.</param>
    /// <param name="quality">JPEG quality of frames given as pixels, 1–100.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public MotionJpegAviWriter(string path, FrameSize size, double fps, int quality = 95)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VideoClip.ByteCount(1, size);
        if (!(fps >= 0.001 && fps <= 10000)) throw new ArgumentOutOfRangeException(nameof(fps), fps, "The rate must be from 0.001 to 10000 frames a second.");
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        (_path, _size, _quality) = (Path.GetFullPath(path), size, quality);
        double ntsc = Math.Round(fps * 1.001);
        (_rate, _scale) = fps == Math.Floor(fps) ? ((int)fps, 1)
            : ntsc >= 1 && Math.Abs(ntsc / 1.001 - fps) < 0.001 ? ((int)ntsc * 1000, 1001)
            : ((int)Math.Round(fps * 1000), 1000);
        _temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        _file = new(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        _file.Write(new byte[HeaderLength]);
    }

    /// <summary>Frames written so far.</summary>
    public int Frames => _index.Count;

    /// <summary>Writes a folder of frames: JPEGs as they are, bit for bit; PNGs are encoded. Frames missing in between are an error.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">Where the file will be.</param>
    /// <param name="fps">Frames a second.</param>
    /// <param name="options">The file names' template; null for the default.</param>
    /// <param name="progress">Told the number of frames written.</param>
    /// <param name="cancellationToken">Cancels between frames; nothing is left behind.</param>
    /// <exception cref="FrameStoreException">The folder or a frame is missing.</exception>
    /// <exception cref="FrameDecodeException">A frame is broken or of another size.</exception>
    public static void WriteFolder(
        string folder, string path, double fps, FrameStoreOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        using JpegFolderStore store = new(folder, options);
        using MotionJpegAviWriter writer = new(path, store.Size, fps);
        byte[] pixels = new byte[store.Size.ByteCount];
        int[] index = new int[1];
        for (int i = store.FirstIndex; i <= store.LastIndex; i++)
        {
            // Decoding finds missing, broken and odd-sized frames before they end up in the video.
            index[0] = i;
            VideoClip frame = store.Read(index, pixels, cancellationToken);
            if (frame.Size != store.Size)
                throw new FrameDecodeException(store.FilePath(i), null, $"a picture of {frame.Size}", $"{store.Size}, the size of the first frame", "extract the frames of this video again, all at one size");
            byte[] file = File.ReadAllBytes(store.FilePath(i));
            if (file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) writer.AppendJpeg(file);
            else writer.Append(frame.Frame(0));
            progress?.Report(writer.Frames);
        }

        writer.Complete();
    }

    /// <summary>Writes a clip.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">Where the file will be.</param>
    /// <param name="fps">Frames a second.</param>
    /// <param name="quality">JPEG quality, 1–100.</param>
    public static void WriteClip(VideoClip clip, string path, double fps, int quality = 95)
    {
        ArgumentNullException.ThrowIfNull(clip);
        using MotionJpegAviWriter writer = new(path, clip.Size, fps, quality);
        for (int i = 0; i < clip.Frames; i++) writer.Append(clip.Frame(i));
        writer.Complete();
    }

    /// <summary>Encodes and appends a frame.</summary>
    /// <param name="rgb">[H, W, 3].</param>
    /// <exception cref="ArgumentException">The number of bytes does not suit the size.</exception>
    /// <exception cref="IOException">The file cannot be written, or would grow beyond 2 GB.</exception>
    public void Append(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _size.ByteCount) throw new ArgumentException($"A frame of {_size} has {_size.ByteCount} bytes, not {rgb.Length}.", nameof(rgb));
        AppendChunk(ImageCodec.EncodeJpeg(rgb, _size, _quality));
    }

    /// <summary>Appends a frame that is a JPEG already, as it is.</summary>
    /// <param name="jpeg">A JPEG file's bytes.</param>
    /// <exception cref="FrameDecodeException">It is no JPEG, or of another size.</exception>
    /// <exception cref="IOException">The file cannot be written, or would grow beyond 2 GB.</exception>
    public void AppendJpeg(ReadOnlySpan<byte> jpeg)
    {
        FrameSize size = ImageCodec.ReadSize(jpeg, _path);
        if (size != _size || !jpeg.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
            throw new FrameDecodeException(_path, Frames, $"a picture of {size}", $"a JPEG of {_size}", "give every frame of a video the same size");
        AppendChunk(jpeg);
    }

    /// <summary>Finishes the file and moves it to its name, over an older one.</summary>
    /// <exception cref="InvalidOperationException">No frame was written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Complete()
    {
        FileStream file = Open();
        if (_index.Count == 0) throw new InvalidOperationException($"{_path}: a video needs at least one frame.");
        uint moviEnd = (uint)file.Position;
        byte[] index = new byte[8 + 16 * _index.Count];
        "idx1"u8.CopyTo(index);
        BinaryPrimitives.WriteUInt32LittleEndian(index.AsSpan(4), (uint)(index.Length - 8));
        for (int i = 0; i < _index.Count; i++)
        {
            Span<byte> entry = index.AsSpan(8 + 16 * i, 16);
            "00dc"u8.CopyTo(entry);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 0x10); // every frame is a keyframe
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], _index[i].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], _index[i].Length);
        }

        file.Write(index);
        uint length = (uint)file.Position;
        file.Position = 0;
        file.Write(Header(length, moviEnd));
        file.Flush(flushToDisk: true);
        file.Dispose();
        _file = null;
        File.Move(_temporary, _path, overwrite: true);
    }

    /// <summary>Closes the file; without <see cref="Complete"/> it is removed.</summary>
    public void Dispose()
    {
        if (_file is null) return;
        _file.Dispose();
        _file = null;
        File.Delete(_temporary);
    }

    void AppendChunk(ReadOnlySpan<byte> jpeg)
    {
        FileStream file = Open();
        // The index, sixteen bytes for each frame, must fit as well.
        if (file.Position + jpeg.Length + 10 + 16L * (_index.Count + 2) > int.MaxValue)
            throw new IOException($"{_path}: after {_index.Count} frames the video would grow beyond 2 GB, more than an AVI file of this kind holds. Write several files, or fewer, smaller or more strongly compressed frames.");
        _index.Add(((uint)(file.Position - MoviStart), (uint)jpeg.Length));
        _largest = Math.Max(_largest, (uint)jpeg.Length);
        Span<byte> header = stackalloc byte[8];
        "00dc"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)jpeg.Length);
        file.Write(header);
        file.Write(jpeg);
        if (jpeg.Length % 2 == 1) file.WriteByte(0);
    }

    FileStream Open()
    {
        ObjectDisposedException.ThrowIf(_file is null, this);
        return _file;
    }

    byte[] Header(uint fileLength, uint moviEnd)
    {
        using MemoryStream stream = new(HeaderLength);
        using BinaryWriter writer = new(stream);
        uint frames = (uint)_index.Count;
        writer.Write("RIFF"u8);
        writer.Write(fileLength - 8);
        writer.Write("AVI LIST"u8);
        writer.Write(192);
        writer.Write("hdrlavih"u8);
        writer.Write(56);
        writer.Write((uint)Math.Round(1e6 * _scale / _rate));
        writer.Write((uint)Math.Min(uint.MaxValue, (double)_largest * _rate / _scale));
        writer.Write(0);
        writer.Write(0x10); // the file has an index
        writer.Write(frames);
        writer.Write(0);
        writer.Write(1); // streams
        writer.Write(_largest);
        writer.Write(_size.Width);
        writer.Write(_size.Height);
        writer.Write(new byte[16]);
        writer.Write("LIST"u8);
        writer.Write(116);
        writer.Write("strlstrh"u8);
        writer.Write(56);
        writer.Write("vidsMJPG"u8);
        writer.Write(new byte[12]);
        writer.Write(_scale);
        writer.Write(_rate);
        writer.Write(0);
        writer.Write(frames);
        writer.Write(_largest);
        writer.Write(-1); // default quality
        writer.Write(0);
        writer.Write(0);
        writer.Write((ushort)_size.Width);
        writer.Write((ushort)_size.Height);
        writer.Write("strf"u8);
        writer.Write(40);
        writer.Write(40);
        writer.Write(_size.Width);
        writer.Write(_size.Height);
        writer.Write((ushort)1);
        writer.Write((ushort)24);
        writer.Write("MJPG"u8);
        writer.Write(_size.ByteCount);
        writer.Write(new byte[16]);
        writer.Write("LIST"u8);
        writer.Write(moviEnd - MoviStart);
        writer.Write("movi"u8);
        return stream.ToArray();
    }
}
