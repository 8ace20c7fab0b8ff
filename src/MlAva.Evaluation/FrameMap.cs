using System.Collections.Concurrent;
using System.Globalization;
using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// Frame-mAP as AVA defines it (reference specification §8): for each class, all detections of all keyframes ranked by score, each a true
/// positive if the ground-truth box it overlaps most is free and overlaps enough; average precision over recall; the mean over classes.
/// </summary>
public static class FrameMap
{
    /// <summary>Evaluates detections. Keyframes are processed in order of their first detection of an evaluated class.</summary>
    /// <param name="groundTruth">Ground truth, normalised boxes. Rows of classes that are not evaluated are counted and left out.</param>
    /// <param name="detections">
    /// Detections in the order of their file, which decides among equal scores. Boxes in the unit of the ground truth. Rows of classes
    /// that are not evaluated are counted and left out.
    /// </param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">Keyframes that are not evaluated (AVA's excluded timestamps); null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="emptyKeyframes">
    /// Keyframes that were annotated and show nobody (AVA-Kinetics' two-column rows). They matter only to
    /// <see cref="MatchingProtocol.ActivityNet2020"/>, which ignores detections on keyframes that the ground truth does not name.
    /// </param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no classes, or a class id is less than 1.</exception>
    /// <exception cref="AnnotationFormatException">
    /// A ground-truth box that has to be compared with a detection is inverted, a score is NaN, or a timestamp is not finite.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static FrameMapResult Evaluate(
        IEnumerable<AnnotationRow> groundTruth,
        IEnumerable<DetectionRow> detections,
        IReadOnlyList<LabelMapEntry> classes,
        IEnumerable<KeyframeKey>? excluded = null,
        FrameMapOptions? options = null,
        IEnumerable<KeyframeKey>? emptyKeyframes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(classes);
        options ??= new();
        options.Validate();
        LabelMapEntry[] evaluated = Distinct(classes);
        InputReader reader = new(evaluated, options, cancellationToken);
        reader.Exclude(excluded ?? []);
        reader.ReadDetections(detections);
        reader.ReadGroundTruth(groundTruth, emptyKeyframes ?? []);
        BoxColumns[] found = reader.Detections;
        BoxColumns[] truth = reader.GroundTruth;

        ClassResult[] results = Match(evaluated, found, truth, reader.Keyframes, options, cancellationToken);
        FrameMapCounts counts = CountKeyframes(found, truth, reader.Keyframes.Count, reader.Counts);
        double mean = Mean(results);
        return new()
        {
            MeanAveragePrecision = mean,
            UndefinedReason = double.IsNaN(mean) ? WhyUndefined(counts) : null,
            Classes = Array.AsReadOnly(results),
            Groups = [.. results.GroupBy(c => c.Group).OrderBy(g => g.Key).Select(g =>
                new GroupResult(g.Key, Mean(g), g.Count(), g.Count(c => c.NumGroundTruth > 0)))],
            Counts = counts,
            Remarks = Remarks(counts, reader.FirstDetected, reader.FirstNamed),
            Options = options,
        };
    }

    static LabelMapEntry[] Distinct(IReadOnlyList<LabelMapEntry> classes)
    {
        if (classes.Count == 0) throw new ArgumentException("There are no classes; give the entries of a label map.", nameof(classes));
        SortedDictionary<int, LabelMapEntry> byId = [];
        foreach (LabelMapEntry entry in classes)
        {
            if (entry.Id < 1) throw new ArgumentException($"Class '{entry.Name}' has id {entry.Id}; ids are at least 1.", nameof(classes));
            byId[entry.Id] = entry;
        }

        return [.. byId.Values];
    }

    static ClassResult[] Match(
        LabelMapEntry[] classes, BoxColumns[] found, BoxColumns[] truth, KeyframeIndex keyframes, FrameMapOptions options,
        CancellationToken cancellationToken)
    {
        ClassResult[] results = new ClassResult[classes.Length];
        int[] inverted = new int[classes.Length];
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.MaxDegreeOfParallelism };
        // One class at a time to each worker: classes differ in size by orders of magnitude.
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, classes.Length), EnumerablePartitionerOptions.NoBuffering), parallel, i =>
        {
            ClassMatcher matcher = new(found[i], truth[i], options);
            PrecisionRecallCurve? curve = matcher.Run();
            inverted[i] = matcher.InvertedTruth;
            int hits = curve is { Count: > 0 } ? curve.TruePositivesAt(curve.Count - 1) : 0;
            results[i] = new(
                classes[i].Id, classes[i].Name, classes[i].Group, curve?.AveragePrecision ?? double.NaN, truth[i].Count, found[i].Count,
                hits, options.KeepCurves ? curve : null);
        });

        // The fault reported is that of the smallest class id, whichever worker came first.
        int faulty = Array.FindIndex(inverted, i => i >= 0);
        if (faulty < 0) return results;
        Box box = truth[faulty].Boxes[inverted[faulty]];
        KeyframeKey key = keyframes[truth[faulty].Keyframes[inverted[faulty]]];
        throw new AnnotationFormatException(
            InputReader.TruthSource, truth[faulty].Rows[inverted[faulty]],
            string.Create(CultureInfo.InvariantCulture, $"the inverted box ({box.X1}, {box.Y1}, {box.X2}, {box.Y2}) of action ")
                + $"{classes[faulty].Id} at {key}",
            "x1 <= x2 and y1 <= y2", "swap the corners, or check that the columns are x1, y1, x2, y2 and not x, y, width, height");
    }

    static FrameMapCounts CountKeyframes(BoxColumns[] found, BoxColumns[] truth, int numKeyframes, FrameMapCounts counts)
    {
        (bool[] hasTruth, bool[] hasDetections) = (new bool[numKeyframes], new bool[numKeyframes]);
        foreach (BoxColumns columns in truth)
        {
            foreach (int keyframe in columns.Keyframes) hasTruth[keyframe] = true;
        }

        long unmatchable = 0;
        foreach (BoxColumns columns in found)
        {
            foreach (int keyframe in columns.Keyframes)
            {
                hasDetections[keyframe] = true;
                if (!hasTruth[keyframe]) unmatchable++;
            }
        }

        (int any, int withTruth, int both) = (0, 0, 0);
        for (int i = 0; i < numKeyframes; i++)
        {
            if (hasTruth[i] || hasDetections[i]) any++;
            if (hasTruth[i]) withTruth++;
            if (hasTruth[i] && hasDetections[i]) both++;
        }

        return counts with
        {
            DetectionsOnKeyframesWithoutGroundTruth = unmatchable,
            Keyframes = any,
            KeyframesWithGroundTruth = withTruth,
            KeyframesWithGroundTruthAndDetections = both,
        };
    }

    static double Mean(IEnumerable<ClassResult> classes) =>
        classes.Where(c => c.NumGroundTruth > 0).Select(c => c.AveragePrecision).DefaultIfEmpty(double.NaN).Average();

    static string WhyUndefined(FrameMapCounts counts) => counts switch
    {
        { GroundTruthRows: 0 } => "There is no ground truth at all: the file is empty.",
        _ when counts.GroundTruthOfOtherClasses == counts.GroundTruthRows =>
            $"None of the {counts.GroundTruthRows} rows of ground truth is of a class in the label map: check that both use the same ids.",
        _ => $"All ground truth of evaluated classes ({counts.GroundTruthExcluded} rows) lies on excluded keyframes.",
    };

    static List<string> Remarks(FrameMapCounts counts, KeyframeKey? detected, KeyframeKey? named)
    {
        List<string> remarks = [];
        if (counts.DetectionRows == 0) remarks.Add("There are no detections: every class with ground truth has AP 0.");
        else if (counts.DetectionsOfOtherClasses == counts.DetectionRows)
        {
            remarks.Add($"None of the {counts.DetectionRows} detections is of a class in the label map: check that both use the same ids.");
        }
        else if (counts.Detections == 0)
        {
            remarks.Add("No detection could be evaluated: "
                + $"{counts.DetectionsExcluded} on excluded keyframes, {counts.DetectionsWithoutArea} without area, "
                + $"{counts.DetectionsOnUnnamedKeyframes} on keyframes that the ground truth does not name "
                + $"(detections begin with '{detected}', ground truth with '{named}').");
        }
        else if (counts.KeyframesWithGroundTruth > 0 && counts.KeyframesWithGroundTruthAndDetections == 0)
        {
            remarks.Add("No keyframe has both detections and ground truth, so every AP is 0: "
                + $"detections begin with '{detected}', ground truth with '{named}'. Check that both write keyframes alike.");
        }

        if (counts.DetectionsWithoutArea > 0)
        {
            remarks.Add($"{counts.DetectionsWithoutArea} detections have no area (x1 < x2 and y1 < y2 does not hold) and were left out.");
        }

        if (counts.GroundTruthWithoutArea > 0)
        {
            remarks.Add($"{counts.GroundTruthWithoutArea} ground-truth boxes have no area: they count but can never be found.");
        }

        return remarks;
    }
}
