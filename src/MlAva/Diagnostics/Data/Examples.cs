namespace MlAva.Diagnostics;

/// <summary>Counts something and keeps the first few places where it was seen.</summary>
sealed class Examples(string file, int most)
{
    readonly List<DataEvidence> _rows = [];

    public long Count { get; private set; }

    public IReadOnlyList<DataEvidence> Rows => _rows;

    /// <summary>Whether the next one is kept, so that its text is worth making.</summary>
    public bool IsOpen => _rows.Count < most;

    public void Add() => Count++;

    public void Add(long line, string text)
    {
        Count++;
        if (IsOpen) _rows.Add(new(file, line, Shorten(text)));
    }

    public static string Shorten(string text)
    {
        const int Longest = 120;
        string shown = text.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return shown.Length > Longest ? shown[..(Longest - 1)] + "…" : shown;
    }
}
