namespace MlAva.Diagnostics;

/// <summary>A finding before it is known what its mend is worth.</summary>
sealed class DraftFinding
{
    public required DataSeverity Severity { get; set; }

    public required string Code { get; init; }

    public required string File { get; init; }

    public required string Sentence { get; set; }

    public double Likelihood { get; set; }

    public (string Name, double Value)[] Counts { get; init; } = [];

    public IReadOnlyList<DataEvidence> Evidence { get; init; } = [];

    public string? Mend { get; init; }

    /// <summary>Mends it in memory; null where that cannot be.</summary>
    public Func<Mending, Mending>? Remedy { get; init; }

    /// <summary>mAP with only this mended.</summary>
    public double? Mended { get; set; }

    public DataFinding Finish() => new()
    {
        Severity = Severity,
        Code = Code,
        File = File,
        Sentence = Sentence,
        Counts = Counts.Where(c => double.IsFinite(c.Value)).ToDictionary(c => c.Name, c => c.Value),
        Evidence = Evidence,
        Mend = Mend,
        Likelihood = Math.Round(Likelihood, 4),
        MendedMeanAveragePrecision = Mended,
    };
}
