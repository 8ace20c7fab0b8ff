using System.Collections.Concurrent;
using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>
/// Takes an evaluation apart: by box size, persons, video and IoU, by kinds of errors, calibration and confusion of classes.
/// </summary>
public static class DetectionAnalysis
{
    /// <summary>The IoU thresholds of <see cref="AnalysisResult.ByIoU"/>.</summary>
    public static IReadOnlyList<double> IoUThresholds { get; } = [.. Enumerable.Range(0, 10).Select(i => (50 + 5 * i) / 100.0)];

    /// <summary>Analyses detections. Rows are held in memory; the figures do not depend on the number of processors.</summary>
    /// <param name="groundTruth">Ground truth, normalised boxes.</param>
    /// <param name="detections">Detections in the order of their file, which decides among equal scores.</param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">Keyframes that are not evaluated; null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="emptyKeyframes">Keyframes that were annotated and show nobody; see <see cref="FrameMap.Evaluate"/>.</param>
    /// <param name="cancellationToken">Ends the analysis early.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no classes, or a class id is less than 1.</exception>
    /// <exception cref="AnnotationFormatException">As <see cref="FrameMap.Evaluate"/>.</exception>
    public static AnalysisResult Run(
        IReadOnlyList<AnnotationRow> groundTruth, IReadOnlyList<DetectionRow> detections, IReadOnlyList<LabelMapEntry> classes,
        IEnumerable<KeyframeKey>? excluded = null, AnalysisOptions? options = null, IEnumerable<KeyframeKey>? emptyKeyframes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(classes);
        options ??= new();
        options.Validate();
        KeyframeKey[] left = [.. excluded ?? []], empty = [.. emptyKeyframes ?? []];
        FrameMapOptions rules = options.Rules with { KeepCurves = true };
        FrameMapResult result = FrameMap.Evaluate(groundTruth, detections, classes, left, rules, empty, cancellationToken);
        AnalysisInput input = AnalysisInput.Read(groundTruth, detections, classes, left, empty, rules, cancellationToken);
        MatchedClass[] matched = Match(input, rules, cancellationToken);
        bool[][] hits = new bool[matched.Length][];
        int[][] taken = new int[matched.Length][];
        ForEach(matched.Length, rules, c => hits[c] = matched[c].Match(rules.IouThreshold, out taken[c]), cancellationToken);

        int[] persons = CountPersons(input);
        Slicer slicer = new(input.Classes, matched, hits, taken);
        (double Small, double Large) sizes = options.SizeBounds ?? Terciles(input);
        int[] videos = Videos(input, out string[] names);
        return new()
        {
            Result = result,
            OperatingPoints = [.. result.Classes.Select(c => new ClassOperatingPoints(
                c.Id, c.Name, c.Curve?.BestF1(), c.Curve is { } curve ? [.. options.Thresholds.Select(curve.At)] : []))],
            BySize = slicer.ByBox(["small", "medium", "large"], box => box.Area < sizes.Small ? 0 : box.Area < sizes.Large ? 1 : 2),
            SizeBounds = sizes,
            ByPersons = [.. slicer.ByKeyframe(PersonNames(options.ManyPersons), k => Math.Min(persons[k], options.ManyPersons))
                .Where((s, i) => i > 0 || s.NumDetections > 0)],
            ByVideo = slicer.ByKeyframe(names, k => videos[k]),
            ByIoU = ByIoU(matched, rules, cancellationToken),
            Calibration = Calibrator.Over(
                options.CalibrationBins, Enumerable.Range(0, matched.Length).Select(c => (matched[c].Detections.Scores, hits[c]))),
            CalibrationByClass = [.. Enumerable.Range(0, matched.Length).Select(c =>
                Calibrator.Over(options.CalibrationBins, [(matched[c].Detections.Scores, hits[c])]))],
            CoOccurrence = PersonPairs.Count(input, rules.IouThreshold,
                [.. result.Classes.Select(c => options.CoOccurrenceThreshold ?? c.Curve?.BestF1()?.Threshold ?? double.PositiveInfinity)]),
            Errors = new ErrorSorter(input, matched, hits, taken, options).Run(cancellationToken),
            Options = options,
        };
    }

    /// <summary>Matches every class, several at once.</summary>
    internal static MatchedClass[] Match(AnalysisInput input, FrameMapOptions rules, CancellationToken token)
    {
        MatchedClass[] matched = new MatchedClass[input.Classes.Length];
        ForEach(matched.Length, rules, c => matched[c] = new(input.Detections[c], input.Truth[c], rules.Ties), token);
        return matched;
    }

    /// <summary>Mean of the numbers that are not NaN; NaN without any.</summary>
    internal static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    internal static void ForEach(int count, FrameMapOptions rules, Action<int> work, CancellationToken token) => Parallel.ForEach(
        Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering),
        new ParallelOptions { CancellationToken = token, MaxDegreeOfParallelism = rules.MaxDegreeOfParallelism }, work);

    static IoUResult[] ByIoU(MatchedClass[] matched, FrameMapOptions rules, CancellationToken token)
    {
        IoUResult[] results = new IoUResult[IoUThresholds.Count];
        ForEach(results.Length, rules, i =>
        {
            double[] areas = [.. matched.Select(m => m.AveragePrecisionAt(IoUThresholds[i]))];
            results[i] = new(IoUThresholds[i], Mean(areas), areas);
        }, token);
        return results;
    }

    static IEnumerable<(int Keyframe, Box Box)> Persons(AnalysisInput input) =>
        input.Truth.SelectMany(t => t.Keyframes.Zip(t.Boxes)).Distinct();

    static int[] CountPersons(AnalysisInput input)
    {
        int[] persons = new int[input.Keyframes.Length];
        foreach ((int keyframe, _) in Persons(input)) persons[keyframe]++;
        return persons;
    }

    static string[] PersonNames(int many) => [.. Enumerable.Range(0, many + 1).Select(n => n == 0 ? "nobody"
        : n == many ? $"{n}+ persons" : n == 1 ? "1 person" : $"{n} persons")];

    static (double Small, double Large) Terciles(AnalysisInput input)
    {
        double[] areas = [.. Persons(input).Select(p => p.Box.Area).Order()];
        return areas.Length == 0 ? (double.NaN, double.NaN) : (areas[areas.Length / 3], areas[2 * areas.Length / 3]);
    }

    /// <summary>By keyframe: the place of its video among the videos' ids; −1 for keyframes without boxes.</summary>
    static int[] Videos(AnalysisInput input, out string[] names)
    {
        bool[] used = new bool[input.Keyframes.Length];
        foreach (ClassBoxes boxes in input.Truth.Concat(input.Detections))
        {
            foreach (int keyframe in boxes.Keyframes) used[keyframe] = true;
        }
        names = [.. input.Keyframes.Where((_, k) => used[k]).Select(k => k.VideoId).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = names.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal);
        return [.. input.Keyframes.Select((k, i) => used[i] ? places[k.VideoId] : -1)];
    }
}
