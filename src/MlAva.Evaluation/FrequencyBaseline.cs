using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// The detector that looks at nothing: it gives every person box, for every class, the class's frequency in the training set as score. Its
/// mAP is the floor that a trained model has to leave behind.
/// </summary>
/// <remarks>
/// Within a class all its scores are equal, so its AP is close to the share of the boxes that have the action, and its digits depend on
/// <see cref="TieOrder"/>.
/// </remarks>
public static class FrequencyBaseline
{
    /// <summary>The share of training boxes that carry each class, 0–1. Rows with the same keyframe and box are one box.</summary>
    /// <param name="training">The training set's annotations.</param>
    /// <param name="classes">The classes; those that never occur get 0.</param>
    public static IReadOnlyDictionary<int, double> Frequencies(IEnumerable<AnnotationRow> training, IReadOnlyList<LabelMapEntry> classes)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(classes);
        HashSet<(KeyframeKey, Box)> boxes = [];
        HashSet<(KeyframeKey, Box, int)> labelled = [];
        foreach (AnnotationRow row in training)
        {
            boxes.Add((row.Key, row.Box));
            labelled.Add((row.Key, row.Box, row.ActionId));
        }

        Dictionary<int, int> counts = labelled.CountBy(l => l.Item3).ToDictionary();
        double total = Math.Max(boxes.Count, 1);
        return classes.Select(c => c.Id).Distinct().ToDictionary(id => id, id => counts.GetValueOrDefault(id) / total);
    }

    /// <summary>The baseline's detections: every box with every class, in the order of the boxes, classes in the order given.</summary>
    /// <param name="boxes">Person boxes (proposals), normalised.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="frequencies">Score of each class id; a class that is missing gets 0.</param>
    public static IEnumerable<DetectionRow> Detections(
        IEnumerable<(KeyframeKey Keyframe, Box Box)> boxes,
        IReadOnlyList<LabelMapEntry> classes,
        IReadOnlyDictionary<int, double> frequencies)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(frequencies);
        return from b in boxes
               from c in classes
               select new DetectionRow(b.Keyframe.VideoId, b.Keyframe.Timestamp, b.Box, c.Id, frequencies.GetValueOrDefault(c.Id));
    }

    /// <summary>Evaluates the baseline.</summary>
    /// <param name="groundTruth">The validation set's ground truth, normalised boxes.</param>
    /// <param name="boxes">The validation set's person boxes (proposals), normalised.</param>
    /// <param name="classes">The classes to evaluate.</param>
    /// <param name="frequencies">Score of each class id, as <see cref="Frequencies"/> gives it; a class that is missing gets 0.</param>
    /// <param name="excluded">Keyframes that are not evaluated; null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">As <see cref="FrameMap.Evaluate"/>.</exception>
    /// <exception cref="AnnotationFormatException">As <see cref="FrameMap.Evaluate"/>.</exception>
    public static FrameMapResult Evaluate(
        IEnumerable<AnnotationRow> groundTruth,
        IEnumerable<(KeyframeKey Keyframe, Box Box)> boxes,
        IReadOnlyList<LabelMapEntry> classes,
        IReadOnlyDictionary<int, double> frequencies,
        IEnumerable<KeyframeKey>? excluded = null,
        FrameMapOptions? options = null,
        CancellationToken cancellationToken = default) =>
        FrameMap.Evaluate(
            groundTruth, Detections(boxes, classes, frequencies), classes, excluded, options, cancellationToken: cancellationToken);
}
