namespace MlAva.Evaluation;

/// <summary>The files of an evaluation. All but label maps and pickles may be packed (<c>.csv.gz</c>).</summary>
public sealed record FrameMapFiles
{
    /// <summary>Ground truth: video, seconds, x1, y1, x2, y2, action, person.</summary>
    public required string Annotations { get; init; }

    /// <summary>Detections: video, seconds, x1, y1, x2, y2, action, score. Null where they come as rows.</summary>
    public string? Detections { get; init; }

    /// <summary>Excluded timestamps: video, seconds. Null for none.</summary>
    public string? Exclude { get; init; }

    /// <summary>The keyframes to evaluate: video, seconds. Null for none; makes the set <see cref="EvaluationSet.Listed"/>.</summary>
    public string? Keyframes { get; init; }

    /// <summary>
    /// Person boxes (.pkl or .csv) whose keyframes are evaluated besides those with ground truth. Null for none; makes the set
    /// <see cref="EvaluationSet.Proposals"/>.
    /// </summary>
    public string? Proposals { get; init; }
}
