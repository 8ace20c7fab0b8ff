using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MlAva.Annotations;

/// <summary>Writes csv rows as UTF-8 with LF line ends; packed with gzip where the target is to be named <c>.gz</c>.</summary>
sealed class CsvWriter : IDisposable
{
    readonly Stream _stream;
    readonly bool _owned;
    byte[] _buffer = new byte[1 << 16];
    int _at;
    bool _inRow;

    public CsvWriter(Stream stream, string path)
    {
        _owned = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        _stream = _owned ? new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true) : stream;
    }

    public void Dispose()
    {
        _stream.Write(_buffer, 0, _at);
        _at = 0;
        if (_owned) _stream.Dispose();
    }

    public CsvWriter Text(string text)
    {
        Separate();
        bool quote = text.AsSpan().ContainsAny("\",\r\n") || text[0] == '\uFEFF';
        if (quote) text = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _at += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_at));
        return this;
    }

    public CsvWriter Empty()
    {
        Separate();
        return this;
    }

    public CsvWriter Value<T>(T value, string format) where T : IUtf8SpanFormattable
    {
        Separate();
        Reserve(400);
        if (!value.TryFormat(_buffer.AsSpan(_at), out int written, format, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException("A number is longer than 400 characters.");
        }
        _at += written;
        return this;
    }

    /// <summary>
    /// A number with at least three decimals, as AVA writes them, and as many more as it takes to read the same double back.
    /// </summary>
    public CsvWriter Exact(double value)
    {
        Span<byte> shortest = stackalloc byte[40];
        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        shortest = shortest[..length];
        int point = shortest.IndexOf((byte)'.');
        bool short3 = !shortest.Contains((byte)'E') && (point < 0 || length - point - 1 <= 3);
        return Value(value, short3 ? "F3" : "R");
    }

    /// <summary>A time: whole seconds in the format given, fractions as short as reads back the same.</summary>
    public CsvWriter Timestamp(double value, string wholeFormat) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? Value((long)value, wholeFormat) : Value(value, "R");

    public void EndRow()
    {
        Reserve(1);
        _buffer[_at++] = (byte)'\n';
        _inRow = false;
    }

    void Separate()
    {
        Reserve(1);
        if (_inRow) _buffer[_at++] = (byte)',';
        _inRow = true;
    }

    void Reserve(int count)
    {
        if (_buffer.Length - _at >= count) return;
        _stream.Write(_buffer, 0, _at);
        _at = 0;
        if (count > _buffer.Length) _buffer = new byte[count];
    }
}
