using System.IO.Compression;

namespace MlAva.Annotations;

/// <summary>
/// Unpacks gzip and notices when the data ends too early, which <see cref="GZipStream"/> passes over in silence: a download that broke off
/// would look like a shorter file.
/// </summary>
/// <remarks>Behind the packed data it sees one more gzip member, which only comes out if everything before it was whole.</remarks>
sealed class WholeGzipStream : Stream
{
    static readonly byte[] Mark = [0, 0xff, .. "end of the file"u8, 0xff, 0];
    static readonly byte[] PackedMark = Pack(Mark);

    readonly WithMark _packed;
    readonly GZipStream _gzip;
    ReadOnlyMemory<byte>? _tail;

    /// <param name="packed">The packed data; disposed of together with this stream.</param>
    public WholeGzipStream(Stream packed)
    {
        _packed = new(packed);
        _gzip = new(_packed, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_tail is null)
        {
            int read = _gzip.Read(buffer);
            if (!_packed.HasEnded) return read;
            _tail = ReadTail(buffer[..read]);
        }

        ReadOnlyMemory<byte> tail = _tail.Value;
        int length = Math.Min(buffer.Length, tail.Length);
        tail.Span[..length].CopyTo(buffer);
        _tail = tail[length..];
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>What comes out once the packed data has ended: data that was still on its way and the mark, or, where it ended early, rubbish.</summary>
    ReadOnlyMemory<byte> ReadTail(ReadOnlySpan<byte> begun)
    {
        using MemoryStream tail = new();
        tail.Write(begun);
        _gzip.CopyTo(tail);
        byte[] bytes = tail.ToArray();
        return bytes.AsSpan().EndsWith(Mark)
            ? bytes.AsMemory(0, bytes.Length - Mark.Length)
            : throw new InvalidDataException("The gzip data ends too early.");
    }

    static byte[] Pack(byte[] data)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(data);
        return packed.ToArray();
    }

    /// <summary>A stream with the packed mark behind it.</summary>
    sealed class WithMark(Stream packed) : Stream
    {
        int _given;

        /// <summary>Whether the packed data has been read to its end.</summary>
        public bool HasEnded => _given > 0;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int read = _given == 0 ? packed.Read(buffer) : 0;
            if (read > 0 || buffer.Length == 0) return read;
            read = Math.Min(buffer.Length, PackedMark.Length - _given);
            PackedMark.AsSpan(_given, read).CopyTo(buffer);
            _given += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
