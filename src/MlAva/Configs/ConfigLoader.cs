using System.Text.Json;

namespace MlAva.Configs;

/// <summary>Reads a configuration and all that it extends, and lays overrides over it.</summary>
sealed class ConfigLoader
{
    public const string ExtendsKey = "extends", SchemaKey = "$schema";

    readonly List<ConfigFile> _open = [];
    int _below, _above;

    /// <summary>
    /// Reads a file and what it extends: of the files in <c>extends</c> the later wins, and this one wins over all of them.
    /// </summary>
    /// <exception cref="ConfigException">A file cannot be read, or the way through <c>extends</c> leads back.</exception>
    public ConfigNode Load(ConfigFile file)
    {
        int layer = _below--;
        ConfigNode own = Parse(file, layer);
        _open.Add(file);
        // The last first, so that layers fall from file to file just as their weight does.
        ConfigNode[] bases = [.. Extended(own).Reverse().Select(e => Load(Find(file, e)))];
        _open.RemoveAt(_open.Count - 1);
        ConfigNode? below = null;
        foreach (ConfigNode extended in bases.Reverse()) below = extended.Over(below);
        own.Members!.Remove(ExtendsKey);
        own.Members.Remove(SchemaKey);
        return own.Over(below);
    }

    /// <summary>Lays <c>path=value</c> over a configuration.</summary>
    /// <exception cref="ConfigException">There is no path, or it leads to no place of a list.</exception>
    public ConfigNode Apply(ConfigNode tree, string text) => new ConfigOverride(text, ++_above).Over(tree);

    /// <summary>What stands at a place, short enough for a message.</summary>
    public static string Found(ConfigNode node)
    {
        const int Longest = 80;
        string text = node.ToString();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    ConfigFile Find(ConfigFile file, ConfigNode extended)
    {
        ConfigFile below = file.Find(JsonSerializer.Deserialize<string>(extended.Text)!, extended.Origin);
        int start = _open.FindIndex(f => f.Identity == below.Identity);
        if (start < 0) return below;
        string circle = string.Join(" → ", _open.Skip(start).Append(below).Select(f => f.Path));
        throw new ConfigException(extended.Origin, ExtendsKey, $"a circle, {circle}", "files that do not extend each other");
    }

    static ConfigNode Parse(ConfigFile file, int layer)
    {
        ConfigNode node = ConfigReader.Read(file.Read(), line => new(file.Path, line) { Layer = layer });
        return node.Members is not null ? node
            : throw new ConfigException(node.Origin, "", Found(node), "an object: { … }");
    }

    static IReadOnlyList<ConfigNode> Extended(ConfigNode own)
    {
        if (!own.Members!.TryGetValue(ExtendsKey, out ConfigNode? extends) || extends.IsNull) return [];
        IReadOnlyList<ConfigNode> all = extends.Items ?? [extends];
        return all.FirstOrDefault(e => !e.Text.StartsWith('"')) is { } wrong
            ? throw new ConfigException(wrong.Origin, ExtendsKey, Found(wrong), "a path, or a list of paths")
            : all;
    }
}
