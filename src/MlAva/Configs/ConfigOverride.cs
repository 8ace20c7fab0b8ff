using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MlAva.Configs;

/// <summary>
/// One value given beside the files: <c>training.epochs=2</c>, <c>clip.mean.0=120</c>, <c>data.train.proposalPath=null</c>. The value is
/// JSON; what is no JSON is text, and so is everything where the schema knows only text.
/// </summary>
sealed class ConfigOverride
{
    readonly string[] _keys;
    readonly ConfigNode _value;
    readonly ConfigOrigin _origin;

    /// <exception cref="ConfigException">There is no path before an equals sign.</exception>
    public ConfigOverride(string text, int layer)
    {
        _origin = new($"override '{text}'", 0) { Layer = layer };
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string path = equals < 0 ? "" : text[..equals].Trim();
        _keys = path.Split('.');
        if (_keys.Any(string.IsNullOrWhiteSpace))
            throw new ConfigException(_origin, "", "no path before an equals sign", "path=value, such as training.epochs=2");
        if (_keys[0] is ConfigLoader.ExtendsKey or ConfigLoader.SchemaKey)
            throw new ConfigException(_origin, path, "a key of files", "the path of a value; what is extended stands in a file");
        _value = Value(path, text[(equals + 1)..].Trim());
    }

    public ConfigNode Over(ConfigNode tree) => Put(tree, "", _keys).Over(tree);

    /// <summary>What has to be laid over a node so that the value gets to its place.</summary>
    ConfigNode Put(ConfigNode? at, string path, ReadOnlySpan<string> keys)
    {
        if (keys.Length == 0) return _value;
        string inside = path.Length == 0 ? keys[0] : $"{path}.{keys[0]}";
        bool isIndex = int.TryParse(keys[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index);
        if (isIndex && (at is null || at.IsNull) && ConfigSchema.Default(path) is { } standard) at = Parse(standard, ConfigOrigin.Default);
        if (!isIndex || at?.Items is not { } items)
            return ConfigNode.Object(_origin, new() { [keys[0]] = Put(at?.Members?.GetValueOrDefault(keys[0]), inside, keys[1..]) });
        if (index >= items.Count)
        {
            string expected = $"0 to {items.Count - 1}, since {path} has {items.Count} entries";
            throw new ConfigException(_origin, inside, $"entry {index}, counted from 0", expected);
        }
        ConfigNode[] changed = [.. items];
        changed[index] = Put(items[index], inside, keys[1..]).Over(items[index]);
        return ConfigNode.List(_origin, changed);
    }

    ConfigNode Value(string path, string text)
    {
        if (text != "null" && !text.StartsWith('"') && ConfigSchema.IsText(path)) return Text(text);
        try
        {
            return Parse(text, _origin);
        }
        catch (ConfigException e) when (e.InnerException is JsonException && text is not ['[' or '{' or '"', ..])
        {
            return Text(text);
        }
    }

    ConfigNode Text(string text) => ConfigNode.Plain(_origin, JsonSerializer.Serialize(text, ConfigJson.Options));

    static ConfigNode Parse(string json, ConfigOrigin origin) => ConfigReader.Read(Encoding.UTF8.GetBytes(json), _ => origin);
}
