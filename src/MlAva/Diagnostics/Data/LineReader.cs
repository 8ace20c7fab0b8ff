using System.Text;
using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>
/// Gives the lines of a text file one after another, whatever they end with, and counts the line ends. Unpacks gzip, turns UTF-16 into
/// UTF-8, passes over a byte order mark.
/// </summary>
sealed class LineReader : IDisposable
{
    const int LongestLine = 1 << 20, Peek = 256;
    readonly string _path;
    readonly Stream _stream;
    byte[] _buffer = new byte[1 << 18];
    int _at, _end, _start, _length;
    bool _ended;

    public LineReader(string path)
    {
        _path = path;
        ReadOnlySpan<byte> first = Begin(path);
        RefuseForeign(path, first);
        bool little = first.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]), big = first.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]);
        IsUtf16 = little || big;
        HasByteOrderMark = first.StartsWith("\uFEFF"u8);
        Stream raw = OpenUnpacked(path);
        _stream = IsUtf16 ? Encoding.CreateTranscodingStream(raw, little ? Encoding.Unicode : Encoding.BigEndianUnicode, Encoding.UTF8)
            : raw;
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) _at = 3;
    }

    /// <summary>1-based number of the current line.</summary>
    public long Line { get; private set; }

    public bool HasByteOrderMark { get; }

    public bool IsUtf16 { get; }

    /// <summary>Lines that ended with LF, CRLF and CR so far.</summary>
    public (long Lf, long CrLf, long Cr) Ends { get; private set; }

    /// <summary>The current line without its end; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Current => _buffer.AsSpan(_start, _length);

    public void Dispose() => _stream.Dispose();

    public bool Read()
    {
        for (int searched = 0; ;)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_at, _end - _at);
            int end = rest[searched..].IndexOfAny((byte)'\n', (byte)'\r');
            end = end < 0 ? rest.Length : end + searched;
            // A CR at the buffer's end may be followed by an LF that is not there yet.
            bool isComplete = _ended || end + (end < rest.Length && rest[end] == '\r' ? 1 : 0) < rest.Length;
            if (!isComplete)
            {
                searched = end;
                Fill();
                continue;
            }
            if (rest.IsEmpty) return false;
            int length = end;
            if (end < rest.Length)
            {
                (long lf, long crLf, long cr) = Ends;
                bool both = rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n';
                Ends = both ? (lf, crLf + 1, cr) : rest[end] == '\n' ? (lf + 1, crLf, cr) : (lf, crLf, cr + 1);
                end += both ? 2 : 1;
            }
            (_start, _length) = (_at, length);
            _at += end;
            Line++;
            return true;
        }
    }

    void Fill()
    {
        int kept = _end - _at;
        if (kept > LongestLine)
        {
            throw new AnnotationFormatException(_path, Line + 1, $"a line longer than {LongestLine} bytes", "rows of a few hundred bytes",
                "check that this is the file you mean: it looks like no csv at all");
        }
        byte[] target = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_at, kept).CopyTo(target);
        (_buffer, _at, _end) = (target, 0, kept);
        int read = ReadSome(_path, _stream, _buffer.AsSpan(kept));
        _end += read;
        _ended = read == 0;
    }

    static int ReadSome(string path, Stream stream, Span<byte> target)
    {
        try
        {
            return stream.Read(target);
        }
        catch (InvalidDataException e)
        {
            throw new AnnotationFormatException(path, 0, "damaged gzip data", "a whole gzip file", "download or pack the file again", e);
        }
    }

    /// <summary>Opens a file, unpacked if it is packed. Not a pipe: data is looked at more than once.</summary>
    public static Stream OpenUnpacked(string path)
    {
        using (FileStream file = File.OpenRead(path))
        {
            if (!file.CanSeek)
            {
                throw new AnnotationFormatException(
                    path, 0, "a pipe", "a file: data is looked at more than once", "write the data to a file first");
            }
        }

        return InputFile.Open(path);
    }

    static byte[] Begin(string path)
    {
        using Stream stream = OpenUnpacked(path);
        byte[] first = new byte[Peek];
        int count = 0;
        while (count < Peek && ReadSome(path, stream, first.AsSpan(count)) is var read and > 0) count += read;
        return first[..count];
    }

    /// <summary>What is no text at all is refused in the words of the strict reader; UTF-16 is not, for it can be read here.</summary>
    static void RefuseForeign(string path, ReadOnlySpan<byte> first)
    {
        if (first.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || first.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])) return;
        InputFile.CheckStart(path, first);
        if (!first.Contains((byte)0)) return;
        throw new AnnotationFormatException(
            path, 1 + first[..first.IndexOf((byte)0)].Count((byte)'\n'), "a NUL byte: no text, or a file that was damaged", "UTF-8 text",
            "check that this is the file you mean, and write or download it again");
    }
}
