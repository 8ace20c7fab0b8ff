using System.Globalization;
using MlAva.Pickle;

namespace MlAva.Annotations;

/// <summary>
/// Files of person boxes: MMAction2's pickle, a dict from <c>"video,0902"</c> to an array n×5 (x1, y1, x2, y2, score; normalised)
/// or n×4, and FAIR's csv, <c>video,seconds,x1,y1,x2,y2,,score</c>, in which a 9th column may number the person. Pickles are read
/// without running anything (<see cref="PickleReader"/>).
/// </summary>
public static class ProposalFile
{
    const string ArrayForm = "a NumPy array n×5 (x1, y1, x2, y2, score; normalised to 0–1) or n×4";

    /// <summary>Reads a file: as csv if its name ends in <c>.csv</c> or <c>.csv.gz</c>, else as a pickle.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">The file holds something else; the message says where, and how to mend it.</exception>
    public static Proposals Read(string path, CancellationToken cancellation = default) => Read(path, null, cancellation);

    /// <summary>The same, passing over what cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="refused">
    /// Told of every box, row or array that cannot be used, which is then left out: a keyframe whose whole array is unusable has no boxes.
    /// Null: the first is an error.
    /// </param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">The file as a whole holds something else.</exception>
    public static Proposals Read(string path, Action<AnnotationFormatException>? refused, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return IsCsv(path) ? ReadCsv(path, refused, cancellation) : ReadPickle(path, refused, cancellation);
    }

    /// <summary>
    /// Writes FAIR's csv if the name ends in <c>.csv</c> or <c>.csv.gz</c> (keyframes without a box leave no row; boxes linked over time
    /// get a 9th column), else a pickle of protocol 2 that Python loads into the dict of arrays which MMAction2 expects.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="proposals">The keyframes and their boxes.</param>
    /// <exception cref="ArgumentException">A box or score is not finite, or a keyframe cannot be named.</exception>
    public static void Write(string path, Proposals proposals)
    {
        ArgumentNullException.ThrowIfNull(proposals);
        bool isCsv = IsCsv(path);
        PickleDictionary dictionary = [];
        foreach ((KeyframeKey key, KeyframeProposals boxes) in proposals.Entries)
        {
            foreach (Box box in boxes.Boxes) WritableRow.Check(key.VideoId, key.Timestamp, box);
            if (boxes.Scores?.All(double.IsFinite) == false)
            {
                throw new ArgumentException($"A proposal's score at {key} is not finite.", nameof(proposals));
            }
            WritableRow.Check(key.VideoId, key.Timestamp, default);
            if (!isCsv) dictionary.Add(NameOf(key), ToArray(boxes));
        }
        if (isCsv) WriteCsv(path, proposals);
        else AtomicFile.Write(path, stream => new PickleWriter(stream).Write(dictionary));
    }

    static bool IsCsv(string path) =>
        path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);

    static void WriteCsv(string path, Proposals proposals)
    {
        bool scored = proposals.Entries.Any(e => e.Value is { Count: > 0, Scores: not null });
        if (scored && proposals.Entries.Any(e => e.Value is { Count: > 0, Scores: null }))
            throw new ArgumentException("Some proposals have scores and others have not; a csv file holds either.", nameof(proposals));
        bool linked = proposals.Entries.Any(e => e.Value is { Count: > 0, PersonIds: not null });
        if (linked && (!scored || proposals.Entries.Any(e => e.Value is { Count: > 0, PersonIds: null })))
        {
            throw new ArgumentException("Some proposals have a person id and others have none, or no score; a csv file holds both of every box.",
                nameof(proposals));
        }
        AtomicFile.Write(path, stream =>
        {
            using CsvWriter csv = new(stream, path);
            foreach ((KeyframeKey key, KeyframeProposals boxes) in proposals.Entries)
            {
                for (int i = 0; i < boxes.Count; i++)
                {
                    Box box = boxes.Boxes[i];
                    csv.Text(key.VideoId).Timestamp(key.Timestamp, "D4").Exact(box.X1).Exact(box.Y1).Exact(box.X2).Exact(box.Y2);
                    if (scored) csv.Empty().Exact(boxes.Scores![i]);
                    if (linked) csv.Value(boxes.PersonIds![i], "D");
                    csv.EndRow();
                }
            }
        });
    }

    static string NameOf(KeyframeKey key)
    {
        string name = key.ToString();
        // Six decimals may not be enough for a time that no file gave.
        return ParseKey(name) == key ? name : string.Create(CultureInfo.InvariantCulture, $"{key.VideoId},{key.Timestamp:R}");
    }

    static NumpyArray ToArray(KeyframeProposals proposals)
    {
        int width = proposals.Scores is null ? 4 : 5;
        double[] values = new double[proposals.Count * width];
        for (int i = 0; i < proposals.Count; i++)
        {
            Box box = proposals.Boxes[i];
            Span<double> row = values.AsSpan(i * width, width);
            (row[0], row[1], row[2], row[3]) = (box.X1, box.Y1, box.X2, box.Y2);
            if (proposals.Scores is { } scores) row[4] = scores[i];
        }
        int[] shape = [proposals.Count, width];
        return proposals.IsSinglePrecision ? NumpyArray.Create(shape, Array.ConvertAll(values, v => (float)v))
            : NumpyArray.Create(shape, values);
    }

    static Proposals ReadPickle(string path, Action<AnnotationFormatException>? refused, CancellationToken cancellation)
    {
        object? content;
        try
        {
            using BufferedStart stream = new(InputFile.Open(path), 64);
            if (stream.Start is not [>= 0x80, ..]) InputFile.CheckStart(path, stream.Start);
            content = new PickleReader(stream).Read(cancellation);
        }
        catch (InvalidDataException e)
        {
            throw InputFile.Damaged(path, e);
        }
        catch (PickleException e)
        {
            throw new AnnotationFormatException(path, 0, e.Message, "a pickled dict of plain NumPy arrays",
                "if you trust where the file came from, load it in Python and write it again as "
                + "{'video,0902': numpy.asarray(boxes, dtype=float), …}; do not load a stranger's pickle in Python", e);
        }
        if (content is not PickleDictionary dictionary)
        {
            throw new AnnotationFormatException(
                path, 0, $"a pickled {Describe(content)}", $"a pickled dict from 'video,0902' to {ArrayForm}",
                    "write the proposals as a dict");
        }
        List<KeyValuePair<KeyframeKey, KeyframeProposals>> entries = new(dictionary.Count);
        HashSet<KeyframeKey> seen = [];
        foreach ((object? key, object? value) in dictionary)
        {
            KeyframeKey keyframe = key is string name && ParseKey(name) is { } parsed ? parsed : throw BadKey(path, key);
            if (!seen.Add(keyframe))
            {
                throw new AnnotationFormatException(path, 0,
                    $"key '{key}', whose keyframe {keyframe} has an entry already under another spelling", "every keyframe once",
                    "join the two arrays under one key");
            }
            entries.Add(new(keyframe, Usable(path, keyframe, value, refused)));
        }
        return new(entries);
    }

    static KeyframeKey? ParseKey(string name)
    {
        int comma = name.LastIndexOf(',');
        return comma > 0 && double.TryParse(name.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double time)
            && double.IsFinite(time) && time >= 0
            ? new(name[..comma], time + 0.0)
            : null;
    }

    static AnnotationFormatException BadKey(string path, object? key)
    {
        string found = key is string ? $"key '{key}'" : $"key {key ?? "None"} ({Describe(key)})";
        string mend = key is PickleTuple { Count: 2 }
            ? "in Python: {f'{v},{int(t):04d}': boxes for (v, t), boxes in d.items()}"
            : "name every keyframe by its video, a comma and its second";
        return new(path, 0, found, "keys of the form 'video,0902'", mend);
    }

    static KeyframeProposals Usable(string path, KeyframeKey key, object? value, Action<AnnotationFormatException>? refused)
    {
        try
        {
            return FromArray(path, key, value, refused);
        }
        catch (AnnotationFormatException e) when (refused is not null)
        {
            refused(e);
            return new([], []);
        }
    }

    static KeyframeProposals FromArray(string path, KeyframeKey key, object? value, Action<AnnotationFormatException>? refused)
    {
        AnnotationFormatException Wrong(string found, string mend) => new(path, 0, $"{found} under key '{key}'", ArrayForm, mend);
        if (value is not NumpyArray array) throw Wrong($"a {Describe(value)}", "wrap the boxes in numpy.asarray(boxes, dtype=float)");
        if (array.ElementType is NumpyElementType.Text or NumpyElementType.Bytes or NumpyElementType.Object or NumpyElementType.Boolean)
        {
            throw Wrong($"an array of {array.ElementType}", "write numbers: numpy.asarray(boxes, dtype=float)");
        }
        bool single = array.ElementType is NumpyElementType.Float32;
        // numpy.asarray([]) is how "nobody found" comes out of most scripts.
        if (array.Count == 0 && array.Rank <= 2) return new([], array.Rank == 2 && array.Shape[1] == 4 ? null : [], single);
        if (array.Rank != 2 || array.Shape[1] is not (4 or 5))
        {
            string mend = array.Rank == 1 ? "keep two axes also for one box: numpy.atleast_2d" : "keep 4 or 5 columns";
            throw Wrong($"an array of shape ({string.Join(", ", array.Shape)})", mend);
        }
        int width = array.Shape[1];
        double[] values = array.ToDoubles();
        if (!values.All(double.IsFinite))
        {
            AnnotationFormatException error =
                Wrong("a value that is not finite", "remove the box, or find out what made it NaN or infinite");
            if (refused is null) throw error;
            refused(error);
            values = [.. values.Chunk(width).Where(row => row.All(double.IsFinite)).SelectMany(row => row)];
        }
        Box[] boxes = new Box[values.Length / width];
        double[]? scores = width == 5 ? new double[boxes.Length] : null;
        for (int i = 0; i < boxes.Length; i++)
        {
            ReadOnlySpan<double> row = values.AsSpan(i * width, width);
            boxes[i] = new(row[0], row[1], row[2], row[3]);
            if (scores is not null) scores[i] = row[4];
        }
        return new(boxes, scores, single);
    }

    static string Describe(object? value) => value switch
    {
        null => "None",
        string => "str",
        PickleTuple => "tuple",
        List<object?> => "list",
        PickleDictionary => "dict",
        NumpyArray => "NumPy array",
        byte[] => "bytes",
        bool => "bool",
        double => "float",
        _ => "int",
    };

    static Proposals ReadCsv(string path, Action<AnnotationFormatException>? refused, CancellationToken cancellation)
    {
        OrderedDictionary<KeyframeKey, (List<Box> Boxes, List<double> Scores, List<int> PersonIds)> byKey = [];
        using CsvReader csv = new(path);
        int width = 0;
        while (csv.Read())
        {
            if ((csv.Row & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
            if (csv.Count is not (6 or 8 or 9))
            {
                throw csv.WrongWidth("8 columns (video, seconds, x1, y1, x2, y2, nothing, score), 6 without scores, or 9 with the person's number");
            }
            if (width == 0) width = csv.Count;
            if (csv.Count != width)
            {
                throw csv.Error($"{csv.Count} columns", $"{width} columns, as in the rows before", "give every box a score, or none");
            }
            if (width >= 8 && !csv.IsBlank(6))
            {
                throw csv.Error($"{csv.Quote(6)} in column 7", "nothing, as person boxes have no action",
                    "this looks like annotations or detections; give the file of person boxes");
            }
            try
            {
                KeyframeKey key = new(csv.Name(0), csv.Timestamp(1));
                Box box = csv.Box();
                double score = width >= 8 ? csv.Number(7, "the score, a number") : 1;
                int person = width == 9 ? csv.Integer(8, "the person's number") : 0;
                if (!byKey.TryGetValue(key, out var boxes)) byKey[key] = boxes = ([], [], []);
                boxes.Boxes.Add(box);
                if (width >= 8) boxes.Scores.Add(score);
                if (width == 9) boxes.PersonIds.Add(person);
            }
            catch (AnnotationFormatException e) when (refused is not null)
            {
                refused(e);
            }
        }
        return new(byKey.Select(e => KeyValuePair.Create(e.Key, new KeyframeProposals(
            [.. e.Value.Boxes], width >= 8 ? [.. e.Value.Scores] : null, personIds: width == 9 ? [.. e.Value.PersonIds] : null))));
    }
}
