using System.Globalization;

namespace MlAva.Annotations;

/// <summary>
/// A detections csv (MMAction2's <c>results.csv</c>): no header; video, seconds, x1, y1, x2, y2, action, score. With 7 columns
/// every score is 1; a 9th numbers the person, over which evaluation passes. Packed files (<c>.csv.gz</c>) are read and written too.
/// </summary>
public static class DetectionFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read; the message says which, why, and how to mend it.</exception>
    public static IReadOnlyList<DetectionRow> Read(string path, CancellationToken cancellation = default) =>
        [.. Enumerate(path, cancellation)];

    /// <summary>
    /// Reads a file row by row, without keeping it in memory. As in the official evaluator, action ids may be any whole number
    /// and scores may be infinite.
    /// </summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read; thrown when it is reached.</exception>
    public static IEnumerable<DetectionRow> Enumerate(string path, CancellationToken cancellation = default)
    {
        using CsvReader csv = new(path);
        while (csv.Read())
        {
            if ((csv.Row & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
            yield return Parse(csv);
        }
    }

    /// <summary>
    /// Reads a file in blocks of many rows, parsed on several threads and handed over in the order of the file. What is read, and every
    /// error, is that of <see cref="Enumerate"/>; it takes a small part of the time and memory.
    /// </summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <param name="options">Which rows to keep; null for all.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The blocks; each holds until the next one is asked for.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="AnnotationFormatException">A row cannot be read; thrown when its block is reached.</exception>
    public static IEnumerable<DetectionBlock> EnumerateBlocks(string path, DetectionBlockOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new();
        options.Validate();
        return DetectionBlockReader.Read(path, options, cancellation);
    }

    /// <summary>
    /// Writes a file as MMAction2 does (reference specification §6.5): whole seconds unpadded, coordinates and scores with three
    /// decimals, rounded from their float32 value. Fractional seconds keep their fraction.
    /// </summary>
    /// <param name="path">The file to write or replace; packed if it ends in <c>.gz</c>.</param>
    /// <param name="rows">The rows, in order.</param>
    /// <param name="decimals">
    /// Decimals of coordinates and scores, 1 to 9; MMAction2 0.x writes 3, MMAction2 1.x and SlowFast's scores have 4.
    /// </param>
    /// <param name="cancellation">Stops the writing; the old file stays.</param>
    /// <exception cref="ArgumentException">A row could not be read back: an empty video id, a number that is not finite.</exception>
    public static void Write(string path, IEnumerable<DetectionRow> rows, int decimals = 3, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (decimals is < 1 or > 9) throw new ArgumentOutOfRangeException(nameof(decimals), decimals, "Expected 1 to 9 decimals.");
        string format = string.Create(CultureInfo.InvariantCulture, $"F{decimals}");
        AtomicFile.Write(path, stream =>
        {
            using CsvWriter csv = new(stream, path);
            int count = 0;
            foreach (DetectionRow row in rows)
            {
                if ((++count & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
                WritableRow.Check(row.VideoId, row.Timestamp, row.Box);
                if (!double.IsFinite(row.Score))
                {
                    throw new ArgumentException(FormattableString.Invariant($"A score at {row.Key} is {row.Score}."), nameof(rows));
                }
                csv.Text(row.VideoId).Timestamp(row.Timestamp, "D");
                // Through float32 first: the reference formats float32 values, and 0.0005f and 0.0005 round to different texts.
                csv.Value((double)(float)row.Box.X1, format).Value((double)(float)row.Box.Y1, format);
                csv.Value((double)(float)row.Box.X2, format).Value((double)(float)row.Box.Y2, format);
                csv.Value(row.ActionId, "D").Value((double)(float)row.Score, format).EndRow();
            }
        });
    }

    /// <summary>Writes detections whose boxes are linked over time: a 9th column numbers the person, and every number is read back the same.</summary>
    /// <param name="path">The file to write or replace; packed if it ends in <c>.gz</c>.</param>
    /// <param name="rows">The rows, in order, and their persons.</param>
    /// <param name="cancellation">Stops the writing; the old file stays.</param>
    /// <exception cref="ArgumentException">A row could not be read back: an empty video id, a number that is not finite.</exception>
    public static void WriteLinked(string path, IEnumerable<(DetectionRow Row, int PersonId)> rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        AtomicFile.Write(path, stream =>
        {
            using CsvWriter csv = new(stream, path);
            foreach ((DetectionRow row, int person) in rows)
            {
                cancellation.ThrowIfCancellationRequested();
                WritableRow.Check(row.VideoId, row.Timestamp, row.Box);
                if (!double.IsFinite(row.Score)) throw new ArgumentException(FormattableString.Invariant($"A score at {row.Key} is {row.Score}."), nameof(rows));
                csv.Text(row.VideoId).Timestamp(row.Timestamp, "D").Exact(row.Box.X1).Exact(row.Box.Y1).Exact(row.Box.X2).Exact(row.Box.Y2);
                csv.Value(row.ActionId, "D").Exact(row.Score).Value(person, "D").EndRow();
            }
        });
    }

    /// <summary>The current row.</summary>
    internal static DetectionRow Parse(CsvReader csv)
    {
        if (csv.Count is not (7 or 8 or 9))
        {
            throw csv.WrongWidth("8 columns (video, seconds, x1, y1, x2, y2, action, score), 7 without the score, or 9 with the person's number");
        }
        if (csv.Count >= 8 && csv.IsBlank(6))
        {
            throw csv.Error("an empty column 7", "the action's id", "this looks like a file of person boxes; give it as the proposals");
        }
        int action = csv.Integer(6, "the action's id, a whole number");
        if (csv.Count == 9) csv.Integer(8, "the person's number");
        return new(csv.Name(0), csv.Timestamp(1), csv.Box(), action, csv.Count >= 8 ? csv.Score(7) : 1.0);
    }
}
