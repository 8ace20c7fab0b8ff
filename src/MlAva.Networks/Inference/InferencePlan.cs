using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlAva.Networks;

/// <summary>Which form computes which convolution. Under a given plan, the same machine and input give the same bits.</summary>
/// <param name="Entries">One for each convolution and shape of input, in the order in which they were met.</param>
public sealed record InferencePlan(IReadOnlyList<InferencePlanEntry> Entries)
{
    static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The time of all entries that were measured.</summary>
    public double Milliseconds => Entries.Sum(e => e.Milliseconds ?? 0);

    /// <summary>The work of all entries.</summary>
    public double GigaFlop => Entries.Sum(e => e.GigaFlop);

    /// <summary>Writes the plan as JSON.</summary>
    /// <param name="stream">Where to; left open.</param>
    public void Save(Stream stream) => JsonSerializer.Serialize(stream, this, Json);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">Where from; left open.</param>
    /// <exception cref="FormatException">It is no inference plan.</exception>
    public static InferencePlan Load(Stream stream)
    {
        InferencePlan? plan;
        try
        {
            plan = JsonSerializer.Deserialize<InferencePlan>(stream, Json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The inference plan cannot be read: {e.Message} Expected what {nameof(InferencePlan)}.{nameof(Save)} wrote; measure anew where it is lost.", e);
        }
        if (plan?.Entries is null || plan.Entries.Any(e => e is null || e.Layer is null || !Enum.IsDefined(e.Form)))
            throw new FormatException($"The inference plan has no list '{nameof(Entries)}' of layers and forms; expected what {nameof(InferencePlan)}.{nameof(Save)} wrote.");
        return plan;
    }
}
