namespace MlAva.Evaluation;

/// <summary>What <see cref="ClassMatcher"/> finds out about a class.</summary>
sealed class RankedClass
{
    public int NumGroundTruth { get; init; }

    public int NumDetections { get; init; }

    public int NumTruePositives { get; init; }

    public double AveragePrecision { get; init; }

    /// <summary>AP at each of <see cref="FrameMapOptions.FurtherThresholds"/>.</summary>
    public double[] FurtherPrecisions { get; init; } = [];

    public TieBounds Bounds { get; init; }

    public PrecisionRecallCurve? Curve { get; init; }

    public ClassMatches? Matches { get; init; }

    /// <summary>How many detections were crowded out of a keyframe by better ones of the class.</summary>
    public IReadOnlyList<KeyValuePair<int, int>> CrowdedOut { get; init; } = [];
}
