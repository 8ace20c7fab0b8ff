namespace MlAva.Annotations;

/// <summary>
/// The keyframes that AVA leaves out (<c>ava_*_excluded_timestamps_*.csv</c>: video, seconds): of training, and of the evaluation
/// of its first two generations. A file without any row is fine.
/// </summary>
public sealed class ExcludedTimestamps
{
    readonly HashSet<KeyframeKey> _keys = [];
    readonly List<KeyframeKey> _ordered = [];

    /// <summary>Creates the set; keys given twice count once.</summary>
    public ExcludedTimestamps(IEnumerable<KeyframeKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (KeyframeKey key in keys)
        {
            if (_keys.Add(key)) _ordered.Add(key);
        }
    }

    /// <summary>The set that excludes nothing.</summary>
    public static ExcludedTimestamps None { get; } = new([]);

    /// <summary>The number of keyframes.</summary>
    public int Count => _ordered.Count;

    /// <summary>The keyframes, in file order.</summary>
    public IReadOnlyList<KeyframeKey> Keys => _ordered;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, <c>.csv</c> or <c>.csv.gz</c>.</param>
    /// <exception cref="AnnotationFormatException">A row cannot be read.</exception>
    public static ExcludedTimestamps Read(string path)
    {
        List<KeyframeKey> keys = [];
        using CsvReader csv = new(path);
        while (csv.Read())
        {
            if (csv.Count != 2) throw csv.WrongWidth("2 columns (video, seconds)");
            keys.Add(new(csv.Name(0), csv.Timestamp(1)));
        }
        return new(keys);
    }

    /// <summary>Writes the file in AVA's form, seconds padded to four digits.</summary>
    /// <param name="path">The file to write or replace; packed if it ends in <c>.gz</c>.</param>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using CsvWriter csv = new(stream, path);
        foreach (KeyframeKey key in _ordered)
        {
            WritableRow.Check(key.VideoId, key.Timestamp, default);
            csv.Text(key.VideoId).Timestamp(key.Timestamp, "D4").EndRow();
        }
    });

    /// <summary>Whether a keyframe is left out.</summary>
    public bool Contains(KeyframeKey key) => _keys.Contains(key);
}
