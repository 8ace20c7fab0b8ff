using System.Text;

namespace MlAva.Annotations;

/// <summary>
/// Turns the bytes of whole rows into a <see cref="DetectionBlock"/>. Rows of a keyframe lie together and repeat its boxes, so most of
/// a row is recognised as text that was read before. Whatever is unusual about a row — quotes, blanks in odd places, faults — is left to
/// <see cref="CsvReader"/>, which reads it or says what is wrong.
/// </summary>
sealed class DetectionBlockParser(string path, DetectionBlockOptions options)
{
    const int BoxesCompared = 32;
    const int PlainActions = 1024;
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    readonly CsvReader _csv = CsvReader.OfRows(path);
    readonly bool[]? _plainActions = options.ActionIds is { } kept ? [.. Enumerable.Range(0, PlainActions).Select(kept.Contains)] : null;
    readonly Dictionary<int, int> _keyframeOfHash = [];
    readonly List<Keyframe> _keyframes = [];
    (int Start, int Length)[] _boxTexts = new (int, int)[64];
    string _lastVideo = "";
    byte[] _lastVideoBytes = [];
    int _current, _firstBox, _lastBox;

    /// <summary>The bytes to parse, from 0 to <see cref="Length"/>.</summary>
    public byte[] Bytes { get; set; } = new byte[options.BlockLength];

    /// <summary>How many of the bytes are to be parsed.</summary>
    public int Length { get; set; }

    /// <summary>What came out.</summary>
    public DetectionBlock Block { get; } = new();

    /// <summary>How many lines the bytes hold.</summary>
    public int NumLines { get; private set; }

    /// <summary>What is wrong with a row, counted from the beginning of the bytes; null when nothing is. Rows before it are in the block.</summary>
    public AnnotationFormatException? Error { get; private set; }

    public void Parse(CancellationToken cancellation)
    {
        Block.Clear();
        _keyframeOfHash.Clear();
        _keyframes.Clear();
        (_current, NumLines, Error) = (-1, 0, null);
        try
        {
            for (int at = 0; at < Length;)
            {
                if ((NumLines & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
                if (Bytes[at] is (byte)'\n' or (byte)'\r') at = BehindLineEnd(at);
                else if (TryParse(at) is > 0 and int end) at = end;
                else at = ParseSlowly(at);
            }
        }
        catch (AnnotationFormatException e)
        {
            Error = e;
        }
    }

    /// <summary>Reads the row at a place and gives that of the next one; 0 when the row is not a plain one, and nothing is kept of it.</summary>
    int TryParse(int at)
    {
        int place = TakeKeyframe(at);
        if (place == 0) return 0;
        int box = TakeBox(ref place);
        if (box < 0) return 0;
        int end = EndOfCell(place);
        if (!TryAction(place, end, out int action)) return 0;
        double score = 1;
        if (end < Length && Bytes[end] == ',')
        {
            place = end + 1;
            end = EndOfCell(place);
            if (end < Length && Bytes[end] == ',') return 0;
            if (!Utf8Number.TryScore(Bytes.AsSpan(place, end - place), out score)) return 0;
        }

        if (end - at > CsvReader.MaxRowLength) return 0;
        Add(box, action, score);
        return end < Length ? BehindLineEnd(end) : Length;
    }

    /// <summary>Makes the row's keyframe the current one and gives the place of the box; 0 when that fails.</summary>
    int TakeKeyframe(int at)
    {
        ReadOnlySpan<byte> rest = Bytes.AsSpan(at, Length - at);
        if (_current >= 0 && _keyframes[_current] is { TextLength: > 0 } current
            && rest.StartsWith(Bytes.AsSpan(current.TextStart, current.TextLength))) return at + current.TextLength;

        if (rest[0] == '"') return 0;
        int video = rest.IndexOf((byte)',');
        if (video <= 0) return 0;
        int time = rest[(video + 1)..].IndexOf((byte)',');
        if (time < 0) return 0;
        ReadOnlySpan<byte> text = rest[..(video + time + 2)];
        if (text.ContainsAny((byte)'\n', (byte)'\r')) return 0;
        HashCode hashing = default;
        hashing.AddBytes(text);
        int hash = hashing.ToHashCode();
        if (_keyframeOfHash.TryGetValue(hash, out int known)
            && text.SequenceEqual(Bytes.AsSpan(_keyframes[known].TextStart, _keyframes[known].TextLength)))
        {
            Enter(known);
            return at + text.Length;
        }

        if (!Utf8Number.TryNumber(text.Slice(video + 1, time), out double timestamp) || !double.IsFinite(timestamp) || timestamp < 0) return 0;
        if (!TryVideo(text[..video], out string? name)) return 0;
        _keyframeOfHash[hash] = _keyframes.Count;
        // The sum turns −0 into 0: they are one time and must be one key.
        _keyframes.Add(new() { TextStart = at, TextLength = text.Length, Key = new(name, timestamp + 0.0) });
        Enter(_keyframes.Count - 1);
        return at + text.Length;
    }

    void Enter(int keyframe) => (_current, _firstBox, _lastBox) = (keyframe, Block.NumBoxes, -1);

    bool TryVideo(ReadOnlySpan<byte> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? name)
    {
        name = _lastVideo;
        if (text.SequenceEqual(_lastVideoBytes)) return true;
        try
        {
            name = Utf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        (_lastVideo, _lastVideoBytes) = (name, text.ToArray());
        return true;
    }

    /// <summary>The row's box, and the place behind it; −1 when that fails.</summary>
    int TakeBox(ref int place)
    {
        // A file that goes box by box repeats the last one, a file that goes action by action goes round its keyframe's.
        if (_lastBox >= 0)
        {
            int next = _lastBox + 1 < Block.NumBoxes ? _lastBox + 1 : _firstBox;
            if (StartsWithBox(place, _lastBox)) return TakeKnown(ref place, _lastBox);
            if (StartsWithBox(place, next)) return TakeKnown(ref place, next);
        }

        int start = place;
        Span<double> corners = stackalloc double[4];
        Span<int> ends = stackalloc int[4];
        int at = place;
        for (int i = 0; i < 4; i++)
        {
            ends[i] = EndOfCell(at);
            if (ends[i] >= Length || Bytes[ends[i]] != ',') return -1;
            at = ends[i] + 1;
        }

        ReadOnlySpan<byte> text = Bytes.AsSpan(start, at - start);
        place = at;
        for (int box = Block.NumBoxes - 1, last = Math.Max(_firstBox, Block.NumBoxes - BoxesCompared); box >= last; box--)
        {
            if (text.SequenceEqual(Bytes.AsSpan(_boxTexts[box].Start, _boxTexts[box].Length))) return _lastBox = box;
        }

        for (int i = 0; i < 4; i++)
        {
            if (!Utf8Number.TryNumber(Bytes.AsSpan(start, ends[i] - start), out corners[i]) || !double.IsFinite(corners[i])) return -1;
            start = ends[i] + 1;
        }

        return _lastBox = AddBox(new(corners[0], corners[1], corners[2], corners[3]), (at - text.Length, text.Length));
    }

    bool StartsWithBox(int place, int box)
    {
        (int start, int length) = _boxTexts[box];
        return length > 0 && Bytes.AsSpan(place, Length - place).StartsWith(Bytes.AsSpan(start, length));
    }

    int TakeKnown(ref int place, int box)
    {
        place += _boxTexts[box].Length;
        return _lastBox = box;
    }

    int AddBox(in Box box, (int, int) text)
    {
        int index = Block.AddBox(box);
        if (index >= _boxTexts.Length) Array.Resize(ref _boxTexts, 2 * index);
        _boxTexts[index] = text;
        return index;
    }

    bool TryAction(int start, int end, out int action)
    {
        action = 0;
        ReadOnlySpan<byte> cell = Bytes.AsSpan(start, end - start);
        if (cell.Length is < 1 or > 8) return Utf8Number.TryInteger(cell, out action);
        foreach (byte b in cell)
        {
            int digit = b - '0';
            if ((uint)digit > 9) return Utf8Number.TryInteger(cell, out action);
            action = action * 10 + digit;
        }

        return true;
    }

    void Add(int box, int action, double score)
    {
        Block.NumRows++;
        if (_plainActions is not null
            && !((uint)action < PlainActions ? _plainActions[action] : options.ActionIds!.Contains(action)))
        {
            Block.NumOtherActions++;
            return;
        }

        Keyframe keyframe = _keyframes[_current];
        if (keyframe.Index < 0)
        {
            keyframe.Index = Block.AddKeyframe(keyframe.Key);
            keyframe.IsKept = options.Keyframes?.Invoke(keyframe.Key) ?? true;
        }

        if (keyframe.IsKept) Block.Add(keyframe.Index, box, action, score, NumLines);
        else Block.LeaveOut(keyframe.Index);
    }

    int ParseSlowly(int at)
    {
        int end = CsvRows.EndOfRow(Bytes.AsSpan(0, Length), at, isEnd: true);
        _csv.Load(Bytes.AsSpan(at, end - at), NumLines + 1);
        if (_csv.Read())
        {
            DetectionRow row = DetectionFile.Parse(_csv);
            if (_current < 0 || _keyframes[_current].Key != row.Key)
            {
                _keyframes.Add(new() { Key = row.Key });
                Enter(_keyframes.Count - 1);
            }

            int box = Block.NumBoxes - 1, last = Math.Max(_firstBox, Block.NumBoxes - BoxesCompared);
            while (box >= last && Block.BoxAt(box) != row.Box) box--;
            Add(box >= last ? box : AddBox(row.Box, default), row.ActionId, row.Score);
        }

        NumLines = (int)_csv.NextLine - 1;
        return end;
    }

    /// <summary>Where the cell ends: at a comma, a line end or the end of the bytes.</summary>
    int EndOfCell(int place)
    {
        byte[] bytes = Bytes;
        for (int length = Length; place < length; place++)
        {
            if (bytes[place] <= ',' && bytes[place] is (byte)',' or (byte)'\n' or (byte)'\r') break;
        }

        return place;
    }

    int BehindLineEnd(int place)
    {
        NumLines++;
        return place + (Bytes[place] == '\r' && place + 1 < Length && Bytes[place + 1] == '\n' ? 2 : 1);
    }

    /// <summary>A keyframe as rows spell it.</summary>
    sealed class Keyframe
    {
        /// <summary>Where its text, up to the comma behind the time, stands in the bytes.</summary>
        public int TextStart { get; init; }

        /// <summary>The length of the text; 0 where it is not to be recognised.</summary>
        public int TextLength { get; init; }

        public required KeyframeKey Key { get; init; }

        /// <summary>Its place in the block; −1 until a row of an action that is kept comes.</summary>
        public int Index { get; set; } = -1;

        public bool IsKept { get; set; }
    }
}
