using System.Globalization;
using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Networks.Tests;

/// <summary>Reads the reference implementation's component numbers (<c>golden/components</c>).</summary>
static class GoldenJson
{
    public static JsonElement Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"golden/components/{file}")));
        return document.RootElement.Clone();
    }

    /// <summary>All numbers of an array of any depth, row by row.</summary>
    public static float[] Floats(JsonElement value) => [.. Flatten(value).Select(v => (float)Number(v))];

    public static int[] Ints(JsonElement value) => [.. Flatten(value).Select(v => v.GetInt32())];

    public static string[] Strings(JsonElement value) => [.. value.EnumerateArray().Select(v => v.GetString()!)];

    public static long[] Shape(JsonElement value)
    {
        List<long> shape = [];
        for (; value.ValueKind == JsonValueKind.Array; value = value[0])
        {
            shape.Add(value.GetArrayLength());
            if (shape[^1] == 0) break;
        }
        return [.. shape];
    }

    /// <summary>A shape as it is written: a list of sides.</summary>
    public static long[] Sides(JsonElement value) => [.. value.EnumerateArray().Select(s => s.GetInt64())];

    public static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    public static double Number(JsonElement parent, string name, double absent) => parent.TryGetProperty(name, out JsonElement value) ? Number(value) : absent;

    static IEnumerable<JsonElement> Flatten(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flatten) : [value];
}
