namespace MlAva.Diagnostics;

/// <summary>What is mended in memory before mAP is computed.</summary>
sealed record Mending
{
    public BoxMap TruthBoxes { get; init; } = BoxMap.Identity;

    public ActionMap TruthActions { get; init; } = ActionMap.Identity;

    public bool DistinctTruth { get; init; }

    /// <summary>Makes the detections' keyframes those of the annotations.</summary>
    public KeyMap Keys { get; init; } = KeyMap.Identity;

    public BoxMap DetectionBoxes { get; init; } = BoxMap.Identity;

    public ActionMap DetectionActions { get; init; } = ActionMap.Identity;

    public bool DistinctDetections { get; init; }

    public bool IgnoresExclusions { get; init; }
}
