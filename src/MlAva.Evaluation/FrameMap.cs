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
    const int RowsBetweenCancellationChecks = 1 << 16;
    const double LowestScore2018 = -10;

    /// <summary>Evaluates detections. Keyframes are processed in the order in which their first detection of an evaluated class appears.</summary>
    /// <param name="groundTruth">Ground truth, normalised boxes. Rows of classes that are not evaluated are counted and left out.</param>
    /// <param name="detections">
    /// Detections in the order of their file, which decides among equal scores. Boxes in the unit of the ground truth. Rows of classes
    /// that are not evaluated are counted and left out.
    /// </param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">Keyframes that are not evaluated (AVA's excluded timestamps); null for none.</param>
    /// <param name="options">Null for the defaults.</param>
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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentNullException.ThrowIfNull(classes);
        options ??= new();
        options.Validate();
        LabelMapEntry[] evaluated = Distinct(classes);
        Dictionary<int, int> columnOf = evaluated.Index().ToDictionary(e => e.Item.Id, e => e.Index);

        // Excluded keyframes take the first numbers, then keyframes of detections in order of appearance: numbers are the processing order.
        KeyframeIndex keyframes = new();
        foreach (KeyframeKey key in excluded ?? []) keyframes.Intern(key.VideoId, CheckTimestamp(key.Timestamp, "excluded keyframes", 0));
        int numExcluded = keyframes.Count;

        BoxColumns[] found = [.. evaluated.Select(_ => new BoxColumns())];
        FrameMapCounts counts = new() { KeyframesExcluded = numExcluded };
        counts = ReadDetections(detections, columnOf, keyframes, numExcluded, found, counts, options, cancellationToken);
        int endOfDetections = keyframes.Count;
        BoxColumns[] truth = [.. evaluated.Select(_ => new BoxColumns())];
        counts = ReadGroundTruth(groundTruth, columnOf, keyframes, numExcluded, truth, counts, cancellationToken);

        ClassResult[] results = Match(evaluated, found, truth, keyframes, options, cancellationToken);
        counts = CountKeyframes(found, truth, keyframes.Count, numExcluded, counts);
        double mean = Mean(results);
        return new()
        {
            MeanAveragePrecision = mean,
            UndefinedReason = double.IsNaN(mean) ? WhyUndefined(counts) : null,
            Classes = Array.AsReadOnly(results),
            Groups = [.. results.GroupBy(c => c.Group).OrderBy(g => g.Key).Select(g =>
                new GroupResult(g.Key, Mean(g), g.Count(), g.Count(c => c.NumGroundTruth > 0)))],
            Counts = counts,
            Remarks = Remarks(counts, keyframes, numExcluded, endOfDetections),
            Options = options,
        };
    }

    static LabelMapEntry[] Distinct(IReadOnlyList<LabelMapEntry> classes)
    {
        if (classes.Count == 0) throw new ArgumentException("There are no classes to evaluate; give the entries of a label map.", nameof(classes));
        SortedDictionary<int, LabelMapEntry> byId = [];
        foreach (LabelMapEntry entry in classes)
        {
            if (entry.Id < 1) throw new ArgumentException($"Class '{entry.Name}' has id {entry.Id}; ids are at least 1.", nameof(classes));
            byId[entry.Id] = entry;
        }

        return [.. byId.Values];
    }

    static FrameMapCounts ReadDetections(
        IEnumerable<DetectionRow> rows, Dictionary<int, int> columnOf, KeyframeIndex keyframes, int numExcluded, BoxColumns[] columns,
        FrameMapCounts counts, FrameMapOptions options, CancellationToken cancellationToken)
    {
        const string Source = "detections";
        (long row, long other, long excluded, long areaLess, long low) = (0, 0, 0, 0, 0);
        foreach (DetectionRow detection in rows)
        {
            if (row++ % RowsBetweenCancellationChecks == 0) cancellationToken.ThrowIfCancellationRequested();
            if (!columnOf.TryGetValue(detection.ActionId, out int column))
            {
                other++;
                continue;
            }

            int keyframe = keyframes.Intern(detection.VideoId, CheckTimestamp(detection.Timestamp, Source, row));
            if (double.IsNaN(detection.Score))
            {
                throw new AnnotationFormatException(Source, row, $"the score NaN for action {detection.ActionId} at {detection.Key}", "a number",
                    "look for a network that has diverged, or for a division by zero where the scores are made");
            }

            if (keyframe < numExcluded) excluded++;
            else if (!detection.Box.HasArea) areaLess++;
            else if (options.Protocol == MatchingProtocol.ActivityNet2018 && detection.Score <= LowestScore2018) low++;
            else columns[column].Add(keyframe, detection.Box, detection.Score);
        }

        return counts with
        {
            DetectionRows = row,
            DetectionsOfOtherClasses = other,
            DetectionsExcluded = excluded,
            DetectionsWithoutArea = areaLess,
            DetectionsOfLowScore = low,
        };
    }

    static FrameMapCounts ReadGroundTruth(
        IEnumerable<AnnotationRow> rows, Dictionary<int, int> columnOf, KeyframeIndex keyframes, int numExcluded, BoxColumns[] columns,
        FrameMapCounts counts, CancellationToken cancellationToken)
    {
        (long row, long other, long excluded, long areaLess) = (0, 0, 0, 0);
        foreach (AnnotationRow annotation in rows)
        {
            if (row++ % RowsBetweenCancellationChecks == 0) cancellationToken.ThrowIfCancellationRequested();
            if (!columnOf.TryGetValue(annotation.ActionId, out int column))
            {
                other++;
                continue;
            }

            int keyframe = keyframes.Intern(annotation.VideoId, CheckTimestamp(annotation.Timestamp, "ground truth", row));
            if (keyframe < numExcluded)
            {
                excluded++;
                continue;
            }

            if (!annotation.Box.HasArea) areaLess++;
            // The reference reads the person id's column as a score, and a missing score as 1: it orders the ground truth of a keyframe.
            columns[column].Add(keyframe, annotation.Box, annotation.PersonId == -1 ? 1 : annotation.PersonId, row);
        }

        return counts with { GroundTruthRows = row, GroundTruthOfOtherClasses = other, GroundTruthExcluded = excluded, GroundTruthWithoutArea = areaLess };
    }

    static double CheckTimestamp(double timestamp, string source, long row) => double.IsFinite(timestamp)
        ? timestamp
        : throw new AnnotationFormatException(source, row, string.Create(CultureInfo.InvariantCulture, $"the timestamp {timestamp}"), "seconds, a finite number",
            "correct the second column of the row");

    static ClassResult[] Match(
        LabelMapEntry[] classes, BoxColumns[] found, BoxColumns[] truth, KeyframeIndex keyframes, FrameMapOptions options, CancellationToken cancellationToken)
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
            results[i] = new(classes[i].Id, classes[i].Name, classes[i].Group, curve?.AveragePrecision ?? double.NaN, truth[i].Count, found[i].Count,
                curve is { Count: > 0 } ? curve.TruePositivesAt(curve.Count - 1) : 0, options.KeepCurves ? curve : null);
        });

        // The fault reported is that of the smallest class id, whichever worker came first.
        int faulty = Array.FindIndex(inverted, i => i >= 0);
        if (faulty < 0) return results;
        Box box = truth[faulty].Boxes[inverted[faulty]];
        throw new AnnotationFormatException("ground truth", truth[faulty].Rows[inverted[faulty]],
            string.Create(CultureInfo.InvariantCulture,
                $"the inverted box ({box.X1}, {box.Y1}, {box.X2}, {box.Y2}) of action {classes[faulty].Id} at {keyframes[truth[faulty].Keyframes[inverted[faulty]]]}"),
            "x1 <= x2 and y1 <= y2", "swap the corners, or check that the columns are x1, y1, x2, y2 and not x, y, width, height");
    }

    static FrameMapCounts CountKeyframes(BoxColumns[] found, BoxColumns[] truth, int numKeyframes, int numExcluded, FrameMapCounts counts)
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
        for (int i = numExcluded; i < numKeyframes; i++)
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
            $"None of the {counts.GroundTruthRows} rows of ground truth is of a class in the label map: check that label map and annotations use the same ids.",
        _ => $"All ground truth of evaluated classes ({counts.GroundTruthExcluded} rows) lies on excluded keyframes.",
    };

    static List<string> Remarks(FrameMapCounts counts, KeyframeIndex keyframes, int numExcluded, int endOfDetections)
    {
        List<string> remarks = [];
        if (counts.DetectionRows == 0) remarks.Add("There are no detections: every class with ground truth has AP 0.");
        else if (counts.DetectionsOfOtherClasses == counts.DetectionRows)
        {
            remarks.Add($"None of the {counts.DetectionRows} detections is of a class in the label map: check that label map and detections use the same, 1-based ids.");
        }
        else if (counts.Detections == 0)
        {
            remarks.Add($"No detection could be evaluated: {counts.DetectionsExcluded} on excluded keyframes, {counts.DetectionsWithoutArea} without area.");
        }
        else if (counts.KeyframesWithGroundTruth > 0 && counts.KeyframesWithGroundTruthAndDetections == 0 && endOfDetections > numExcluded)
        {
            string truthKey = endOfDetections < keyframes.Count ? $", ground truth is for '{keyframes[endOfDetections]}'" : "";
            remarks.Add($"No keyframe has both detections and ground truth, so every AP is 0: detections are for '{keyframes[numExcluded]}'{truthKey}. "
                + "Check that video ids and timestamps are written alike.");
        }

        if (counts.DetectionsWithoutArea > 0) remarks.Add($"{counts.DetectionsWithoutArea} detections have no area (x1 < x2 and y1 < y2 does not hold) and were left out.");
        if (counts.GroundTruthWithoutArea > 0) remarks.Add($"{counts.GroundTruthWithoutArea} ground-truth boxes have no area: they count but can never be found.");
        return remarks;
    }
}
