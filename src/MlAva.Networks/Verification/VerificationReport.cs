using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlAva.Networks;

/// <summary>How this build's numbers compare with a reference case's.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Quantities">What was compared, in the order of computation.</param>
/// <param name="Skipped">What was not, and why.</param>
public sealed record VerificationReport(string Case, IReadOnlyList<VerifiedQuantity> Quantities, IReadOnlyList<string> Skipped)
{
    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Why the case could not be run; null where it was.</summary>
    public string? Error { get; init; }

    /// <summary>Every quantity is within its tolerance, and there is one at least.</summary>
    public bool IsWithin => Quantities.Count > 0 && Quantities.All(q => q.IsWithin);

    /// <summary>Reports as a JSON array, figures in full precision, infinite ones as <c>"Infinity"</c>.</summary>
    public static string ToJson(IEnumerable<VerificationReport> reports) => JsonSerializer.Serialize(reports, Json);
}
