using System.Text.Json;

namespace MlAva.Configs;

/// <summary>A piece of a configuration's JSON that knows where it was written. It never changes.</summary>
sealed class ConfigNode
{
    /// <summary>What tells kinds of backbones and of heads apart.</summary>
    public const string TypeKey = "type";

    ConfigNode(ConfigOrigin origin, OrderedDictionary<string, ConfigNode>? members, IReadOnlyList<ConfigNode>? items, string text) =>
        (Origin, Members, Items, Text) = (origin, members, items, text);

    public ConfigOrigin Origin { get; }

    /// <summary>What an object holds; null for everything else.</summary>
    public OrderedDictionary<string, ConfigNode>? Members { get; }

    /// <summary>What a list holds; null for everything else.</summary>
    public IReadOnlyList<ConfigNode>? Items { get; }

    /// <summary>A plain value's JSON, spelt as it was written.</summary>
    public string Text { get; }

    public bool IsNull => Text == "null";

    public static ConfigNode Object(ConfigOrigin origin, OrderedDictionary<string, ConfigNode> members) => new(origin, members, null, "");

    public static ConfigNode List(ConfigOrigin origin, IReadOnlyList<ConfigNode> items) => new(origin, null, items, "");

    public static ConfigNode Plain(ConfigOrigin origin, string text) => new(origin, null, null, text);

    /// <summary>
    /// This written over another: objects are merged, everything else is replaced. An object of another type is replaced too, since the
    /// two have no key in common.
    /// A null stays, as a mark that the value was taken away, and where.
    /// </summary>
    public ConfigNode Over(ConfigNode? below)
    {
        if (Members is null || below?.Members is null || IsOfAnotherType(below)) return this;
        OrderedDictionary<string, ConfigNode> merged = new(below.Members);
        foreach ((string key, ConfigNode value) in Members) merged[key] = value.Over(below.Members.GetValueOrDefault(key));
        return Object(Origin, merged);
    }

    /// <summary>Goes down a path such as <c>training.schedule.steps.0</c> as far as there is something.</summary>
    /// <returns>The last node there is, and what is left of the path: nothing where the place exists.</returns>
    public (ConfigNode Node, string Left) Follow(string path)
    {
        if (path.Length == 0) return (this, "");
        if (Members is not null)
        {
            // Keys that nobody knows may have dots in them.
            string? key = Members.Keys.Where(k => path == k || path.StartsWith(k + ".", StringComparison.Ordinal)).MaxBy(k => k.Length);
            return key is null ? (this, path) : Members[key].Follow(path == key ? "" : path[(key.Length + 1)..]);
        }
        string[] parts = path.Split('.', 2);
        return Items is not null && int.TryParse(parts[0], out int index) && index >= 0 && index < Items.Count
            ? Items[index].Follow(parts.Length > 1 ? parts[1] : "") : (this, path);
    }

    /// <summary>The JSON on one line, without what was taken away.</summary>
    public override string ToString() =>
        Members is not null
            ? "{" + string.Join(',', Members.Where(m => !m.Value.IsNull).Select(m => $"{JsonSerializer.Serialize(m.Key)}:{m.Value}")) + "}"
        : Items is not null ? "[" + string.Join(',', Items) + "]"
        : Text;

    bool IsOfAnotherType(ConfigNode below)
    {
        ConfigNode? own = Members!.GetValueOrDefault(TypeKey), other = below.Members!.GetValueOrDefault(TypeKey);
        return own is not null && other is not null && own.Text != other.Text;
    }
}
