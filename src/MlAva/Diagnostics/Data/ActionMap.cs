namespace MlAva.Diagnostics;

/// <summary>Turns a file's action ids into those that are meant.</summary>
/// <param name="Words">What is done, for example <c>ids shifted by +1</c>.</param>
/// <param name="Awk">The same as an awk expression for column 7.</param>
/// <param name="Map">The id meant.</param>
sealed record ActionMap(string Words, string Awk, Func<int, int> Map)
{
    public static ActionMap Identity { get; } = new("", "", id => id);

    public bool IsIdentity => ReferenceEquals(this, Identity);

    public static ActionMap Shift(int by) =>
        new($"ids shifted by {(by > 0 ? "+" : "")}{by}", $"$7{(by > 0 ? "+" : "-")}={Math.Abs(by)}", id => id + by);

    /// <summary>The n-th id of a list for n, counted from <paramref name="first"/>; others become −1.</summary>
    public static ActionMap Nth(IReadOnlyList<int> ids, int first)
    {
        string list = string.Join(' ', ids);
        return new(
            $"{first} to {first + ids.Count - 1} taken for the {ids.Count} classes in order",
            $"BEGIN{{split(\"{list}\",id,\" \")}} {{$7=id[$7+{1 - first}]}}",
            id => id >= first && id < first + ids.Count ? ids[id - first] : -1);
    }
}
