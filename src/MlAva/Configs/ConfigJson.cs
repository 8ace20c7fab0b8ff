using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MlAva.Networks;
using MlAva.Video;

namespace MlAva.Configs;

/// <summary>How options are written in configurations: camelCase, enums by name, and what is not given is as the options have it.</summary>
static class ConfigJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Prepare } },
        Converters =
        {
            new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false), new TemplateConverter(), new DoubleConverter(),
        },
        AllowOutOfOrderMetadataProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>The key of a property.</summary>
    public static string Key(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    /// <summary>Whether a type is one of the records that configurations are made of.</summary>
    public static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    static void Prepare(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            JsonPropertyInfo property = type.Properties[i];
            if (property.Set is null || IsDerived(type.Type, property.Name)) type.Properties.RemoveAt(i);
            // What a record has by itself stays where the configuration gives only a part: SlowFast's fast pathway is not any pathway.
            else if (IsRecord(property.PropertyType) && !property.PropertyType.IsAbstract)
                property.ObjectCreationHandling = JsonObjectCreationHandling.Populate;
        }
    }

    /// <summary>What follows from the rest and is therefore never given.</summary>
    static bool IsDerived(Type type, string key) =>
        type == typeof(ActionHeadOptions) && key == Key(nameof(ActionHeadOptions.InputChannels));

    /// <summary>Writes 1e-05 as everybody does, not 1E-05.</summary>
    sealed class DoubleConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'));
    }

    sealed class TemplateConverter : JsonConverter<FrameTemplate>
    {
        public override FrameTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return FrameTemplate.Parse(reader.GetString()!);
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e); // the serializer adds the path
            }
        }

        public override void Write(Utf8JsonWriter writer, FrameTemplate value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Pattern);
    }
}
