using System.Globalization;

namespace MlAva.Diagnostics;

/// <summary>Findings while they are made.</summary>
sealed class FindingList
{
    readonly List<DraftFinding> _drafts = [];

    public IReadOnlyList<DraftFinding> Drafts => _drafts;

    /// <summary>What every remedy together mends.</summary>
    public Mending All { get; private set; } = new();

    public void Add(DraftFinding finding)
    {
        _drafts.Add(finding);
        if (finding.Remedy is { } remedy) All = remedy(All);
    }

    public bool Has(string code, string? file = null) => _drafts.Any(d => d.Code == code && (file is null || d.File == file));

    /// <summary>Whether anything found so far explains a failure.</summary>
    public bool HasCause => _drafts.Any(d => d.Severity >= DataSeverity.LikelyCause);

    /// <summary>For example <c>12 of 400 (3 %)</c>.</summary>
    public static string Part(long part, long whole) => string.Create(
        CultureInfo.InvariantCulture, $"{part} of {whole} ({(whole == 0 ? 0 : Percent(part, whole))} %)");

    /// <summary>For example <c>5 rows</c>, <c>1 row</c>.</summary>
    public static string Number(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");

    // Neither 0 % of something nor 100 % of not quite everything.
    static double Percent(long part, long whole)
    {
        double percent = 100.0 * part / whole;
        return part == 0 || part == whole ? percent : percent < 1 ? Math.Max(0.01, Math.Round(percent, 2))
            : percent > 99 ? Math.Min(99.99, Math.Round(percent, 2)) : Math.Round(percent);
    }
}
