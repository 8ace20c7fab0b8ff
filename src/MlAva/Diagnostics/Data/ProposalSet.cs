using System.Globalization;
using System.Text;
using MlAva.Annotations;
using MlAva.Pickle;

namespace MlAva.Diagnostics;

/// <summary>Person boxes as far as they can be understood, from a pickle or a csv.</summary>
sealed class ProposalSet
{
    readonly Dictionary<int, (List<Box> Boxes, List<double> Scores)> _entries = [];

    ProposalSet(string path, LooseForm? layout, FormTally form, DataDoctorOptions options)
    {
        (Path, Layout, Form) = (path, layout, form);
        (Boxes, Scores) = (new(path, options.EvidenceRows), new(path, options.EvidenceRows));
        (OtherKeys, OtherValues, WithoutScores) = (new(path, options.EvidenceRows), new(path, options.EvidenceRows),
            new(path, options.EvidenceRows));
        ShortKeys = new(path, options.EvidenceRows);
    }

    public string Path { get; }

    /// <summary>Null for a pickle.</summary>
    public LooseForm? Layout { get; }

    public FormTally Form { get; }

    public KeyframeTable Keys { get; } = new();

    public BoxTally Boxes { get; }

    public ScoreTally Scores { get; }

    /// <summary>Keys of a pickle that are no text <c>video,0902</c>.</summary>
    public Examples OtherKeys { get; }

    /// <summary>Keys of a pickle whose second is not padded to four digits, or has a decimal point.</summary>
    public Examples ShortKeys { get; }

    /// <summary>Values of a pickle that are no array n×5 or n×4.</summary>
    public Examples OtherValues { get; }

    /// <summary>Keyframes whose boxes have no scores.</summary>
    public Examples WithoutScores { get; }

    /// <summary>Keyframes of a pickle without any box.</summary>
    public int EmptyEntries { get; private set; }

    /// <summary>The boxes of a keyframe; null where it has none. Scores are empty, or as many as boxes.</summary>
    public (IReadOnlyList<Box> Boxes, IReadOnlyList<double> Scores)? Find(int keyframe) =>
        _entries.TryGetValue(keyframe, out (List<Box> Boxes, List<double> Scores) found) ? found : null;

    /// <exception cref="AnnotationFormatException">The file is no text and no harmless pickle of a dict.</exception>
    public static ProposalSet Read(string path, DataDoctorOptions options, CancellationToken cancellation)
    {
        bool isCsv = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);
        return isCsv ? ReadCsv(path, options, cancellation) : ReadPickle(path, options, cancellation);
    }

    public DataFileTally Tally() => FileTallies.Of(DataRole.Proposals, Path, Form, Keys, 0);

    static ProposalSet ReadCsv(string path, DataDoctorOptions options, CancellationToken cancellation)
    {
        LooseForm layout = LooseForm.Sniff(path, DataRole.Proposals);
        RowScanner scanner = new(path, DataRole.Proposals, layout, null, options);
        ProposalSet set = new(path, layout, scanner.Tally, options);
        Func<string> text = scanner.Text;
        scanner.Scan((in LooseRow row) =>
        {
            if (!row.IsUsable) return;
            int keyframe = set.Keys.Add(row.VideoId, row.Time, row.Line);
            bool isNew = !set._entries.ContainsKey(keyframe);
            set.Add(keyframe, row.VideoId, row.Box, double.IsNaN(row.Extra) ? null : row.Extra, options, row.Line, text);
            if (isNew && double.IsNaN(row.Extra)) set.WithoutScores.Add(row.Line, text());
        }, cancellation);
        return set;
    }

    static ProposalSet ReadPickle(string path, DataDoctorOptions options, CancellationToken cancellation)
    {
        options.Progress?.Report(new("reading proposals", 0));
        object? content;
        try
        {
            using Stream stream = LineReader.OpenUnpacked(path);
            content = new PickleReader(stream).Read(cancellation);
        }
        catch (PickleException)
        {
            _ = ProposalFile.Read(path, cancellation); // says what is there instead, and what to do about it
            throw;
        }
        if (content is not PickleDictionary dictionary)
        {
            _ = ProposalFile.Read(path, cancellation);
            throw new AnnotationFormatException(path, 0, "something other than a dict", "a pickled dict", "write the proposals as a dict");
        }
        ProposalSet set = new(path, null, new(path, options.EvidenceRows), options);
        foreach ((object? key, object? value) in dictionary)
        {
            cancellation.ThrowIfCancellationRequested();
            set.AddEntry(key, value, options);
        }
        return set;
    }

    void AddEntry(object? key, object? value, DataDoctorOptions options)
    {
        if (ParseKey(key) is not { } keyframe) return;
        int number = Keys.Add(keyframe.VideoId, keyframe.Timestamp);
        Form.Time(keyframe.Timestamp);
        string shown = Shown(key);
        double[][]? rows = RowsOf(value, shown);
        if (rows is null || number < 0) return;
        if (rows.Length == 0) EmptyEntries++;
        if (rows.Length > 0 && rows[0].Length == 4) WithoutScores.Add(0, $"'{shown}': boxes of 4 columns");
        if (!_entries.ContainsKey(number)) _entries[number] = ([], []);
        foreach (double[] row in rows)
        {
            Form.Rows++;
            if (!row.Take(4).All(double.IsFinite)) continue;
            Form.Usable++;
            string text() => $"'{shown}': ({string.Join(", ", row.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))})";
            Add(number, keyframe.VideoId, new(row[0], row[1], row[2], row[3]), row.Length > 4 ? row[4] : null, options, 0, text);
        }
    }

    void Add(int keyframe, string video, in Box box, double? score, DataDoctorOptions options, long line, Func<string> text)
    {
        if (keyframe < 0) return;
        if (!_entries.TryGetValue(keyframe, out (List<Box> Boxes, List<double> Scores) entry)) _entries[keyframe] = entry = ([], []);
        entry.Boxes.Add(box);
        Boxes.Add(video, box, line, text);
        if (score is not { } given) return;
        entry.Scores.Add(given);
        Scores.Add(given, options.PersonScoreThreshold, line, text);
    }

    KeyframeKey? ParseKey(object? key)
    {
        if (key is string text)
        {
            int comma = text.LastIndexOf(',');
            if (comma > 0 && Time(text[(comma + 1)..]) is { } time)
            {
                string seconds = text[(comma + 1)..].Trim();
                if (seconds.Length < 4 || seconds.Contains('.', StringComparison.Ordinal)) ShortKeys.Add(0, $"'{text}'");
                return new(text[..comma], time);
            }
            OtherKeys.Add(0, $"'{text}'");
            int other = text.LastIndexOfAny([';', '/', ':', ' ', '\t', '_']);
            return other > 0 && Time(text[(other + 1)..]) is { } guessed ? new(text[..other], guessed) : null;
        }
        OtherKeys.Add(0, Shown(key));
        return key is PickleTuple { Count: 2 } pair && pair[0] is string video && Time(Shown(pair[1])) is { } second
            ? new(video, second) : null;
    }

    static double? Time(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double time) && double.IsFinite(time) && time >= 0
            ? time + 0.0 : null;

    static string Shown(object? value) => value switch
    {
        null => "None",
        string text => text,
        PickleTuple tuple => $"({string.Join(", ", tuple.Select(Shown))})",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The boxes of a value, each of 4 or 5 numbers; null where nothing can be made of it.</summary>
    double[][]? RowsOf(object? value, string key)
    {
        if (value is NumpyArray { Rank: 2 } array && array.Shape[1] is 4 or 5 && IsNumeric(array)) return Cut(array, array.Shape[1]);
        if (value is NumpyArray { Count: 0, Rank: <= 2 }) return [];
        OtherValues.Add(0, $"'{key}': {Kind(value)}");
        return value switch
        {
            NumpyArray { Rank: 1, Count: 4 or 5 } single when IsNumeric(single) => [single.ToDoubles()],
            NumpyArray { Rank: 2 } wide when wide.Shape[1] > 5 && IsNumeric(wide) => [.. Cut(wide, wide.Shape[1]).Select(r => r[..5])],
            IReadOnlyList<object?> list => FromList(list),
            _ => null,
        };
    }

    static double[][]? FromList(IReadOnlyList<object?> list)
    {
        if (list.Count is 4 or 5 && list.All(v => v is double or long)) return [ToNumbers(list)];
        double[][] rows = [.. list.Select(item => item switch
        {
            NumpyArray { Rank: 1, Count: >= 4 } row when IsNumeric(row) => row.ToDoubles().Take(5).ToArray(),
            IReadOnlyList<object?> { Count: >= 4 } inner when inner.All(v => v is double or long) => ToNumbers([.. inner.Take(5)]),
            _ => [],
        })];
        return rows.All(r => r.Length >= 4) ? rows : null;
    }

    static double[] ToNumbers(IReadOnlyList<object?> list) => [.. list.Select(v => Convert.ToDouble(v, CultureInfo.InvariantCulture))];

    static bool IsNumeric(NumpyArray array) => array.ElementType
        is not (NumpyElementType.Text or NumpyElementType.Bytes or NumpyElementType.Object or NumpyElementType.Boolean);

    static double[][] Cut(NumpyArray array, int width)
    {
        double[] values = array.ToDoubles();
        return [.. Enumerable.Range(0, array.Shape[0]).Select(i => values[(i * width)..((i + 1) * width)])];
    }

    static string Kind(object? value) => value switch
    {
        NumpyArray array => $"an array of shape ({string.Join(", ", array.Shape)})",
        PickleTuple => "a tuple",
        IReadOnlyList<object?> => "a list",
        PickleDictionary => "a dict",
        null => "None",
        _ => $"'{value}'",
    };
}
