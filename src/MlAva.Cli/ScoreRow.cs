using Microsoft.ML.Data;

namespace MlAva.Cli;

/// <summary>A keyframe to score; the properties are the columns.</summary>
sealed class ScoreRow
{
    public string VideoId { get; set; } = "";

    public float Timestamp { get; set; }

    public string Source { get; set; } = "";

    [VectorType]
    public float[] Proposals { get; set; } = [];
}
