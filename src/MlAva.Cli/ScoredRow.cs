using Microsoft.ML.Data;

namespace MlAva.Cli;

/// <summary>A scored keyframe; the properties are the columns.</summary>
sealed class ScoredRow
{
    public string VideoId { get; set; } = "";

    public float Timestamp { get; set; }

    [VectorType]
    public float[] PredictedBoxes { get; set; } = [];

    [VectorType]
    public float[] Score { get; set; } = [];
}
