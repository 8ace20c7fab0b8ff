namespace MlAva.Networks;

/// <summary>What did not fit when a checkpoint was loaded.</summary>
/// <param name="Missing">Names that the network has and the checkpoint has not.</param>
/// <param name="Unexpected">Names that the checkpoint has and the network has not.</param>
/// <param name="Misshapen">Names with different shapes, in words; these were skipped.</param>
public sealed record StateReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    /// <summary>Nothing is missing, unexpected or of another shape.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Misshapen.Count == 0;

    /// <summary>A line for people.</summary>
    public override string ToString() => IsComplete ? "every parameter" : string.Join("; ", Describe());

    IEnumerable<string> Describe()
    {
        if (Missing.Count > 0) yield return $"{Missing.Count} missing ({First(Missing)})";
        if (Unexpected.Count > 0) yield return $"{Unexpected.Count} unexpected ({First(Unexpected)})";
        if (Misshapen.Count > 0) yield return $"{Misshapen.Count} of another shape ({First(Misshapen)})";
    }

    static string First(IReadOnlyList<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");
}
