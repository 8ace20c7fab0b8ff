namespace MlAva.Diagnostics;

/// <summary>One thing that <see cref="DataDoctor"/> has to say about a data set.</summary>
public sealed record DataFinding
{
    /// <summary>How much it matters.</summary>
    public required DataSeverity Severity { get; init; }

    /// <summary>Names the kind of finding, for example <c>boxes-in-pixels</c>; the codes are listed in docs/doctor.md.</summary>
    public required string Code { get; init; }

    /// <summary>The file or folder that it is about.</summary>
    public required string File { get; init; }

    /// <summary>What was found, in words.</summary>
    public required string Sentence { get; init; }

    /// <summary>The numbers behind the sentence, by name; empty where there are none.</summary>
    public IReadOnlyDictionary<string, double> Counts { get; init; } = new Dictionary<string, double>();

    /// <summary>A few examples, in file order.</summary>
    public IReadOnlyList<DataEvidence> Evidence { get; init; } = [];

    /// <summary>What to do, where possible as a command; null where nothing is to be done.</summary>
    public string? Mend { get; init; }

    /// <summary>How likely this explains an mAP of 0 or a refused file, 0–1; findings are ordered by it.</summary>
    public double Likelihood { get; init; }

    /// <summary>
    /// mAP with only this mended, computed on the mended rows in memory; null where there are no detections or nothing can be mended so.
    /// </summary>
    public double? MendedMeanAveragePrecision { get; init; }
}
