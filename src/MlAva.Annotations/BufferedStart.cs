namespace MlAva.Annotations;

/// <summary>A stream whose first bytes can be looked at before it is read, whether it can seek or not.</summary>
sealed class BufferedStart : Stream
{
    readonly Stream _stream;
    readonly byte[] _start;
    int _at;

    /// <param name="stream">The stream; disposed of together with this one.</param>
    /// <param name="length">How many bytes to look at, at most.</param>
    public BufferedStart(Stream stream, int length)
    {
        _stream = stream;
        byte[] start = new byte[length];
        try
        {
            _start = start[..stream.ReadAtLeast(start, length, throwOnEndOfStream: false)];
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> Start => _start;

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
        if (_at == _start.Length) return _stream.Read(buffer);
        int length = Math.Min(buffer.Length, _start.Length - _at);
        _start.AsSpan(_at, length).CopyTo(buffer);
        _at += length;
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
        if (disposing) _stream.Dispose();
        base.Dispose(disposing);
    }
}
