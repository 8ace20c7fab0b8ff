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

    /// <summary>Analyses detections, all in one pass over the rows. The figures do not depend on the number of processors.</summary>
    /// <param name="groundTruth">Ground truth, normalised boxes.</param>
    /// <param name="detections">Detections in the order of their file, which decides among equal scores.</param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">Keyframes that are not evaluated; null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="emptyKeyframes">Keyframes that were annotated and show nobody; see <see cref="FrameMap.Evaluate"/>.</param>
    /// <param name="keyframes">Keyframes to evaluate, where the rules ask for a list; see <see cref="FrameMap.Evaluate"/>.</param>
    /// <param name="cancellationToken">Ends the analysis early.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no classes, or a class id is less than 1.</exception>
    /// <exception cref="AnnotationFormatException">As <see cref="FrameMap.Evaluate"/>.</exception>
    public static AnalysisResult Run(
        IReadOnlyList<AnnotationRow> groundTruth, IReadOnlyList<DetectionRow> detections, IReadOnlyList<LabelMapEntry> classes,
        IEnumerable<KeyframeKey>? excluded = null, AnalysisOptions? options = null, IEnumerable<KeyframeKey>? emptyKeyframes = null,
        IEnumerable<KeyframeKey>? keyframes = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(classes);
        KeyframeKey[]? left = excluded?.ToArray(), empty = emptyKeyframes?.ToArray(), listed = keyframes?.ToArray();
        return Run(
            rules => FrameMap.Evaluate(groundTruth, detections, classes, left, rules, empty, listed, cancellationToken), options, cancellationToken);
    }

    /// <summary>Analyses files; detections are streamed, once.</summary>
    /// <param name="files">Where ground truth, detections and the rest are.</param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told of each part of the detections file read; null for nobody.</param>
    /// <param name="cancellationToken">Ends the analysis early.</param>
    /// <exception cref="ArgumentException">As <see cref="FrameMap.EvaluateFiles"/>.</exception>
    /// <exception cref="AnnotationFormatException">As <see cref="FrameMap.EvaluateFiles"/>.</exception>
    public static AnalysisResult RunFiles(
        FrameMapFiles files, IReadOnlyList<LabelMapEntry> classes, AnalysisOptions? options = null,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Run(
            rules => FrameMap.EvaluateFiles(files, classes, rules, null, progress, cancellationToken), options, cancellationToken);
    }

    static AnalysisResult Run(Func<FrameMapOptions, FrameMapResult> evaluate, AnalysisOptions? options, CancellationToken cancellationToken)
    {
        options ??= new();
        options.Validate();
        FrameMapOptions rules = options.Rules;
        FrameMapResult result = evaluate(rules with { KeepCurves = true, KeepMatches = true, FurtherThresholds = IoUThresholds });
        AnalysisInput input = AnalysisInput.From(result);
        MatchedClass[] matched = input.Classes;
        int[] persons = CountPersons(input);
        Slicer slicer = new(matched);
        (double Small, double Large) sizes = options.SizeBounds ?? Terciles(input);
        int[] videos = Videos(input, out string[] names);
        return new()
        {
            // Matches are as large as the detections file.
            Result = result with { Matches = null, FurtherPrecisions = [], Options = result.Options with { FurtherThresholds = [] } },
            OperatingPoints = [.. result.Classes.Select(c => new ClassOperatingPoints(
                c.Id, c.Name, c.Curve?.BestF1(), c.Curve is { } curve ? [.. options.Thresholds.Select(curve.At)] : []))],
            BySize = slicer.ByBox(["small", "medium", "large"], box => box.Area < sizes.Small ? 0 : box.Area < sizes.Large ? 1 : 2),
            SizeBounds = sizes,
            ByPersons = [.. slicer.ByKeyframe(PersonNames(options.ManyPersons), k => Math.Min(persons[k], options.ManyPersons))
                .Where((s, i) => i > 0 || s.NumDetections > 0)],
            ByVideo = slicer.ByKeyframe(names, k => videos[k]),
            ByIoU = ByIoU(result),
            Calibration = Calibrator.Over(options.CalibrationBins, matched),
            CalibrationByClass = [.. matched.Select(m => Calibrator.Over(options.CalibrationBins, [m]))],
            CoOccurrence = PersonPairs.Count(input, rules.IouThreshold,
                [.. result.Classes.Select(c => options.CoOccurrenceThreshold ?? c.Curve?.BestF1()?.Threshold ?? double.PositiveInfinity)]),
            Errors = new ErrorSorter(input, options).Run(cancellationToken),
            Options = options,
        };
    }

    /// <summary>Mean of the numbers that are not NaN; NaN without any.</summary>
    internal static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    internal static void ForEach(int count, FrameMapOptions rules, Action<int> work, CancellationToken token) => Parallel.ForEach(
        Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering),
        new ParallelOptions { CancellationToken = token, MaxDegreeOfParallelism = rules.MaxDegreeOfParallelism }, work);

    static IoUResult[] ByIoU(FrameMapResult result) =>
    [
        .. IoUThresholds.Select((threshold, k) => new IoUResult(
            threshold, Mean(result.FurtherPrecisions.Select(p => p[k])), [.. result.FurtherPrecisions.Select(p => p[k])])),
    ];

    static IEnumerable<(int Keyframe, Box Box)> Persons(AnalysisInput input) =>
        input.Classes.SelectMany(m => m.Truth.Keyframes.Zip(m.Truth.Boxes)).Distinct();

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
        foreach (ClassBoxes boxes in input.Classes.SelectMany(m => new[] { m.Truth, m.Detections }))
        {
            foreach (int keyframe in boxes.Keyframes) used[keyframe] = true;
        }
        names = [.. input.Keyframes.Where((_, k) => used[k]).Select(k => k.VideoId).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = names.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal);
        return [.. input.Keyframes.Select((k, i) => used[i] ? places[k.VideoId] : -1)];
    }
}
