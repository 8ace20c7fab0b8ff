namespace MlAva.Diagnostics;

/// <summary>Takes a line apart. Quotes are honoured where they are closed and dropped where they are not.</summary>
sealed class CellSplitter
{
    (int Start, int Length)[] _cells = new (int, int)[16];
    byte[] _line = [];
    int _lineLength;

    public int Count { get; private set; }

    /// <summary>Whether a cell stood in quotes.</summary>
    public bool HasQuotes { get; private set; }

    /// <summary>Whether a quote was not closed.</summary>
    public bool HasOpenQuote { get; private set; }

    /// <summary>A cell with its blanks, without its quotes; valid until the next <see cref="Split"/>.</summary>
    public ReadOnlySpan<byte> this[int cell] => _line.AsSpan(_cells[cell].Start, _cells[cell].Length);

    public void Split(ReadOnlySpan<byte> line, byte separator)
    {
        if (_line.Length < line.Length) _line = new byte[Math.Max(256, line.Length * 2)];
        HasQuotes = line.Contains((byte)'"');
        HasOpenQuote = HasQuotes && line.Count((byte)'"') % 2 != 0;
        Count = 0;
        if (HasQuotes)
        {
            SplitQuoted(line, separator);
            return;
        }
        line.CopyTo(_line);
        _lineLength = line.Length;
        for (int start = 0; ;)
        {
            int end = line[start..].IndexOf(separator);
            Add(start, end < 0 ? _lineLength - start : end);
            if (end < 0) return;
            start += end + 1;
        }
    }

    void SplitQuoted(ReadOnlySpan<byte> line, byte separator)
    {
        _lineLength = 0;
        bool inside = false;
        int start = 0;
        for (int i = 0; i < line.Length; i++)
        {
            byte c = line[i];
            if (c == '"')
            {
                // Two quotes within quotes are one; all others only mark the cell's ends.
                if (inside && !HasOpenQuote && i + 1 < line.Length && line[i + 1] == '"') _line[_lineLength++] = line[i++];
                else inside = !inside && !HasOpenQuote;
            }
            else if (c == separator && !inside)
            {
                Add(start, _lineLength - start);
                start = _lineLength;
            }
            else _line[_lineLength++] = c;
        }
        Add(start, _lineLength - start);
    }

    void Add(int start, int length)
    {
        if (Count == _cells.Length) Array.Resize(ref _cells, Count * 2);
        _cells[Count++] = (start, length);
    }
}
