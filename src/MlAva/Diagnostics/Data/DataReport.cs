using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlAva.Diagnostics;

/// <summary>What <see cref="DataDoctor"/> found in a data set.</summary>
public sealed record DataReport
{
    static readonly JsonSerializerOptions Settings = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The findings, the likeliest explanation of a failure first, what is fine last.</summary>
    public required IReadOnlyList<DataFinding> Findings { get; init; }

    /// <summary>The numbers of the examination.</summary>
    public required DataTallies Tallies { get; init; }

    /// <summary>
    /// mAP at IoU 0.5 of the files as they stand; null without detections, where a file is refused, or without truth to evaluate.
    /// </summary>
    public double? MeanAveragePrecision { get; init; }

    /// <summary>mAP after everything that can be mended in memory is mended; null where nothing can, or without detections.</summary>
    public double? MendedMeanAveragePrecision { get; init; }

    /// <summary>Whether nothing found explains a failure.</summary>
    public bool IsHealthy => Findings.All(f => f.Severity < DataSeverity.LikelyCause);

    /// <summary>
    /// The report as JSON: <c>findings</c> with <c>severity</c> (<c>fine</c>, <c>remark</c>, <c>likelyCause</c>, <c>broken</c>),
    /// <c>code</c>, <c>file</c>, <c>sentence</c>, <c>counts</c>, <c>evidence</c>, <c>mend</c>, <c>likelihood</c>,
    /// <c>mendedMeanAveragePrecision</c>; <c>tallies</c>, <c>meanAveragePrecision</c>, <c>mendedMeanAveragePrecision</c> and
    /// <c>isHealthy</c>.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this, Settings);
}
