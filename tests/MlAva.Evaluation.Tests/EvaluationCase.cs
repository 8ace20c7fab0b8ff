using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>Ground truth, detections, label map and exclusions of one case, read by the simplest means.</summary>
sealed partial record EvaluationCase(
    AnnotationRow[] GroundTruth, DetectionRow[] Detections, LabelMapEntry[] Classes, KeyframeKey[] Excluded, KeyframeKey[] WithoutPeople)
{
    public static EvaluationCase Load(string groundTruth, string detections, string labelMap, string excluded) => new(
        [.. Rows(groundTruth).Where(f => f.Length > 2).Select(f => new AnnotationRow(f[0], Number(f[1]), BoxOf(f), (int)Number(f[6]), (int)Last(f, -1)))],
        [.. Rows(detections).Select(f => new DetectionRow(f[0], Number(f[1]), BoxOf(f), (int)Number(f[6]), Last(f, 1)))],
        [.. Item().Matches(File.ReadAllText(labelMap)).Select(m => new LabelMapEntry((int)Number(m.Groups[2].Value), m.Groups[1].Value, default))],
        [.. Rows(excluded).Select(f => new KeyframeKey(f[0], Number(f[1])))],
        [.. Rows(groundTruth).Where(f => f.Length == 2).Select(f => new KeyframeKey(f[0], Number(f[1])))]);

    public FrameMapResult Evaluate(FrameMapOptions options, bool exclude = true, params int[] only) => FrameMap.Evaluate(
        GroundTruth, Detections, [.. Classes.Where(c => only.Length == 0 || only.Contains(c.Id))], exclude ? Excluded : null, options, WithoutPeople);

    static double Last(string[] fields, double absent) => fields.Length > 7 ? Number(fields[7]) : absent;

    static Box BoxOf(string[] fields) => new(Number(fields[2]), Number(fields[3]), Number(fields[4]), Number(fields[5]));

    static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    static IEnumerable<string[]> Rows(string path)
    {
        using Stream file = File.OpenRead(path);
        bool zipped = path.EndsWith(".gz", StringComparison.Ordinal);
        using StreamReader reader = new(zipped ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.ReadLine() is { } line)
        {
            // No field of the cases holds a comma, so quotes can simply go.
            if (line.Length > 0) yield return line.Replace("\"", "", StringComparison.Ordinal).Split(',');
        }
    }

    [GeneratedRegex("""name: "([^"]*)"\s+(?:id|label_id): (\d+)""")]
    private static partial Regex Item();
}
