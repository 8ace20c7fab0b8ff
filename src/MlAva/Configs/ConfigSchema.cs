using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace MlAva.Configs;

/// <summary>The JSON schema of configurations: <c>configs/schema/detection.schema.json</c>, which travels with the assembly.</summary>
static partial class ConfigSchema
{
    const string File = "configs/schema/detection.schema.json";

    static readonly Lazy<JsonSchema> Root = new(() => JsonSchema.FromJsonAsync(Text).GetAwaiter().GetResult());

    /// <summary>The schema as it is written.</summary>
    public static string Text => ConfigFile.ReadShipped(File);

    /// <summary>Holds a configuration against the schema.</summary>
    /// <returns>What does not fit, in the order of the configuration's lines.</returns>
    public static IReadOnlyList<ConfigProblem> Check(ConfigNode tree)
    {
        List<ConfigProblem> problems = [];
        CheckTypes(Root.Value, tree, "", problems);
        Collect(Root.Value.Validate(tree.ToString()), tree, problems);
        return [.. problems.OrderByDescending(p => p.Origin.Layer).ThenBy(p => p.Origin.Line)];
    }

    /// <summary>The JSON that a place has where it is not given; null where it has none.</summary>
    public static string? Default(string path) =>
        Places(path).Select(s => s.Default).OfType<JToken>().FirstOrDefault()?.ToString(Formatting.None);

    /// <summary>Whether a place takes nothing but text.</summary>
    public static bool IsText(string path) =>
        Places(path).ToArray() is { Length: > 0 } places && places.All(p => TypeOf(p) == JsonObjectType.String || IsEnumeration(p));

    /// <summary>The schemas of a place: one for each kind of backbone or head that has it.</summary>
    static IEnumerable<JsonSchema> Places(string path)
    {
        IEnumerable<JsonSchema> places = [Root.Value];
        foreach (string key in path.Split('.'))
            places = places.SelectMany(Kinds).Where(p => p.Properties.ContainsKey(key)).Select(p => (JsonSchema)p.Properties[key]);
        return places;
    }

    /// <summary>The schemas of the kinds of backbone or head, or the one schema of everything else.</summary>
    static IEnumerable<JsonSchema> Kinds(JsonSchema schema) =>
        schema.AnyOf.Count > 0 ? schema.AnyOf.Where(k => k.Properties.Count > 0) : [schema];

    /// <summary>Null where there are kinds and the object is of none.</summary>
    static JsonSchema? KindOf(JsonSchema schema, ConfigNode node)
    {
        if (schema.AnyOf.Count == 0) return schema;
        ConfigNode? type = node.Members!.GetValueOrDefault(ConfigNode.TypeKey);
        return Kinds(schema).FirstOrDefault(k => type is not null && Names(TypeKey(k)).Contains(type.Text));
    }

    static JsonSchemaProperty TypeKey(JsonSchema kind) => kind.Properties[ConfigNode.TypeKey];

    /// <summary>A backbone or head of which nobody knows the kind cannot be judged any further.</summary>
    static void CheckTypes(JsonSchema schema, ConfigNode node, string path, List<ConfigProblem> problems)
    {
        if (node.Members is null) return;
        if (KindOf(schema, node) is not { } kind)
        {
            string[] names = [.. Kinds(schema).SelectMany(k => Names(TypeKey(k)))];
            string place = Join(path, ConfigNode.TypeKey);
            problems.Add(node.Members.GetValueOrDefault(ConfigNode.TypeKey) is { } type
                ? new(type.Origin, place, ConfigLoader.Found(type), OneOf(names), DidYouMean(type.Text, names))
                : new(node.Origin, place, "no type", OneOf(names)));
            return;
        }
        foreach ((string key, ConfigNode value) in node.Members)
        {
            if (kind.Properties.TryGetValue(key, out JsonSchemaProperty? property)) CheckTypes(property, value, Join(path, key), problems);
        }
    }

    static void Collect(IEnumerable<ValidationError> errors, ConfigNode tree, List<ConfigProblem> problems)
    {
        foreach (ValidationError error in errors)
        {
            string path = Index().Replace((error.Path ?? "").TrimStart('#', '/'), ".$1");
            ConfigNode node = tree.Follow(path).Node;
            switch (error)
            {
                case MultiTypeValidationError multiple: // every type may also be null, which nothing here is
                    Collect(multiple.Errors.Where(t => t.Key != JsonObjectType.Null).SelectMany(t => t.Value), tree, problems);
                    break;
                case ChildSchemaValidationError { Kind: ValidationErrorKind.NotAnyOf } child when node.Members is not null:
                    // None where the kind is not known: that is told already.
                    JsonSchema? kind = KindOf(error.Schema, node);
                    Collect(child.Errors.Where(c => c.Key == kind).SelectMany(c => c.Value), tree, problems);
                    break;
                case ChildSchemaValidationError { Kind: not ValidationErrorKind.NotAnyOf } child:
                    Collect(child.Errors.SelectMany(c => c.Value), tree, problems);
                    break;
                case { Kind: ValidationErrorKind.NoAdditionalPropertiesAllowed }:
                    string[] known = [.. error.Schema.Properties.Keys];
                    problems.Add(new(node.Origin, path, "an unknown key", OneOf(known), DidYouMean(error.Property!, known)));
                    break;
                default:
                    string[] names = [.. Names(error.Schema)];
                    problems.Add(new(node.Origin, path, ConfigLoader.Found(node), Expected(error.Schema), DidYouMean(node.Text, names)));
                    break;
            }
        }
    }

    static string? DidYouMean(string word, IEnumerable<string> names) =>
        NearestName.Of(word.Trim('"'), names.Select(n => n.Trim('"'))) is { } near ? $"did you mean '{near}'?" : null;

    static string Expected(JsonSchema schema) =>
        IsEnumeration(schema) ? OneOf([.. Names(schema)])
        : schema.AnyOf.Count > 0 ? "an object: { … }"
        : TypeOf(schema) switch
        {
            JsonObjectType.Integer => "a whole number",
            JsonObjectType.Number => "a number",
            JsonObjectType.String => "text",
            JsonObjectType.Boolean => "true or false",
            JsonObjectType.Array => $"a list, each entry {Expected(schema.Item!)}",
            _ => "an object: { … }",
        };

    static JsonObjectType TypeOf(JsonSchema schema) => schema.Type & ~JsonObjectType.Null;

    static bool IsEnumeration(JsonSchema schema) => schema.Enumeration.Count > 0;

    /// <summary>The words that may stand at a place, as JSON.</summary>
    static IEnumerable<string> Names(JsonSchema schema) => schema.Enumeration.Where(e => e is not null).Select(e => $"\"{e}\"");

    static string OneOf(string[] names) => names.Length == 1 ? names[0] : $"one of {string.Join(", ", names)}";

    static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Index();
}
