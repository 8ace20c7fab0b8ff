using System.Globalization;
using System.Text.Json;

namespace MlAva.Annotations.Formats;

/// <summary>Reads JSON files; places in them are told by path, such as <c>annotations[3].bbox</c>.</summary>
static class JsonInput
{
    public static JsonDocument Read(string path, string expected)
    {
        string text = InputFile.ReadText(path);
        try
        {
            JsonDocument document = JsonDocument.Parse(text, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            throw new AnnotationFormatException(path, 1, "JSON that is no object", expected, "give the whole file that the tool exports");
        }
        catch (JsonException e)
        {
            throw new AnnotationFormatException(path, (e.LineNumber ?? -1) + 1, "what is no JSON", expected,
                "export the annotations again; the file may have been cut", e);
        }
    }

    public static JsonElement Member(ImportBuilder.Place place, JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value
        : throw place.Error($"no '{name}'", $"a member '{name}'", "export the annotations again, whole");

    public static JsonElement? Optional(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static IEnumerable<(ImportBuilder.Place Place, JsonElement Value)> Items(string file, JsonElement root, string name, bool required = true)
    {
        ImportBuilder.Place place = new(file, 0, "");
        if (Optional(root, name) is not { } list)
            return required ? throw place.Error($"no '{name}'", $"a list '{name}'", "give the whole file that the tool exports") : [];
        if (list.ValueKind != JsonValueKind.Array) throw place.Error($"'{name}' that is no list", "a list", "export the annotations again");
        return list.EnumerateArray().Select((e, i) => (new ImportBuilder.Place(file, 0, string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]")), e));
    }

    public static double[] Numbers(ImportBuilder.Place place, JsonElement list, string what)
    {
        if (list.ValueKind != JsonValueKind.Array) throw place.Error($"{Cut(list)} for {what}", "a list of numbers", "correct the list");
        return [.. list.EnumerateArray().Select(e => Number(place, e, what))];
    }

    public static double Number(ImportBuilder.Place place, JsonElement value, string what)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)) return number;
        // COCO tools write numbers as text now and then.
        return value.ValueKind == JsonValueKind.String
            && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) ? number
            : throw place.Error($"{Cut(value)} for {what}", "a finite number", "correct the number, or remove the element");
    }

    public static int Integer(ImportBuilder.Place place, JsonElement value, string what)
    {
        double number = Number(place, value, what);
        return number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number
            : throw place.Error($"{Cut(value)} for {what}", "a whole number", "correct the number, or remove the element");
    }

    /// <summary>A name or a number as text: both occur as ids.</summary>
    public static string Name(ImportBuilder.Place place, JsonElement value, string what) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw place.Error($"{Cut(value)} for {what}", "a name or a number", "correct the value"),
    };

    static string Cut(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
