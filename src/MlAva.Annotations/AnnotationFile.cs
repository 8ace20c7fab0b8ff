namespace MlAva.Annotations;

/// <summary>
/// An AVA annotation csv: no header; video, seconds, x1, y1, x2, y2, action, person. Files with 7 columns (AVA v1.0) lack the
/// person. A row of only 2 columns (AVA-Kinetics) is a keyframe that was looked at and has nobody in it. Packed files
/// (<c>.csv.gz</c>) are read and written too.
/// </summary>
public sealed class AnnotationFile
{
    AnnotationFile(string path, IReadOnlyList<AnnotationRow> rows, IReadOnlyList<KeyframeKey> emptyKeyframes)
    {
        FilePath = path;
        Rows = rows;
        EmptyKeyframes = emptyKeyframes;
    }

    /// <summary>Where it was read from.</summary>
    public string FilePath { get; }

    /// <summary>The rows that hold a box, in file order.</summary>
    public IReadOnlyList<AnnotationRow> Rows { get; }

    /// <summary>The keyframes that the file names as seen with nobody in them, in file order.</summary>
    public IReadOnlyList<KeyframeKey> EmptyKeyframes { get; }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read; the message says which, why, and how to mend it.</exception>
    public static AnnotationFile Read(string path, CancellationToken cancellation = default)
    {
        List<KeyframeKey> empty = [];
        return new(path, [.. Enumerate(path, empty.Add, cancellation)], empty);
    }

    /// <summary>Reads a file row by row, without keeping it in memory.</summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="emptyKeyframe">Told of every keyframe with nobody in it; without it they are passed over.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read; thrown when it is reached.</exception>
    public static IEnumerable<AnnotationRow> Enumerate(string path, Action<KeyframeKey>? emptyKeyframe = null,
        CancellationToken cancellation = default)
    {
        foreach ((_, AnnotationRow row) in EnumerateNumbered(path, emptyKeyframe, null, null, cancellation)) yield return row;
    }

    /// <summary>
    /// Writes a file in AVA v2's form: whole seconds padded to four digits, coordinates with three decimals or as many more as
    /// they need to be read back the same. Rows with person −1 get 7 columns, as in AVA v1.0.
    /// </summary>
    /// <param name="path">The file to write or replace; packed if it ends in <c>.gz</c>.</param>
    /// <param name="rows">The rows, in order.</param>
    /// <param name="emptyKeyframes">Keyframes seen with nobody in them, written behind the rows.</param>
    /// <exception cref="ArgumentException">A row could not be read back: an empty video id, a number that is not finite.</exception>
    public static void Write(string path, IEnumerable<AnnotationRow> rows, IEnumerable<KeyframeKey>? emptyKeyframes = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        AtomicFile.Write(path, stream =>
        {
            using CsvWriter csv = new(stream, path);
            foreach (AnnotationRow row in rows)
            {
                WritableRow.Check(row.VideoId, row.Timestamp, row.Box);
                if (row.ActionId < 1)
                {
                    throw new ArgumentException($"A row of {row.Key} has action {row.ActionId}; AVA's ids begin at 1.", nameof(rows));
                }
                csv.Text(row.VideoId).Timestamp(row.Timestamp, "D4");
                csv.Exact(row.Box.X1).Exact(row.Box.Y1).Exact(row.Box.X2).Exact(row.Box.Y2).Value(row.ActionId, "D");
                if (row.PersonId != -1) csv.Value(row.PersonId, "D");
                csv.EndRow();
            }
            foreach (KeyframeKey key in emptyKeyframes ?? [])
            {
                WritableRow.Check(key.VideoId, key.Timestamp, default);
                csv.Text(key.VideoId).Timestamp(key.Timestamp, "D4").EndRow();
            }
        });
    }

    /// <summary>Reads a file row by row, each with the 1-based line at which it stands, for messages about it.</summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="emptyKeyframe">Told of every keyframe with nobody in it; without it they are passed over.</param>
    /// <param name="onByteOrderMark">Told of a byte order mark at the file's start, which is passed over.</param>
    /// <param name="refused">Told of every row that cannot be read, which is then passed over; null: the first is an error.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read; thrown when it is reached.</exception>
    public static IEnumerable<(long Row, AnnotationRow Value)> EnumerateNumbered(string path, Action<KeyframeKey>? emptyKeyframe = null,
        Action? onByteOrderMark = null, Action<AnnotationFormatException>? refused = null, CancellationToken cancellation = default)
    {
        using CsvReader csv = new(path, onByteOrderMark);
        while (csv.Read())
        {
            if ((csv.Row & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
            AnnotationRow? row = null;
            try
            {
                if (csv.Count == 2) emptyKeyframe?.Invoke(new(csv.Name(0), csv.Timestamp(1)));
                else if (csv.Count is 7 or 8) row = Parse(csv);
                else throw csv.WrongWidth(
                    "8 columns (video, seconds, x1, y1, x2, y2, action, person), 7 without the person, "
                    + "or 2 for a keyframe with nobody in it");
            }
            catch (AnnotationFormatException e) when (refused is not null)
            {
                refused(e);
            }
            if (row is { } read) yield return (csv.Row, read);
        }
    }

    static AnnotationRow Parse(CsvReader csv)
    {
        if (csv.Count == 8 && csv.IsBlank(6) && !csv.IsBlank(7))
        {
            throw csv.Error("an empty column 7", "the action's id", "this looks like a file of person boxes; give it as the proposals");
        }
        string video = csv.Name(0);
        double timestamp = csv.Timestamp(1);
        Box box = csv.Box();
        int action = csv.Integer(6, "the action's id, a whole number");
        if (action < 1)
        {
            throw csv.Error($"{csv.Quote(6)} in column 7", "the action's id, at least 1",
                "AVA's ids begin at 1: if yours begin at 0, add 1 to every id here and in the label map");
        }
        return new(video, timestamp, box, action, csv.Count == 8 ? Person(csv) : -1);
    }

    static int Person(CsvReader csv)
    {
        double person = csv.Number(7, "the person's id, a whole number");
        return person == Math.Floor(person) && Math.Abs(person) <= int.MaxValue
            ? (int)person
            : throw csv.Error($"{csv.Quote(7)} in column 8", "the person's id, a whole number",
                "if these are scores, the file holds detections: read it as such");
    }
}
