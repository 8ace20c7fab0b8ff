using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlAva.Configs;
using MlAva.Video;

namespace MlAva.Tests.Configs;

/// <summary>
/// Writes the schema of configurations from the options records: keys, kinds, defaults, and as descriptions what their documentation says.
/// </summary>
sealed partial class SchemaWriter
{
    const string Root = "Objects are merged over those of the extended files; lists, plain values and objects of another type replace. "
        + "Null takes a value away: the default holds again.";
    const string Extends = "What this configuration starts from: paths relative to this file, or names of shipped configurations. "
        + "Of several the later wins, and this file over all.";

    static readonly JsonSerializerOptions Settings =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Dictionary<Assembly, Dictionary<string, XElement>> _documentation = [];

    /// <summary>Properties that follow from others and are never given.</summary>
    public static IReadOnlySet<string> Derived { get; } = new HashSet<string> { "ActionHeadOptions.InputChannels" };

    public string Write()
    {
        JsonObject properties = new()
        {
            ["$schema"] = new JsonObject { ["type"] = "string", ["description"] = "Where this schema is, for editors." },
            ["extends"] = new JsonObject
            {
                ["type"] = TypeOrNull("string", "array"),
                ["items"] = new JsonObject { ["type"] = "string" },
                ["description"] = Extends,
            },
        };
        foreach ((string key, JsonNode section) in Properties(typeof(DetectionConfig), Instance(typeof(DetectionConfig))))
            properties[key] = section;
        JsonObject root = new()
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "MlAva detection configuration",
            ["description"] = Root,
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        return ListOfPlainValues().Replace(root.ToJsonString(Settings), OnOneLine) + "\n";
    }

    static string OnOneLine(Match list) =>
        Space().Replace(list.Value, " ").Replace("[ ", "[", StringComparison.Ordinal).Replace(" ]", "]", StringComparison.Ordinal);

    public static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    public static string Key(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>The properties that a configuration may give.</summary>
    public static IEnumerable<PropertyInfo> Given(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.CanWrite && p.GetCustomAttribute<JsonIgnoreAttribute>() is null && !Derived.Contains($"{type.Name}.{p.Name}"));

    IEnumerable<(string Key, JsonNode Schema)> Properties(Type type, object instance)
    {
        foreach (PropertyInfo property in Given(type))
        {
            JsonObject schema = Schema(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
                property.GetValue(instance));
            JsonObject described = new() { ["description"] = Describe(property) };
            foreach ((string key, JsonNode? value) in schema.ToArray())
            {
                schema.Remove(key);
                described[key] = value;
            }
            yield return (Key(property), described);
        }
    }

    JsonObject Schema(Type type, object? value)
    {
        if (IsRecord(type)) return type.IsAbstract ? Kinds(type, value) : Object(type, value ?? Instance(type), orNull: true);
        JsonObject schema = Plain(type);
        if (schema["type"] is { } plain) schema["type"] = TypeOrNull((string)plain!);
        if (schema["enum"] is JsonArray names) names.Add((JsonNode?)null);
        if (value is not null) schema["default"] = Value(value);
        return schema;
    }

    JsonObject Object(Type type, object instance, bool orNull) => new()
    {
        ["type"] = orNull ? TypeOrNull("object") : "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(Properties(type, instance).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Schema))),
    };

    JsonObject Kinds(Type type, object? value)
    {
        JsonArray kinds = [new JsonObject { ["type"] = "null" }];
        JsonDerivedTypeAttribute[] derived = [.. type.GetCustomAttributes<JsonDerivedTypeAttribute>()];
        foreach (JsonDerivedTypeAttribute kind in derived)
        {
            JsonObject schema = Object(kind.DerivedType, Instance(kind.DerivedType), orNull: false);
            ((JsonObject)schema["properties"]!).Insert(0, "type", new JsonObject
            {
                ["description"] = Summary(kind.DerivedType, $"T:{kind.DerivedType.FullName}"),
                ["enum"] = new JsonArray((string)kind.TypeDiscriminator!),
            });
            kinds.Add(schema);
        }
        JsonObject all = new() { ["anyOf"] = kinds };
        JsonDerivedTypeAttribute? standard = derived.SingleOrDefault(d => d.DerivedType == value?.GetType());
        if (standard is not null) all["default"] = new JsonObject { ["type"] = (string)standard.TypeDiscriminator! };
        return all;
    }

    static JsonObject Plain(Type type) =>
        type == typeof(bool) ? new() { ["type"] = "boolean" }
        : type == typeof(int) || type == typeof(long) ? new() { ["type"] = "integer" }
        : type == typeof(float) || type == typeof(double) ? new() { ["type"] = "number" }
        : type == typeof(string) || type == typeof(FrameTemplate) ? new() { ["type"] = "string" }
        : type.IsEnum ? new() { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => JsonValue.Create(n))]) }
        : type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable))
            ? new() { ["type"] = "array", ["items"] = Plain(type.GenericTypeArguments[0]) }
        : throw new NotSupportedException($"No schema for {type}.");

    static JsonNode? Value(object value) => value switch
    {
        string or Enum or FrameTemplate => JsonValue.Create(value is FrameTemplate template ? template.Pattern : value.ToString()),
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Value)]),
        bool yes => JsonValue.Create(yes),
        _ => JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $"{value}").Replace('E', 'e')),
    };

    static JsonArray TypeOrNull(params string[] types) => [.. types.Select(t => (JsonNode)t), "null"];

    static object Instance(Type type) => Activator.CreateInstance(type, nonPublic: true)!;

    string Describe(PropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        string text = Summary(property.DeclaringType!, $"P:{property.DeclaringType!.FullName}.{property.Name}");
        IEnumerable<string> names = type.IsEnum ? Enum.GetNames(type).Select(n => $"{n}: {Summary(type, $"F:{type.FullName}.{n}")}") : [];
        return string.Join(' ', names.Prepend(text));
    }

    string Summary(Type type, string member)
    {
        if (!_documentation.TryGetValue(type.Assembly, out Dictionary<string, XElement>? members))
        {
            string file = Path.Combine(AppContext.BaseDirectory, type.Assembly.GetName().Name + ".xml");
            members = XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value);
            _documentation[type.Assembly] = members;
        }
        return Space().Replace(string.Concat(members[member].Element("summary")!.Nodes().Select(Words)), " ").Trim();
    }

    static string Words(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => Name(see.Attribute("cref")!.Value),
        XElement element => string.Concat(element.Nodes().Select(Words)),
        _ => "",
    };

    /// <summary>The last part of what a reference names; a property as a key.</summary>
    static string Name(string reference)
    {
        string name = reference.Split('(')[0].Split('.')[^1];
        return reference[0] == 'P' ? JsonNamingPolicy.CamelCase.ConvertName(name) : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    // The innermost lists and those of such lists, where no string holds a bracket.
    [GeneratedRegex(@"\[(?:[^\[\]{}]|\[[^\[\]{}]*\])*\]", RegexOptions.Singleline)]
    private static partial Regex ListOfPlainValues();
}
