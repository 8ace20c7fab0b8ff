namespace MlAva.Evaluation.Analysis;

/// <summary>Answers instead of one number: where a detector's mAP comes from and where it is lost. Immutable.</summary>
public sealed record AnalysisResult
{
    /// <summary>The evaluation, with precision–recall curves and AVA's groups.</summary>
    public required FrameMapResult Result { get; init; }

    /// <summary>Precision, recall and F1 of each class at chosen thresholds and at the best.</summary>
    public required IReadOnlyList<ClassOperatingPoints> OperatingPoints { get; init; }

    /// <summary>
    /// Small, medium and large boxes, by share of the frame's area. Ground truth counts by its own size; a detection that took
    /// ground truth counts with it, any other by its own size (COCO's rule).
    /// </summary>
    public required IReadOnlyList<SliceResult> BySize { get; init; }

    /// <summary>Shares of the frame's area at which small ends and large begins; NaN without ground truth.</summary>
    public required (double Small, double Large) SizeBounds { get; init; }

    /// <summary>
    /// Keyframes by the number of persons annotated in them; those with <see cref="AnalysisOptions.ManyPersons"/> and more together.
    /// </summary>
    public required IReadOnlyList<SliceResult> ByPersons { get; init; }

    /// <summary>Each video on its own, in ordinal order of ids.</summary>
    public required IReadOnlyList<SliceResult> ByVideo { get; init; }

    /// <summary>IoU thresholds from 0.5 to 0.95 in steps of 0.05.</summary>
    public required IReadOnlyList<IoUResult> ByIoU { get; init; }

    /// <summary>Mean of the mAP over <see cref="ByIoU"/>, as COCO has it; NaN without ground truth.</summary>
    public double MeanOverIoU => ByIoU.Average(r => r.MeanAveragePrecision);

    /// <summary>Calibration of the detections of all classes together.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Calibration of each class, by ascending id.</summary>
    public required IReadOnlyList<Calibration> CalibrationByClass { get; init; }

    /// <summary>Which classes persons have and which they are given.</summary>
    public required CoOccurrence CoOccurrence { get; init; }

    /// <summary>Kinds of errors and what mending them would gain.</summary>
    public required ErrorBreakdown Errors { get; init; }

    /// <summary>The options that the figures were computed with.</summary>
    public required AnalysisOptions Options { get; init; }
}
