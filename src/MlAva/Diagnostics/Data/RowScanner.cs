using System.Globalization;
using System.Text;

namespace MlAva.Diagnostics;

/// <summary>Told of every row of a file.</summary>
delegate void RowSink(in LooseRow row);

/// <summary>
/// Reads the csv files of a data set and understands what it can: what the strict readers refuse is counted, kept as an example, and
/// passed on where its meaning is clear.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="role">What it is for.</param>
/// <param name="form">How it is laid out.</param>
/// <param name="names">Ids by class name in lower case, for files that name actions; null: unknown.</param>
/// <param name="options">How many examples to keep and whom to tell.</param>
sealed class RowScanner(string path, DataRole role, LooseForm form, IReadOnlyDictionary<string, int>? names, DataDoctorOptions options)
{
    const int RowsBetweenReports = 1 << 18;
    readonly CellSplitter _cells = new();
    readonly Dictionary<string, string> _videos = [];
    LineReader? _lines;
    byte[] _lastVideoBytes = [];
    string _lastVideo = "";

    public FormTally Tally { get; } = new(path, options.EvidenceRows);

    /// <summary>The current row as it stands in the file; for the sink.</summary>
    public string Text() => Encoding.UTF8.GetString(_lines!.Current);

    /// <summary>Reads all rows.</summary>
    public void Scan(RowSink sink, CancellationToken cancellation)
    {
        using LineReader lines = new(path);
        _lines = lines;
        (Tally.HasByteOrderMark, Tally.IsUtf16) = (lines.HasByteOrderMark, lines.IsUtf16);
        Func<string> text = Text;
        while (lines.Read())
        {
            if ((lines.Line & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
            if ((lines.Line & (RowsBetweenReports - 1)) == 0) options.Progress?.Report(new($"reading {role.Name()}", lines.Line));
            if (lines.Current.Trim(" \t"u8).IsEmpty) continue;
            LooseRow row = Parse(lines);
            Tally.Rows++;
            if (row.IsUsable) Tally.Usable++;
            if (row.Faults != RowFault.None) Tally.Add(row.Faults, row.Line, text);
            sink(row);
        }
        Tally.Ends = lines.Ends;
    }

    LooseRow Parse(LineReader lines)
    {
        LooseRow row = new() { Line = lines.Line, VideoId = "", Extra = double.NaN };
        _cells.Split(lines.Current, form.Separator);
        if (!role.IsLegalWidth(_cells.Count)) TryOtherSeparators(lines, ref row);
        if (_cells.HasQuotes) row.Faults |= _cells.HasOpenQuote ? RowFault.OpenQuote : RowFault.Quotes;
        int width = _cells.Count;
        Tally.Widths[width] = Tally.Widths.GetValueOrDefault(width) + 1;
        if (IsHeader())
        {
            row.Faults |= RowFault.Header;
            return row;
        }
        row.VideoId = Video(ref row);
        bool understood = width >= 2 && row.VideoId.Length > 0 && Time(ref row);
        if (!role.IsLegalWidth(width) && !(width > 8 && AreBlank(8))) row.Faults |= RowFault.Width;
        if (role == DataRole.Exclusions)
        {
            row.IsUsable = understood;
            return row;
        }
        bool isAnnotation = role is DataRole.Annotations or DataRole.Validation;
        if (isAnnotation && (width == 2 || (width > 2 && AreBlank(2))))
        {
            if (width > 2) row.Faults |= RowFault.EmptyCells;
            row.IsEmptyKeyframe = row.IsUsable = understood;
            return row;
        }
        if (width < 6) return row;
        understood &= Coordinates(ref row);
        understood &= role == DataRole.Proposals ? Proposal(ref row, width) : width >= 7 && Labelled(ref row, width);
        row.IsUsable = understood;
        return row;
    }

    void TryOtherSeparators(LineReader lines, ref LooseRow row)
    {
        foreach (byte separator in LooseForm.Separators)
        {
            if (separator == form.Separator) continue;
            _cells.Split(lines.Current, separator);
            if (!role.IsLegalWidth(_cells.Count)) continue;
            row.Faults |= RowFault.Separator;
            return;
        }
        _cells.Split(lines.Current, form.Separator);
    }

    /// <summary>A row without any number behind the first cell, with at least one word.</summary>
    bool IsHeader()
    {
        if (_cells.Count < 2) return false;
        ReadOnlySpan<byte> second = _cells[1].Trim(" \t"u8);
        if (second.IsEmpty || IsNumber(second)) return false;
        for (int i = 2; i < _cells.Count; i++)
        {
            ReadOnlySpan<byte> cell = _cells[i].Trim(" \t"u8);
            if (!cell.IsEmpty && IsNumber(cell)) return false;
        }
        return true;
    }

    bool AreBlank(int from)
    {
        for (int i = from; i < _cells.Count; i++)
        {
            if (!_cells[i].Trim(" \t"u8).IsEmpty) return false;
        }
        return true;
    }

    string Video(ref LooseRow row)
    {
        ReadOnlySpan<byte> cell = _cells[0];
        if (_lastVideo.Length > 0 && cell.SequenceEqual(_lastVideoBytes))
        {
            if (IsPadded(cell)) row.Faults |= RowFault.PaddedVideo;
            return _lastVideo;
        }
        string name = Encoding.UTF8.GetString(cell);
        if (string.IsNullOrWhiteSpace(name))
        {
            row.Faults |= RowFault.EmptyVideo;
            return "";
        }
        if (IsPadded(cell)) row.Faults |= RowFault.PaddedVideo;
        if (!_videos.TryGetValue(name, out string? known)) _videos[name] = known = name;
        (_lastVideo, _lastVideoBytes) = (known, cell.ToArray());
        return known;
    }

    static bool IsPadded(ReadOnlySpan<byte> cell) => cell[0] is (byte)' ' or (byte)'\t' || cell[^1] is (byte)' ' or (byte)'\t';

    bool Time(ref LooseRow row)
    {
        if (!Number(1, ref row, out double time)) return false;
        if (time < 0)
        {
            row.Faults |= RowFault.NegativeTime;
            return false;
        }
        row.Time = time + 0.0; // turns −0 into 0
        Tally.Time(time);
        ReadOnlySpan<byte> cell = _cells[1].Trim(" \t"u8);
        (long padded, long brief, long point) = Tally.TimeForms;
        if (cell.Contains((byte)'.')) Tally.TimeForms = (padded, brief, point + 1);
        else if (cell.Length > 1 && cell[0] == '0') Tally.TimeForms = (padded + 1, brief, point);
        else if (cell.Length < 4) Tally.TimeForms = (padded, brief + 1, point);
        if (time != Math.Floor(time))
        {
            if (Tally.Fractions.IsOpen) Tally.Fractions.Add(row.Line, Text());
            else Tally.Fractions.Add();
        }
        return true;
    }

    bool Coordinates(ref LooseRow row)
    {
        // Not short-circuited, so that every fault of the row is counted.
        bool understood = Number(2, ref row, out double x1) & Number(3, ref row, out double y1) & Number(4, ref row, out double x2)
            & Number(5, ref row, out double y2);
        row.Box = new(x1, y1, x2, y2);
        return understood;
    }

    bool Labelled(ref LooseRow row, int width)
    {
        bool scoreFirst = form.IsScoreFirst && width >= 8;
        bool understood = Action(scoreFirst ? 7 : 6, ref row);
        int extra = scoreFirst ? 6 : 7;
        if (width <= extra) row.Extra = role == DataRole.Detections ? 1 : double.NaN;
        else if (role == DataRole.Detections) understood &= Score(extra, ref row);
        else if (!_cells[extra].Trim(" \t"u8).IsEmpty && Number(extra, ref row, out double person)) row.Extra = person;
        return understood;
    }

    bool Proposal(ref LooseRow row, int width)
    {
        if (width == 6) return true;
        int score = width == 7 ? 6 : 7;
        if (width == 7) row.Faults |= RowFault.Width;
        return Score(score, ref row);
    }

    bool Score(int cell, ref LooseRow row)
    {
        // As for the strict reader, an infinite score is an order like any other; NaN is not.
        if (TryNumber(_cells[cell].Trim(" \t"u8), out row.Extra) && double.IsInfinity(row.Extra)) return true;
        bool understood = Number(cell, ref row, out double score);
        row.Extra = score;
        return understood;
    }

    bool Action(int cell, ref LooseRow row)
    {
        ReadOnlySpan<byte> text = _cells[cell].Trim(" \t"u8);
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out row.Action)) return true;
        if (text.IsEmpty)
        {
            row.Faults |= RowFault.EmptyAction;
            return false;
        }
        if (TryNumber(text, out double value) && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue)
        {
            row.Faults |= RowFault.DecimalAction;
            row.Action = (int)value;
            return true;
        }
        if (IsNumber(text) || !text.ContainsAnyInRange((byte)'A', (byte)'z')) return Number(cell, ref row, out _) && false;
        row.Faults |= RowFault.NamedAction;
        return names is not null && names.TryGetValue(NameKey(Encoding.UTF8.GetString(text)), out row.Action);
    }

    /// <summary>A class's name as it is compared: without case and punctuation.</summary>
    public static string NameKey(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    bool Number(int cell, ref LooseRow row, out double value)
    {
        ReadOnlySpan<byte> text = _cells[cell].Trim(" \t"u8);
        if (TryNumber(text, out value))
        {
            if (double.IsFinite(value)) return true;
            row.Faults |= RowFault.NotFinite;
            return false;
        }
        if (text.Count((byte)',') == 1 && !text.Contains((byte)'.') && TryWithout(text, (byte)',', (byte)'.', out value))
        {
            row.Faults |= RowFault.DecimalComma;
            return true;
        }
        if (text.Contains((byte)'_') && TryWithout(text, (byte)'_', 0, out value))
        {
            row.Faults |= RowFault.Underscore;
            return true;
        }
        row.Faults |= RowFault.NotANumber;
        return false;
    }

    static bool TryWithout(ReadOnlySpan<byte> text, byte sign, byte other, out double value)
    {
        string without = Encoding.UTF8.GetString(text).Replace(((char)sign).ToString(), other == 0 ? "" : ((char)other).ToString(),
            StringComparison.Ordinal);
        return double.TryParse(without, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    static bool IsNumber(ReadOnlySpan<byte> text) => TryNumber(text, out _);

    /// <summary>Python's spellings of what is not finite are numbers here.</summary>
    static bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        // .NET passes over null characters behind a number.
        if (!text.EndsWith((byte)0) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        value = 0;
        ReadOnlySpan<byte> unsigned = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (!Ascii.EqualsIgnoreCase(unsigned, "inf")) return false;
        value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return true;
    }
}
