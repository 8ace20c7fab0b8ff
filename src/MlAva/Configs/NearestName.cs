namespace MlAva.Configs;

/// <summary>Finds what somebody may have meant.</summary>
public static class NearestName
{
    const int Near = 3;

    /// <summary>
    /// The name that is fewest letters away, or null where none is near: at most three letters, and less than half of the word.
    /// </summary>
    public static string? Of(string word, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(names);
        string? nearest = names.MinBy(n => Distance(word, n));
        return nearest is not null && Distance(word, nearest) <= Math.Min(Near, Math.Max(1, word.Length / 2)) ? nearest : null;
    }

    /// <summary>
    /// The names most like a long one, which may lack whole parts: first by the parts between underscores that they share, then by letters;
    /// none where no part is shared.
    /// </summary>
    public static IReadOnlyList<string> Like(string word, IEnumerable<string> names, int count)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(names);
        string[] parts = word.Split('_');
        return
        [
            .. names.Select(n => (Name: n, Shared: n.Split('_').Intersect(parts).Count())).Where(n => n.Shared > 0)
                .OrderByDescending(n => n.Shared).ThenBy(n => Distance(word, n.Name)).Take(count).Select(n => n.Name),
        ];
    }

    /// <summary>Levenshtein's, case aside: letters to put in, take out or change.</summary>
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, changed));
            }
        }
        return row[^1];
    }
}
