using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>A label map as far as it can be understood.</summary>
sealed partial class LooseLabelMap
{
    LooseLabelMap(string path, List<(int Id, string Name, long Line)> all, AnnotationFormatException? refusal,
        IReadOnlyList<LabelMapEntry>? strict)
    {
        (Path, All, Refusal) = (path, all, refusal);
        Entries = strict ?? [.. all.Where(e => e.Id >= 1).DistinctBy(e => e.Id)
            .Select(e => new LabelMapEntry(e.Id, e.Name, ActionGroup.Unknown))];
        Ids = [.. Entries.Select(e => e.Id)];
        Names = [];
        foreach ((int id, string name, _) in all) Names.TryAdd(RowScanner.NameKey(name), id);
    }

    public string Path { get; }

    /// <summary>Everything that looks like a class, with its line (0 where that is not known).</summary>
    public IReadOnlyList<(int Id, string Name, long Line)> All { get; }

    /// <summary>The classes with an id of at least 1, each id once.</summary>
    public IReadOnlyList<LabelMapEntry> Entries { get; }

    public HashSet<int> Ids { get; }

    /// <summary>Ids by <see cref="RowScanner.NameKey"/>.</summary>
    public Dictionary<string, int> Names { get; }

    /// <summary>Why the strict reader refuses the file; null where it does not.</summary>
    public AnnotationFormatException? Refusal { get; }

    public int MaxId => Entries.Count == 0 ? 0 : Entries.Max(e => e.Id);

    public static LooseLabelMap Read(string path)
    {
        try
        {
            LabelMap map = LabelMap.Read(path);
            return new(path, [.. map.Select(e => (e.Id, e.Name, 0L))], null, [.. map]);
        }
        catch (AnnotationFormatException e)
        {
            using LineReader lines = new(path); // what is no text at all is not read leniently either
            List<string> text = [];
            while (lines.Read()) text.Add(Encoding.UTF8.GetString(lines.Current));
            return new(path, [.. Guess(text)], e, null);
        }
    }

    static IEnumerable<(int Id, string Name, long Line)> Guess(List<string> lines)
    {
        string text = string.Join('\n', lines);
        MatchCollection items = Item().Matches(text);
        if (items.Count > 0)
        {
            foreach (Match item in items)
            {
                Match id = Id().Match(item.Value), name = Name().Match(item.Value);
                if (id.Success && int.TryParse(id.Groups[1].Value, CultureInfo.InvariantCulture, out int number))
                    yield return (number, name.Success ? name.Groups[1].Value : "", 1 + text.AsSpan(0, item.Index).Count('\n'));
            }
            yield break;
        }
        for (int i = 0; i < lines.Count; i++)
        {
            if (Line().Match(lines[i]) is { Success: true } line
                && int.TryParse(line.Groups[1].Value, CultureInfo.InvariantCulture, out int number))
                yield return (number, line.Groups[2].Value.Trim(), i + 1);
        }
    }

    [GeneratedRegex(@"\b(?:item|label)\s*:?\s*[{<][^}>]*[}>]", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    [GeneratedRegex(@"\b(?:label_)?id\s*:?\s*""?(-?\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"\bname\s*:?\s*[""']([^""'\n]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s*(-?\d+)\s*[:,;\t ]\s*(\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
