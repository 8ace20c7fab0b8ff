using System.Text.Json;

namespace MlAva.Networks;

/// <summary>A dictionary of a reference configuration, read with defaults; errors name the path of the entry.</summary>
readonly struct ReferenceDictionary(JsonElement element, string path)
{
    public bool Has(string key) => TryGet(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public bool IsNull(string key) => TryGet(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    public ReferenceDictionary Part(string key, bool optional = false)
    {
        if (TryGet(key, out JsonElement value) && value.ValueKind == JsonValueKind.Object) return new(value, $"{path}.{key}");
        return optional ? new(default, $"{path}.{key}") : throw new ArgumentException($"{path} has no dictionary '{key}'; expected one.");
    }

    public string Text(string key, string? absent = null) => Read(key, absent, JsonValueKind.String, e => e.GetString()!, "a text");

    public int Int(string key, int? absent = null) => Read<int>(key, absent, e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int value) ? value : null, "a whole number");

    public double Number(string key, double absent) => Read<double>(key, absent, e => e.ValueKind == JsonValueKind.Number ? e.GetDouble() : null, "a number");

    public bool Flag(string key, bool absent) => Read<bool>(key, absent, AsFlag, "true or false");

    public int[] Ints(string key, int[] absent)
    {
        if (!Has(key)) return absent;
        JsonElement value = Get(key);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int one)) return [one];
        string name = $"{path}.{key}";
        if (value.ValueKind != JsonValueKind.Array) throw Unknown(key, value.GetRawText(), "a list of whole numbers");
        return [.. value.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int number) ? number
            : throw new ArgumentException($"{name} has the entry {e.GetRawText()}; expected whole numbers."))];
    }

    /// <summary>One flag a stage, or one for all; a stage given block by block must have the same flag in each.</summary>
    public bool[] PerStage(string key, int stages)
    {
        JsonElement value = Get(key);
        if (AsFlag(value) is { } all) return [.. Enumerable.Repeat(all, stages)];
        if (value.ValueKind != JsonValueKind.Array) throw Unknown(key, value.GetRawText(), "0 or 1, or a list with an entry for each stage");
        ReferenceDictionary self = this;
        return [.. value.EnumerateArray().Select(stage =>
        {
            bool?[] flags = stage.ValueKind == JsonValueKind.Array ? [.. stage.EnumerateArray().Select(AsFlag)] : [AsFlag(stage)];
            return flags.Length > 0 && flags[0] is { } flag && flags.All(f => f == flag) ? flag : throw self.Unknown(key, stage.GetRawText(), "0 or 1, the same for every block of a stage");
        })];
    }

    /// <summary>One flag a block; a stage given as one number has it in each.</summary>
    public IReadOnlyList<bool>[] PerBlock(string key, IReadOnlyList<int> blocks)
    {
        if (!Has(key)) return [.. blocks.Select(b => new bool[b])];
        JsonElement value = Get(key);
        if (value.ValueKind == JsonValueKind.Number) return [.. blocks.Select(b => Repeat(value, b))];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < blocks.Count) throw Unknown(key, value.GetRawText(), $"an entry for each of the {blocks.Count} stages");
        IReadOnlyList<bool>[] result = new IReadOnlyList<bool>[blocks.Count];
        for (int i = 0; i < result.Length; i++)
        {
            JsonElement stage = value[i];
            result[i] = stage.ValueKind == JsonValueKind.Array ? [.. stage.EnumerateArray().Select(e => AsFlag(e) ?? false)] : Repeat(stage, blocks[i]);
        }
        return result;
    }

    static bool[] Repeat(JsonElement value, int count) => [.. Enumerable.Repeat(AsFlag(value) ?? false, count)];

    /// <summary>A setting of which only one value is supported; that value is also its default.</summary>
    public void Require(string key, string only)
    {
        if (Has(key) && Text(key) != only) throw Unknown(key, Text(key), $"{only}, the only one known here");
    }

    /// <inheritdoc cref="Require(string, string)"/>
    public void Require(string key, int only)
    {
        if (Has(key) && Int(key) != only) throw Unknown(key, $"{Int(key)}", $"{only}, the only one known here");
    }

    /// <inheritdoc cref="Require(string, string)"/>
    public void Require(string key, bool only)
    {
        if (Has(key) && Flag(key, only) != only) throw Unknown(key, $"{!only}", $"{only}, the only one known here");
    }

    /// <summary>A setting of which only one value is supported, and not the default one.</summary>
    public void RequireGiven(string key, bool only)
    {
        if (Flag(key, !only) != only) throw Unknown(key, $"{!only}", $"{only}, the only one known here");
    }

    /// <summary>Refuses a part of another type; a part without one has this.</summary>
    public void RequireType(string key, string only)
    {
        if (Has(key)) Part(key).Require("type", only);
    }

    /// <summary>Refuses entries that nobody here has heard of: they might change the network.</summary>
    public void AllowOnly(params string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object) return;
        string[] others = [.. element.EnumerateObject().Select(e => e.Name).Except(known)];
        if (others.Length > 0) throw new ArgumentException($"{path} has '{string.Join("', '", others)}'; expected only {string.Join(", ", known)}.");
    }

    /// <summary>Refuses entries that are given and not null.</summary>
    public void RequireNone(params string[] keys)
    {
        foreach (string key in keys.Where(Has)) throw Unknown(key, Get(key).GetRawText(), "None, the only one known here");
    }

    /// <summary>Refuses every entry but these with one of these values (texts, flags or numbers), all at once; entries may be left out.</summary>
    public void RequireOnly(params (string Key, object[] Values)[] known)
    {
        string[] wrong = [.. element.EnumerateObject()
            .Where(entry => !known.Any(k => k.Key == entry.Name && k.Values.Any(value => Is(entry.Value, value))))
            .Select(entry => $"{entry.Name} = {entry.Value.GetRawText()}")];
        if (wrong.Length == 0) return;
        IEnumerable<string> legal = known.Select(k => $"{k.Key} = {string.Join(" or ", k.Values.Select(v => JsonSerializer.Serialize(v)))}");
        throw new ArgumentException($"{path} has {string.Join(", ", wrong)}; expected nothing but {string.Join(", ", legal)}.");
    }

    static bool Is(JsonElement entry, object value) => value switch
    {
        string text => entry.ValueKind == JsonValueKind.String && entry.GetString() == text,
        bool flag => AsFlag(entry) == flag,
        double number => entry.ValueKind == JsonValueKind.Number && entry.GetDouble().Equals(number),
        _ => false,
    };

    public ArgumentException Unknown(string key, string found, string expected) =>
        new($"{path}.{key} is '{string.Join(' ', found.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}'; expected {expected}.");

    JsonElement Get(string key) => TryGet(key, out JsonElement value) ? value : throw new ArgumentException($"{path} has no entry '{key}'; expected one.");

    bool TryGet(string key, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out value);
    }

    T Read<T>(string key, T? absent, JsonValueKind kind, Func<JsonElement, T> read, string expected) where T : class
    {
        if (!Has(key) && absent is not null) return absent;
        JsonElement value = Get(key);
        return value.ValueKind == kind ? read(value) : throw Unknown(key, value.GetRawText(), expected);
    }

    T Read<T>(string key, T? absent, Func<JsonElement, T?> read, string expected) where T : struct
    {
        if (!Has(key) && absent is { } given) return given;
        JsonElement value = Get(key);
        return read(value) ?? throw Unknown(key, value.GetRawText(), expected);
    }

    static bool? AsFlag(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt32(out int number) && number is 0 or 1 => number == 1,
        _ => null,
    };
}
