using System.Globalization;
using System.Text;

namespace MlAva.Annotations;

/// <summary>
/// Takes a csv file apart, row by row and without a string for every cell: cells are spans of UTF-8 in a buffer. Quotes are
/// honoured as Python's <c>csv.reader</c> does, rows end with CRLF, LF or CR, a byte order mark and blank lines are passed over,
/// gzip is unpacked.
/// </summary>
sealed class CsvReader : IDisposable
{
    /// <summary>Bytes of the longest row that is read.</summary>
    public const int MaxRowLength = 1 << 20;

    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    readonly Stream _stream;
    readonly Action? _onByteOrderMark;
    readonly Dictionary<string, string> _names = [];
    readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _namesBySpan;
    byte[] _buffer = new byte[1 << 16];
    (int Start, int Length)[] _cells = new (int, int)[16];
    string _lastName = "";
    byte[] _lastNameBytes = [];
    int _at;
    int _end;
    long _nextLine = 1;
    bool _started;
    bool _streamEnded;

    /// <param name="path">The file.</param>
    /// <param name="onByteOrderMark">Told of a byte order mark, which is passed over.</param>
    public CsvReader(string path, Action? onByteOrderMark = null)
        : this(path, InputFile.Open(path)) => _onByteOrderMark = onByteOrderMark;

    CsvReader(string path, Stream stream)
    {
        Path = path;
        _stream = stream;
        _namesBySpan = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The 1-based line at which the current row begins, as an editor counts.</summary>
    public long Row { get; private set; }

    /// <summary>The number of cells in the current row.</summary>
    public int Count { get; private set; }

    /// <summary>One cell of the current row, unquoted; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> this[int column] => _buffer.AsSpan(_cells[column].Start, _cells[column].Length);

    /// <summary>The line behind the rows read so far.</summary>
    public long NextLine => _nextLine;

    /// <summary>A reader of rows that <see cref="Load"/> hands it, for a file that something else takes apart.</summary>
    public static CsvReader OfRows(string path) => new(path, Stream.Null) { _started = true, _streamEnded = true };

    /// <summary>Goes on with these bytes, whole rows, as if the file ended behind them.</summary>
    /// <param name="rows">The rows; copied.</param>
    /// <param name="line">The line at which they begin.</param>
    public void Load(ReadOnlySpan<byte> rows, long line)
    {
        if (_buffer.Length < rows.Length) _buffer = new byte[rows.Length];
        rows.CopyTo(_buffer);
        (_at, _end, _nextLine) = (0, rows.Length, line);
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Moves to the next row that is not blank.</summary>
    public bool Read()
    {
        if (!_started) Start();
        while (_at < _end || Fill(_at))
        {
            Row = _nextLine;
            ReadRow();
            if (Count > 1 || !IsBlank(0)) return true;
        }
        return false;
    }

    void Start()
    {
        _started = true;
        while (_end < 64 && Fill(0)) { }
        InputFile.CheckStart(Path, _buffer.AsSpan(0, _end));
        if (!_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) return;
        _at = 3;
        _onByteOrderMark?.Invoke();
    }

    // One pass over the row. Where a quoted cell holds doubled quotes or the row grows past the buffer, bytes move within the buffer;
    // everything is kept relative to the row's beginning until the row is complete.
    void ReadRow()
    {
        int begin = _at, position = 0, write, cell = 0;
        Count = 0;
        bool more = true;
        while (more)
        {
            bool quoted = At(ref begin, position) == '"';
            if (quoted) position++;
            int start = position;
            write = position;
            while (true)
            {
                int c = At(ref begin, position);
                if (quoted)
                {
                    if (c < 0) throw Error("a quote that is never closed", "a closing quote", "remove the quote or close it");
                    if (c == '"')
                    {
                        if (At(ref begin, position + 1) == '"') position++;
                        else
                        {
                            quoted = false;
                            position++;
                            continue;
                        }
                    }
                    else if (c == '\n' || (c == '\r' && At(ref begin, position + 1) != '\n')) _nextLine++;
                }
                else if (c is ',' or '\n' or '\r' or < 0)
                {
                    if (Count == _cells.Length) Array.Resize(ref _cells, Count * 2);
                    _cells[Count++] = (start, write - start);
                    position++;
                    more = c == ',';
                    if (c == '\r' && At(ref begin, position) == '\n') position++;
                    if (c is '\n' or '\r') _nextLine++;
                    break;
                }
                if (write != position) _buffer[begin + write] = _buffer[begin + position];
                write++;
                position++;
            }
        }
        if (position > MaxRowLength) throw TooLong();
        for (; cell < Count; cell++) _cells[cell].Start += begin;
        _at = Math.Min(begin + position, _end);
    }

    /// <summary>The byte at a place counted from the row's beginning, or −1 at the end of the file.</summary>
    int At(ref int begin, int position)
    {
        if (begin + position < _end) return _buffer[begin + position];
        while (begin + position >= _end)
        {
            if (position > MaxRowLength) throw TooLong();
            if (!Fill(begin)) return -1;
            begin = 0;
        }
        return _buffer[begin + position];
    }

    /// <summary>
    /// Reads on, keeping what lies from <paramref name="keep"/>, which moves to the buffer's beginning; false at the end of the
    /// file.
    /// </summary>
    bool Fill(int keep)
    {
        if (_streamEnded) return false;
        int kept = _end - keep;
        byte[] target = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(keep, kept).CopyTo(target);
        _buffer = target;
        _at = 0;
        int read;
        try
        {
            read = _stream.Read(_buffer, kept, _buffer.Length - kept);
        }
        catch (InvalidDataException e)
        {
            throw InputFile.Damaged(Path, e);
        }
        _end = kept + read;
        _streamEnded = read == 0;
        return read > 0;
    }

    /// <summary>A cell as text that recurs (a video's id): equal texts are one string.</summary>
    public string Name(int column)
    {
        ReadOnlySpan<byte> cell = this[column];
        if (cell.SequenceEqual(_lastNameBytes) && _lastName.Length > 0) return _lastName;
        if (cell.Length == 0) throw Error($"nothing in {ColumnName(column)}", "the video's id", "write the id, or delete the row");
        string name;
        try
        {
            if (cell.Length <= 256)
            {
                Span<char> chars = stackalloc char[256];
                chars = chars[..Utf8.GetChars(cell, chars)];
                if (!_namesBySpan.TryGetValue(chars, out name!)) _namesBySpan[chars] = name = chars.ToString();
            }
            else name = Utf8.GetString(cell);
        }
        catch (DecoderFallbackException e)
        {
            throw InputFile.NotUtf8(Path, Row, e);
        }
        _lastNameBytes = cell.ToArray();
        return _lastName = name;
    }

    /// <summary>A cell as a finite number; blanks around it are passed over.</summary>
    public double Number(int column, string what)
    {
        if (!Utf8Number.TryNumber(this[column], out double value)) throw NotANumber(column, what);
        if (double.IsFinite(value)) return value;
        throw Error($"{Quote(column)} in {ColumnName(column)}", $"{what}, finite", "find out what wrote it, and mend or delete the row");
    }

    /// <summary>
    /// A cell as a number that only gives an order: infinite (<c>inf</c>, <c>1e400</c>) is fine, as for the official evaluator;
    /// NaN is not.
    /// </summary>
    public double Score(int column) =>
        Utf8Number.TryScore(this[column], out double value) ? value : throw NotANumber(column, "the score, a number");

    /// <summary>A cell as seconds in the video: a number that is not negative.</summary>
    public double Timestamp(int column)
    {
        double value = Number(column, "the time in seconds, a number");
        // The sum turns −0 into 0: they are one time and must be one key.
        if (value >= 0) return value + 0.0;
        throw Error($"{Quote(column)} in {ColumnName(column)}", "the time in seconds, not negative",
            "count from the beginning of the video");
    }

    /// <summary>A cell as a whole number.</summary>
    public int Integer(int column, string what) =>
        Utf8Number.TryInteger(this[column], out int value) ? value : throw NotANumber(column, what);

    /// <summary>Columns 3 to 6 as a box.</summary>
    public Box Box() => new(
        Number(2, "x1, the box's left edge, a number"), Number(3, "y1, the box's top edge, a number"),
        Number(4, "x2, the box's right edge, a number"), Number(5, "y2, the box's bottom edge, a number"));

    /// <summary>Whether a cell holds nothing but blanks.</summary>
    public bool IsBlank(int column) => this[column].Trim(" \t"u8).Length == 0;

    /// <summary>A cell quoted for a message, shortened.</summary>
    public string Quote(int column)
    {
        ReadOnlySpan<byte> cell = this[column];
        string text = Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, 60)]);
        text = text.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return $"'{text}{(cell.Length > 60 ? "…" : "")}'";
    }

    public AnnotationFormatException Error(string found, string expected, string mend) => new(Path, Row, found, expected, mend);

    /// <summary>The error for a row of the wrong width, with the mend for what most often causes it.</summary>
    public AnnotationFormatException WrongWidth(string expected)
    {
        ReadOnlySpan<byte> first = this[0];
        string mend = first.Contains((byte)'\t') ? "replace the tabs between the columns by commas"
            : first.Contains((byte)';') ? "replace the semicolons between the columns by commas (and decimal commas by points)"
            : Count is > 8 and < 18 ? "write decimal points, not decimal commas, and quote commas within names"
            : "compare the row with the file's other rows";
        return Error($"{Count} column{(Count == 1 ? "" : "s")} ({Quote(0)}{(Count > 1 ? ", …" : "")})", expected, mend);
    }

    AnnotationFormatException TooLong() => Error($"a row longer than {MaxRowLength} bytes", "rows of at most a few hundred bytes",
        "look for a quote that is never closed");

    AnnotationFormatException NotANumber(int column, string what)
    {
        ReadOnlySpan<byte> cell = this[column].Trim(" \t"u8);
        string mend = Row == 1 && LooksLikeHeader() ? "delete the header row: AVA's files have none"
            : cell.Length == 0 ? "fill the cell, or delete the row (a keyframe with nobody in it has two columns only)"
            : Ascii.EqualsIgnoreCase(cell, "nan"u8) ? "look at the training: numbers that are none come of a network that has diverged"
            : cell.Contains((byte)'_') ? "remove the underscore"
            : cell.Contains((byte)',') ? "write decimal points, not decimal commas"
            : "write a number; for an action, its id in the label map and not its name";
        return Error($"{Quote(column)} in {ColumnName(column)}", what, mend);
    }

    bool LooksLikeHeader()
    {
        for (int i = 1; i < Count; i++)
        {
            ReadOnlySpan<byte> cell = this[i].Trim(" \t"u8);
            if (cell.Length > 0 && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return false;
        }
        return Count > 1;
    }

    static string ColumnName(int column) => $"column {column + 1}";
}
