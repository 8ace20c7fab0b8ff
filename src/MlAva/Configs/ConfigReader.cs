using System.Text;
using System.Text.Json;

namespace MlAva.Configs;

/// <summary>Reads JSON and notes the line of every value.</summary>
ref struct ConfigReader
{
    readonly ReadOnlySpan<byte> _text;
    readonly Func<int, ConfigOrigin> _origin;
    Utf8JsonReader _json;
    int _line, _counted;

    ConfigReader(ReadOnlySpan<byte> text, Func<int, ConfigOrigin> origin)
    {
        _text = text;
        _origin = origin;
        _line = 1;
        _json = new(text);
    }

    /// <summary>Reads one JSON value.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="origin">Makes an origin of a line.</param>
    /// <exception cref="ConfigException">It is no JSON, or a key stands twice in one object.</exception>
    public static ConfigNode Read(ReadOnlySpan<byte> text, Func<int, ConfigOrigin> origin)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        ConfigReader reader = new(text, origin);
        try
        {
            reader._json.Read();
            ConfigNode node = reader.Value("", origin(reader.Line()));
            reader._json.Read(); // so that something behind the value is found
            return node;
        }
        catch (JsonException e)
        {
            // The sentences behind the first are about the reader's options and its position.
            string reason = e.Message.Split(". ")[0].TrimEnd('.');
            int line = (int)(e.LineNumber ?? 0) + 1;
            string found = $"text that is no JSON ({reason})";
            throw new ConfigException(origin(line), "", found, "JSON, without comments and trailing commas", inner: e);
        }
        catch (InvalidOperationException e) // from text that cannot be decoded, of which the reader tells no more
        {
            const string Found = "bytes that are not UTF-8, or half a surrogate pair";
            throw new ConfigException(origin(reader._line), "", Found, "UTF-8 text", inner: e);
        }
    }

    ConfigNode Value(string path, ConfigOrigin origin) => _json.TokenType switch
    {
        JsonTokenType.StartObject => Object(path, origin),
        JsonTokenType.StartArray => List(path, origin),
        JsonTokenType.String => ConfigNode.Plain(origin, JsonSerializer.Serialize(_json.GetString(), ConfigJson.Options)),
        JsonTokenType.Number => Number(path, origin),
        _ => ConfigNode.Plain(origin, Encoding.UTF8.GetString(_json.ValueSpan)),
    };

    ConfigNode Number(string path, ConfigOrigin origin)
    {
        string text = Encoding.UTF8.GetString(_json.ValueSpan);
        bool isWhole = text.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
        return !isWhole || _json.TryGetInt64(out _) ? ConfigNode.Plain(origin, text)
            : throw new ConfigException(origin, path, text, "a whole number of at most 18 digits");
    }

    ConfigNode Object(string path, ConfigOrigin origin)
    {
        OrderedDictionary<string, ConfigNode> members = [];
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string key = _json.GetString()!, place = path.Length == 0 ? key : $"{path}.{key}";
            ConfigOrigin here = _origin(Line());
            _json.Read();
            ConfigNode value = Value(place, here);
            if (!members.TryAdd(key, value))
                throw new ConfigException(here, place, "a second value", $"each key once; the first value is at {members[key].Origin}");
        }
        return ConfigNode.Object(origin, members);
    }

    ConfigNode List(string path, ConfigOrigin origin)
    {
        List<ConfigNode> items = [];
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray) items.Add(Value($"{path}.{items.Count}", _origin(Line())));
        return ConfigNode.List(origin, items);
    }

    int Line()
    {
        int start = (int)_json.TokenStartIndex;
        _line += _text[_counted..start].Count((byte)'\n');
        _counted = start;
        return _line;
    }
}
