using System.Text;

namespace MlAva.Networks;

/// <summary>What did not fit when a checkpoint was loaded.</summary>
/// <param name="Missing">Names that the network has and the checkpoint has not.</param>
/// <param name="Unexpected">Names that the checkpoint has and the network has not.</param>
/// <param name="Misshapen">Names with different shapes or kinds of numbers, in words; these were skipped.</param>
public sealed record StateReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    /// <summary>How many tensors fit.</summary>
    public int Loaded { get; init; }

    /// <summary>How many tensors the network has, buffers too.</summary>
    public int Total { get; init; }

    /// <summary>What the difference probably means and how to mend it, a sentence each; empty where nothing is known.</summary>
    public IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>Nothing is missing, unexpected or of another shape.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Misshapen.Count == 0;

    /// <summary>A line for people.</summary>
    public override string ToString() => IsComplete ? "every parameter" : string.Join("; ", Parts());

    /// <summary>Several lines for people: how many tensors fit, every name that does not, grouped by module, and the hints.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(FormattableString.Invariant($"{Loaded} of the network's {Total} tensors fit.\n"));
        Group("missing in the checkpoint; these keep their values", ByModule(Missing), Missing.Count);
        Group("unexpected in the checkpoint; these were not used", ByModule(Unexpected), Unexpected.Count);
        Group("of another shape; these keep their values", Misshapen, Misshapen.Count);
        foreach (string hint in Hints) text.Append("To mend: ").Append(hint).Append('\n');
        return text.ToString();

        void Group(string title, IEnumerable<string> lines, int count)
        {
            if (count == 0) return;
            text.Append(FormattableString.Invariant($"{count} {title}:\n"));
            foreach (string line in lines) text.Append("  ").Append(line).Append('\n');
        }
    }

    // 'backbone.conv1.bn: weight, bias' instead of a line for each.
    static IEnumerable<string> ByModule(IEnumerable<string> names) => names.GroupBy(n => n[..Math.Max(0, n.LastIndexOf('.'))])
        .Select(g => g.Key.Length == 0 ? string.Join(", ", g) : $"{g.Key}: {string.Join(", ", g.Select(n => n[(g.Key.Length + 1)..]))}");

    IEnumerable<string> Parts()
    {
        if (Missing.Count > 0) yield return $"{Missing.Count} missing ({First(Missing)})";
        if (Unexpected.Count > 0) yield return $"{Unexpected.Count} unexpected ({First(Unexpected)})";
        if (Misshapen.Count > 0) yield return $"{Misshapen.Count} of another shape ({First(Misshapen)})";
    }

    static string First(IReadOnlyList<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");
}
