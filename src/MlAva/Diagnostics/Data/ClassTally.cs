namespace MlAva.Diagnostics;

/// <summary>Rows by action id, each id with the row that named it first.</summary>
sealed class ClassTally(string file)
{
    const int Most = 100_000;
    readonly Dictionary<int, (long Count, DataEvidence First)> _classes = [];

    public long Count { get; private set; }

    /// <summary>The ids, ascending.</summary>
    public IReadOnlyList<int> Ids => [.. _classes.Keys.Order()];

    public long this[int id] => _classes.TryGetValue(id, out var found) ? found.Count : 0;

    public void Add(int id, long line, Func<string> text)
    {
        Count++;
        if (_classes.TryGetValue(id, out (long Count, DataEvidence First) known)) _classes[id] = (known.Count + 1, known.First);
        else if (_classes.Count < Most) _classes[id] = (1, new(file, line, Examples.Shorten(text())));
    }

    /// <summary>How many rows are of ids that pass a test.</summary>
    public long CountOf(Func<int, bool> test) => _classes.Where(c => test(c.Key)).Sum(c => c.Value.Count);

    /// <summary>The first rows of ids that pass a test.</summary>
    public IReadOnlyList<DataEvidence> FirstOf(Func<int, bool> test, int most) =>
        [.. _classes.Where(c => test(c.Key)).Select(c => c.Value.First).OrderBy(e => e.Line).Take(most)];
}
