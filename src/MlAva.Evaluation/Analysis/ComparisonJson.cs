using System.Text.Json;

namespace MlAva.Evaluation.Analysis;

/// <summary>Writes comparisons as JSON in full double precision; NaN becomes <c>null</c>.</summary>
public static class ComparisonJson
{
    static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes a comparison as UTF-8 JSON. Writing a file safely (temporary name, then move) is the caller's part.</summary>
    /// <param name="stream">Where to; it is left open.</param>
    /// <param name="comparison">What.</param>
    public static void Write(Stream stream, ComparisonResult comparison)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(comparison);
        using Utf8JsonWriter json = new(stream, Indented);
        json.WriteStartObject();
        json.WriteNumber("videos", comparison.NumVideos);
        json.WriteNumber("samples", comparison.Options.Samples);
        json.WriteNumber("seed", comparison.Options.Seed);
        json.WriteNumber("confidence", comparison.Options.Confidence);
        json.WriteNumber("iouThreshold", comparison.Options.Rules.IouThreshold);
        json.WriteString("protocol", comparison.Options.Rules.Protocol.Word());
        json.WriteString("ties", comparison.Options.Rules.Ties.Word());
        json.WriteStartArray("runs");
        foreach (ComparedRun run in comparison.Runs)
        {
            json.WriteStartObject();
            json.WriteString("name", run.Name);
            Write(json, "mAP", run.Result.MeanAveragePrecision, run.Interval);
            json.WritePropertyName("evaluation");
            EvaluationJson.WriteValue(json, run.Result);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("differences");
        foreach (RunDifference difference in comparison.Differences) Write(json, difference);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, RunDifference difference)
    {
        json.WriteStartObject();
        json.WriteString("name", difference.Name);
        Write(json, "difference", difference.Difference, difference.Interval);
        Write(json, "shareBetter", difference.ShareBetter);
        json.WriteStartArray("classes");
        foreach (ClassDifference c in difference.Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("id", c.Id);
            json.WriteString("name", c.Name);
            json.WriteNumber("numGroundTruth", c.NumGroundTruth);
            Write(json, "before", c.Before);
            Write(json, "after", c.After);
            Write(json, "difference", c.Difference, c.Interval);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, double value, Interval interval)
    {
        Write(json, name, value);
        Write(json, "low", interval.Low);
        Write(json, "high", interval.High);
    }

    static void Write(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
