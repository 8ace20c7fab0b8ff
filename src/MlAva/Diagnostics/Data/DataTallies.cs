namespace MlAva.Diagnostics;

/// <summary>The numbers of an examination.</summary>
public sealed record DataTallies
{
    /// <summary>Every file that was read, annotations first.</summary>
    public required IReadOnlyList<DataFileTally> Files { get; init; }

    /// <summary>
    /// Truth boxes by the IoU of the best proposal that would be used (score threshold applied): ten bins of width 0.1, the last with
    /// IoU 1; null without proposals.
    /// </summary>
    public IReadOnlyList<long>? ProposalIoU { get; init; }

    /// <summary>
    /// Truth boxes by the IoU of the best detection of any class, ten bins of width 0.1, on at most 2000 keyframes, after what can be
    /// mended is mended; null without detections.
    /// </summary>
    public IReadOnlyList<long>? DetectionIoU { get; init; }

    /// <summary>
    /// The share of keyframes that mAP figures of the report are computed on; 1 unless there are more detections than
    /// <see cref="DataDoctorOptions.TrialRows"/>.
    /// </summary>
    public double SampledShare { get; init; } = 1;
}
