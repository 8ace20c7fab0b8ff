using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

/// <summary>Ground truth, detections, label map and exclusions of one case.</summary>
sealed record EvaluationCase(
    AnnotationFile GroundTruth, IReadOnlyList<DetectionRow> Detections, LabelMap Classes, ExcludedTimestamps Excluded)
{
    public static EvaluationCase Load(string groundTruth, string detections, string labelMap, string excluded) => new(
        AnnotationFile.Read(groundTruth), DetectionFile.Read(detections), LabelMap.Read(labelMap), ExcludedTimestamps.Read(excluded));

    public FrameMapResult Evaluate(FrameMapOptions options, bool exclude = true, params int[] only)
    {
        LabelMapEntry[] classes = [.. Classes.Where(c => only.Length == 0 || only.Contains(c.Id))];
        IReadOnlyList<KeyframeKey>? excluded = exclude ? Excluded.Keys : null;
        return FrameMap.Evaluate(GroundTruth.Rows, Detections, classes, excluded, options, GroundTruth.EmptyKeyframes);
    }
}
