using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlAva.Persistence;

/// <summary>How options are written into models: plain JSON, enums by name, so that a model can be read by eye and by later versions.</summary>
static class ModelJson
{
    static readonly JsonSerializerOptions Settings = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Settings);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Settings)
        ?? throw new FormatException($"The model holds 'null' where {typeof(T).Name} was expected; the file is damaged, save the model again.");
}
