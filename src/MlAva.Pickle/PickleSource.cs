using System.Runtime.InteropServices;
using System.Text;

namespace MlAva.Pickle;

/// <summary>
/// The bytes of a pickle, from memory or through a buffer from a stream. Lengths that a file declares are checked against what is
/// left, or, where a stream cannot tell, read in growing pieces: a lie about a length never allocates more than the file has.
/// </summary>
sealed class PickleSource
{
    const int BufferSize = 1 << 16;
    readonly Stream? _stream;
    byte[] _buffer;
    int _at;
    int _end;
    long _origin;

    public PickleSource(ReadOnlyMemory<byte> data)
    {
        if (!MemoryMarshal.TryGetArray(data, out ArraySegment<byte> segment)) segment = data.ToArray();
        _buffer = segment.Array!;
        _at = segment.Offset;
        _end = segment.Offset + segment.Count;
        _origin = -segment.Offset;
    }

    public PickleSource(Stream stream)
    {
        _stream = stream;
        _buffer = new byte[BufferSize];
    }

    /// <summary>Bytes consumed since the beginning.</summary>
    public long Position => _origin + _at;

    long Remaining => _end - _at
        + (_stream is null ? 0 : _stream.CanSeek ? Math.Max(_stream.Length - _stream.Position, 0) : long.MaxValue / 2);

    /// <summary>Whether nothing is left.</summary>
    public bool AtEnd => !Fill(1);

    public byte ReadByte() => Fill(1) ? _buffer[_at++] : throw Truncated(1);

    /// <summary>A few bytes (at most 64 KiB), valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(int count)
    {
        if (!Fill(count)) throw Truncated(count);
        ReadOnlySpan<byte> span = _buffer.AsSpan(_at, count);
        _at += count;
        return span;
    }

    public byte[] ReadBytes(ulong count)
    {
        CheckLeft(count);
        if (count <= (ulong)(_end - _at) || _stream!.CanSeek)
        {
            byte[] exact = new byte[(int)count];
            ReadExactly(exact);
            return exact;
        }
        // The stream cannot tell its length: believe the declared one only as far as bytes arrive.
        byte[] grown = [];
        int have = 0;
        while (have < (int)count)
        {
            int next = (int)Math.Min((long)count, Math.Max(BufferSize, 2L * have));
            Array.Resize(ref grown, next);
            ReadExactly(grown.AsSpan(have));
            have = next;
        }
        return grown;
    }

    public string ReadText(ulong count, Encoding encoding)
    {
        CheckLeft(count);
        long position = Position;
        try
        {
            return count <= BufferSize ? encoding.GetString(Read((int)count)) : encoding.GetString(ReadBytes(count));
        }
        catch (DecoderFallbackException e)
        {
            throw new PickleException("a string is not valid UTF-8", position, e);
        }
    }

    /// <summary>The bytes up to the next line feed, which is consumed and left out; valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadLine()
    {
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(_at + searched, _end - _at - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                ReadOnlySpan<byte> line = _buffer.AsSpan(_at, searched + found);
                _at += searched + found + 1;
                return line;
            }
            searched = _end - _at;
            if (!Fill(searched + 1)) throw new PickleException("the file ends within a line of text", Position);
        }
    }

    public void ReadExactly(Span<byte> destination)
    {
        int buffered = Math.Min(destination.Length, _end - _at);
        _buffer.AsSpan(_at, buffered).CopyTo(destination);
        _at += buffered;
        int left = destination.Length - buffered;
        if (left == 0) return;
        if (_stream is null || _stream.ReadAtLeast(destination[buffered..], left, throwOnEndOfStream: false) < left)
        {
            throw Truncated(destination.Length);
        }
        _origin += left;
    }

    /// <summary>Gives what was read ahead back to a stream that can seek, so that it stands right behind what was consumed.</summary>
    public void Settle()
    {
        if (_stream is not { CanSeek: true } || _at == _end) return;
        _stream.Seek(_at - _end, SeekOrigin.Current);
        _end = _at;
    }

    bool Fill(int count)
    {
        if (_end - _at >= count) return true;
        if (_stream is null) return false;
        int kept = _end - _at;
        byte[] target = count <= _buffer.Length ? _buffer : new byte[(int)Math.Min(Math.Max(2L * _buffer.Length, count), Array.MaxLength)];
        if (count > target.Length) throw new PickleException("a line of text is longer than .NET can hold", Position);
        _buffer.AsSpan(_at, kept).CopyTo(target);
        _origin += _at;
        _buffer = target;
        _at = 0;
        _end = kept;
        _end += _stream.ReadAtLeast(_buffer.AsSpan(kept), count - kept, throwOnEndOfStream: false);
        return _end >= count;
    }

    void CheckLeft(ulong count)
    {
        if (count > (ulong)Remaining) throw Truncated(count);
        if (count > (ulong)Array.MaxLength) throw new PickleException($"{count} bytes in one piece are more than .NET can hold", Position);
    }

    PickleException Truncated(object wanted) => new($"the file ends where {wanted} more bytes should follow", Position);
}
