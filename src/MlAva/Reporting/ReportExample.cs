using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Reporting;

/// <summary>A keyframe to look at: the picture, who is in it, what they do, and what the detector says they do.</summary>
public sealed record ReportExample
{
    /// <summary>The keyframe.</summary>
    public required RgbImage Keyframe { get; init; }

    /// <summary>The frames that the network saw, for a filmstrip; null for none.</summary>
    public VideoClip? Clip { get; init; }

    /// <summary>For example video and second: <c>mini-val-003, 907 s</c>.</summary>
    public string Caption { get; init; } = "";

    /// <summary>The persons, in the order of their numbers in the picture.</summary>
    public IReadOnlyList<ReportPerson> Persons { get; init; } = [];

    /// <summary>
    /// An example from rows of the files. Rows with one box are one person; a scored box belongs to the annotated one that it overlaps most,
    /// the best overlaps first. Persons are ordered from left to right.
    /// </summary>
    /// <param name="keyframe">The picture.</param>
    /// <param name="truth">The keyframe's annotations.</param>
    /// <param name="detections">The keyframe's detections.</param>
    /// <param name="classes">Names of the classes; rows of other classes are left out.</param>
    /// <param name="caption">For example video and second.</param>
    /// <param name="clip">The frames that the network saw.</param>
    /// <param name="iouThreshold">The smallest overlap at which two boxes are one person.</param>
    public static ReportExample Create(
        RgbImage keyframe, IEnumerable<AnnotationRow> truth, IEnumerable<DetectionRow> detections, IReadOnlyList<LabelMapEntry> classes,
        string caption = "", VideoClip? clip = null, double iouThreshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(keyframe);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(classes);
        Dictionary<int, string> names = classes.GroupBy(c => c.Id).ToDictionary(g => g.Key, g => g.Last().Name);
        List<ReportPerson> annotated = [.. truth.Where(t => names.ContainsKey(t.ActionId)).GroupBy(t => (t.Box, t.PersonId)).Select(g =>
            new ReportPerson { TrueBox = g.Key.Box, TrueLabels = [.. g.Select(t => names[t.ActionId]).Distinct()] })];
        List<ReportPerson> found = [.. detections.Where(d => names.ContainsKey(d.ActionId)).GroupBy(d => d.Box).Select(g =>
            new ReportPerson { PredictedBox = g.Key, Predictions = [.. g.Select(d => new ScoredLabel(names[d.ActionId], d.Score))] })];

        var pairs = from t in annotated from d in found
                    let overlap = Box.IoU(t.TrueBox!.Value, d.PredictedBox!.Value)
                    where overlap >= iouThreshold
                    orderby overlap descending
                    select (Annotated: t, Found: d);
        // By reference: two persons may have equal boxes and labels.
        HashSet<ReportPerson> taken = new(ReferenceEqualityComparer.Instance);
        List<ReportPerson> persons = [];
        foreach (var (t, d) in pairs)
        {
            if (taken.Contains(t) || taken.Contains(d)) continue;
            taken.Add(t);
            taken.Add(d);
            persons.Add(t with { PredictedBox = d.PredictedBox, Predictions = d.Predictions });
        }
        persons.AddRange(annotated.Concat(found).Where(p => !taken.Contains(p)));
        return new()
        {
            Keyframe = keyframe,
            Clip = clip,
            Caption = caption,
            Persons = [.. persons.OrderBy(p => (p.TrueBox ?? p.PredictedBox)!.Value is var box ? box.X1 + box.X2 : 0)],
        };
    }

    /// <summary>The persons worth showing at a threshold: annotated ones, and others of whom something is said.</summary>
    internal IReadOnlyList<(ReportPerson Person, IReadOnlyList<LabelVerdict> Labels)> Shown(double threshold) =>
        [.. Persons.Select(p => (Person: p, Labels: p.Verdicts(threshold))).Where(p => p.Person.TrueBox is not null || p.Labels.Count > 0)];
}
