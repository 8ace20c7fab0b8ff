using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlAva.Diagnostics;

/// <summary>What <see cref="Doctor"/> found on this machine.</summary>
/// <param name="Checks">The checks, in the order in which they were made.</param>
public sealed record DoctorReport(IReadOnlyList<DoctorCheck> Checks)
{
    static readonly JsonSerializerOptions Settings = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether everything that every use needs works.</summary>
    public bool IsHealthy => Checks.All(c => c.Status != DoctorStatus.Broken);

    /// <summary>
    /// The report as JSON: <c>checks</c> with <c>name</c>, <c>status</c> (<c>fine</c>, <c>missingOptional</c>, <c>broken</c>),
    /// <c>finding</c>, <c>mend</c>; and <c>isHealthy</c>.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this, Settings);
}
