using System.Text.Json;
using System.Text.Json.Serialization;
using MlAva.Video;

namespace MlAva.Persistence;

/// <summary>How options are written into models: plain JSON, enums by name, so that a model can be read by eye and by later versions.</summary>
static class ModelJson
{
    static readonly JsonSerializerOptions Settings = new()
    {
        Converters = { new JsonStringEnumConverter(), new TemplateConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Settings);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Settings)
        ?? throw new FormatException($"The model holds 'null' where {typeof(T).Name} was expected; the file is damaged, save the model again.");

    sealed class TemplateConverter : JsonConverter<FrameTemplate>
    {
        public override FrameTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => FrameTemplate.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, FrameTemplate value, JsonSerializerOptions options) => writer.WriteStringValue(value.Pattern);
    }
}
