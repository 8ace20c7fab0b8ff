namespace MlAva.Annotations;

/// <summary>Cuts a csv file into blocks of whole rows.</summary>
sealed class RowBlockReader : IDisposable
{
    readonly string _path;
    readonly Stream _stream;
    readonly FileStream _file;
    readonly long _length;
    readonly Action? _onByteOrderMark;
    byte[] _rest = new byte[1 << 12];
    int _restLength;
    bool _started;
    bool _ended;

    /// <param name="path">The file.</param>
    /// <param name="onByteOrderMark">Told of a byte order mark, which is passed over.</param>
    public RowBlockReader(string path, Action? onByteOrderMark = null)
    {
        _path = path;
        _onByteOrderMark = onByteOrderMark;
        _stream = InputFile.Open(path, out _file);
        _length = _file.Length;
    }

    /// <summary>What ended the reading early: thrown by the caller when the blocks before have been dealt with.</summary>
    public AnnotationFormatException? Error { get; private set; }

    /// <summary>How far the reading is, 0–1.</summary>
    public double Share => _length == 0 ? 1 : (double)_file.Position / _length;

    public void Dispose() => _stream.Dispose();

    /// <summary>Fills a block; its length, or 0 at the end of the file. The array is replaced by a larger one where it must be.</summary>
    public int Next(ref byte[] block)
    {
        if (block.Length < _restLength) Array.Resize(ref block, _restLength);
        _rest.AsSpan(0, _restLength).CopyTo(block);
        int length = _restLength;
        while (true)
        {
            length += Fill(block.AsSpan(length));
            if (!_started && !Start(block, ref length)) return 0;
            int end = _ended && Error is null ? length : CsvRows.EndOfLastRow(block.AsSpan(0, length));
            // What never ends is handed over as it is: it is for the parser to say so.
            if (end == 0 && !_ended && length > CsvReader.MaxRowLength) end = length;
            if (end == 0 && !_ended)
            {
                Array.Resize(ref block, 2 * block.Length);
                continue;
            }

            Keep(block.AsSpan(end, length - end));
            return end;
        }
    }

    bool Start(byte[] block, ref int length)
    {
        _started = true;
        try
        {
            InputFile.CheckStart(_path, block.AsSpan(0, length));
        }
        catch (AnnotationFormatException e)
        {
            (Error, _ended) = (e, true);
            return false;
        }

        if (!block.AsSpan(0, length).StartsWith("\uFEFF"u8)) return true;
        length -= 3;
        block.AsSpan(3, length).CopyTo(block);
        _onByteOrderMark?.Invoke();
        return true;
    }

    int Fill(Span<byte> target)
    {
        int filled = 0;
        while (!_ended && filled < target.Length)
        {
            try
            {
                int read = _stream.Read(target[filled..]);
                filled += read;
                _ended = read == 0;
            }
            catch (InvalidDataException e)
            {
                (Error, _ended) = (InputFile.Damaged(_path, e), true);
            }
        }

        return filled;
    }

    void Keep(ReadOnlySpan<byte> rest)
    {
        if (_rest.Length < rest.Length) _rest = new byte[2 * rest.Length];
        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }
}
