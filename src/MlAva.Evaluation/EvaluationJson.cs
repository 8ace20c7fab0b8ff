using System.Text;
using System.Text.Json;

namespace MlAva.Evaluation;

/// <summary>Writes results as JSON in full double precision; NaN becomes <c>null</c>.</summary>
public static class EvaluationJson
{
    static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes a result as UTF-8 JSON. Writing a file safely (temporary name, then move) is the caller's part.</summary>
    /// <param name="stream">Where to; it is left open.</param>
    /// <param name="result">What.</param>
    public static void Write(Stream stream, FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        using Utf8JsonWriter json = new(stream, Indented);
        WriteValue(json, result);
    }

    /// <summary>Writes a result as a value of a larger document.</summary>
    internal static void WriteValue(Utf8JsonWriter json, FrameMapResult result)
    {
        json.WriteStartObject();
        WriteDouble(json, "mAP", result.MeanAveragePrecision);
        WriteDouble(json, "mAPLowest", result.MeanAveragePrecisionBounds.Lowest);
        WriteDouble(json, "mAPHighest", result.MeanAveragePrecisionBounds.Highest);
        if (result.UndefinedReason is { } reason) json.WriteString("undefinedReason", reason);
        json.WriteString("protocol", result.Options.Protocol.Word());
        json.WriteString("ties", result.Options.Ties.Word());
        json.WriteString("evaluationSet", result.EvaluationSet.Word());
        WriteDouble(json, "iouThreshold", result.Options.IouThreshold);
        if (result.Options.CustomClasses is { } custom)
        {
            json.WriteStartArray("customClasses");
            foreach (int id in custom) json.WriteNumberValue(id);
            json.WriteEndArray();
        }

        json.WriteNumber("classesAveraged", result.NumClassesAveraged);
        WriteCounts(json, result.Counts);

        json.WriteStartArray("remarks");
        foreach (string remark in result.Remarks) json.WriteStringValue(remark);
        json.WriteEndArray();

        json.WriteStartArray("groups");
        foreach (GroupResult group in result.Groups)
        {
            json.WriteStartObject();
            json.WriteString("group", group.Group.Word());
            WriteDouble(json, "mAP", group.MeanAveragePrecision);
            json.WriteNumber("classes", group.NumClasses);
            json.WriteNumber("classesAveraged", group.NumClassesAveraged);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("classes");
        foreach (ClassResult c in result.Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("id", c.Id);
            json.WriteString("name", c.Name);
            json.WriteString("group", c.Group.Word());
            WriteDouble(json, "ap", c.AveragePrecision);
            WriteDouble(json, "apLowest", c.AveragePrecisionBounds.Lowest);
            WriteDouble(json, "apHighest", c.AveragePrecisionBounds.Highest);
            json.WriteNumber("numGroundTruth", c.NumGroundTruth);
            json.WriteNumber("numDetections", c.NumDetections);
            json.WriteNumber("numTruePositives", c.NumTruePositives);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The same JSON as text.</summary>
    /// <param name="result">The result.</param>
    public static string ToJson(FrameMapResult result)
    {
        using MemoryStream stream = new();
        Write(stream, result);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static void WriteCounts(Utf8JsonWriter json, FrameMapCounts counts)
    {
        json.WriteNumber("keyframes", counts.Keyframes);
        json.WriteStartObject("counts");
        json.WriteNumber("keyframesWithGroundTruth", counts.KeyframesWithGroundTruth);
        json.WriteNumber("keyframesWithGroundTruthAndDetections", counts.KeyframesWithGroundTruthAndDetections);
        json.WriteNumber("keyframesExcluded", counts.KeyframesExcluded);
        json.WriteNumber("groundTruthRows", counts.GroundTruthRows);
        json.WriteNumber("groundTruthOfOtherClasses", counts.GroundTruthOfOtherClasses);
        json.WriteNumber("groundTruthExcluded", counts.GroundTruthExcluded);
        json.WriteNumber("groundTruthOutsideSet", counts.GroundTruthOutsideSet);
        json.WriteNumber("groundTruth", counts.GroundTruth);
        json.WriteNumber("groundTruthWithoutArea", counts.GroundTruthWithoutArea);
        json.WriteNumber("detectionRows", counts.DetectionRows);
        json.WriteNumber("detectionsOfOtherClasses", counts.DetectionsOfOtherClasses);
        json.WriteNumber("detectionsExcluded", counts.DetectionsExcluded);
        json.WriteNumber("detectionsOutsideSet", counts.DetectionsOutsideSet);
        json.WriteNumber("detectionsOverCapacity", counts.DetectionsOverCapacity);
        json.WriteNumber("detectionsWithoutArea", counts.DetectionsWithoutArea);
        json.WriteNumber("detectionsOfLowScore", counts.DetectionsOfLowScore);
        json.WriteNumber("detections", counts.Detections);
        json.WriteNumber("detectionsOnKeyframesWithoutGroundTruth", counts.DetectionsOnKeyframesWithoutGroundTruth);
        json.WriteEndObject();
    }

    static void WriteDouble(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
