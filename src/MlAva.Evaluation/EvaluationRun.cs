using System.Collections.Concurrent;
using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>One evaluation, from the classes asked for to the result.</summary>
sealed class EvaluationRun
{
    readonly LabelMapEntry[] _classes;
    readonly FrameMapOptions _options;
    readonly EvaluationSet _set;
    readonly CancellationToken _cancellationToken;
    readonly List<string> _remarks = [];

    /// <param name="classes">The classes asked for.</param>
    /// <param name="options">The options.</param>
    /// <param name="truthSource">What errors call the ground truth.</param>
    /// <param name="detectionSource">What errors call the detections.</param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    public EvaluationRun(
        IReadOnlyList<LabelMapEntry> classes, FrameMapOptions options, string truthSource, string detectionSource,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(classes);
        options.Validate();
        _options = options;
        _cancellationToken = cancellationToken;
        _classes = Chosen(classes, options);
        _set = options.EvaluationSet != EvaluationSet.Protocol ? options.EvaluationSet : options.Protocol switch
        {
            MatchingProtocol.MMAction2V1 => EvaluationSet.GroundTruth,
            MatchingProtocol.Official2020 => EvaluationSet.Named,
            _ => EvaluationSet.All,
        };
        Reader = new(_classes, options, _set, cancellationToken) { TruthSource = truthSource, DetectionSource = detectionSource };
    }

    public InputReader Reader { get; }

    /// <summary>Must come before anything is read.</summary>
    public void Begin(IEnumerable<KeyframeKey>? excluded, IEnumerable<KeyframeKey>? keyframes)
    {
        bool needsList = _set is EvaluationSet.Listed or EvaluationSet.Proposals;
        if (needsList != keyframes is not null)
        {
            throw new ArgumentException(needsList
                ? $"EvaluationSet is {_set.Word()}; it needs a list of keyframes."
                : $"EvaluationSet is {_set.Word()}; it must be listed or proposals where a list of keyframes is given.");
        }

        if (_options.Protocol != MatchingProtocol.Official2020) Reader.Exclude(excluded ?? []);
        else if (excluded?.Count() is > 0 and int count)
        {
            _remarks.Add($"{_options.Protocol.Word()} knows no exclusions: the {count} excluded keyframes given were not used.");
        }

        Reader.List(keyframes ?? []);
    }

    /// <summary>A byte order mark is passed over by our reader, and read as part of the first video's id by the evaluators.</summary>
    public void MeetByteOrderMark(string path)
    {
        if (_options.Protocol is not (MatchingProtocol.MMAction2V0 or MatchingProtocol.MMAction2V1))
        {
            throw new AnnotationFormatException(
                path, 1, "a byte order mark",
                $"text that begins with a video's id: the evaluator of {_options.Protocol.Word()} takes the mark for a part of it and loses the row",
                "save the file as UTF-8 without byte order mark (or signature)");
        }

        _remarks.Add($"{path} begins with a byte order mark. It was passed over; MMAction2 takes it for a part of the first video's id.");
    }

    public FrameMapResult Finish()
    {
        RankedClass[] ranked = Match();
        bool hasAvaGroups = _options.Protocol == MatchingProtocol.MMAction2V1;
        ClassResult[] results =
        [
            .. _classes.Zip(ranked, (c, r) => new ClassResult(
                c.Id, c.Name, hasAvaGroups ? LabelMap.AvaGroupOf(c.Id) : c.Group, r.AveragePrecision, r.NumGroundTruth, r.NumDetections,
                r.NumTruePositives, r.Curve) { AveragePrecisionBounds = r.Bounds }),
        ];
        double mean = Mean(results, c => c.AveragePrecision);
        return new()
        {
            MeanAveragePrecision = mean,
            MeanAveragePrecisionBounds =
                new(Mean(results, c => c.AveragePrecisionBounds.Lowest), Mean(results, c => c.AveragePrecisionBounds.Highest)),
            UndefinedReason = double.IsNaN(mean) ? WhyUndefined(Reader.Counts) : null,
            Classes = Array.AsReadOnly(results),
            Groups = [.. results.GroupBy(c => c.Group).OrderBy(g => g.Key).Select(g =>
                new GroupResult(g.Key, Mean(g, c => c.AveragePrecision), g.Count(), g.Count(c => c.IsAveraged)))],
            Counts = Reader.Counts,
            EvaluationSet = _set,
            FurtherPrecisions = [.. ranked.Select(r => r.FurtherPrecisions)],
            Matches = _options.KeepMatches ? new([.. ranked.Select(r => r.Matches!)], Reader) : null,
            Remarks = [.. _remarks, .. Remarks(Reader.Counts, Reader.FirstDetected, Reader.FirstNamed)],
            Options = _options,
        };
    }

    static LabelMapEntry[] Chosen(IReadOnlyList<LabelMapEntry> classes, FrameMapOptions options)
    {
        if (classes.Count == 0) throw new ArgumentException("There are no classes; give the entries of a label map.", nameof(classes));
        SortedDictionary<int, LabelMapEntry> byId = [];
        foreach (LabelMapEntry entry in classes)
        {
            if (entry.Id < 1) throw new ArgumentException($"Class '{entry.Name}' has id {entry.Id}; ids are at least 1.", nameof(classes));
            byId[entry.Id] = entry;
        }

        if (options.CustomClasses is not { } custom) return [.. byId.Values];
        int[] missing = [.. custom.Where(id => !byId.ContainsKey(id))];
        if (missing.Length > 0)
        {
            throw new ArgumentException($"CustomClasses names {string.Join(", ", missing)}, which the label map lacks; "
                + "AVA's 80-class map has all of its ids, its 60-class maps have not.");
        }

        return [.. byId.Values.Where(c => custom.Contains(c.Id))];
    }

    RankedClass[] Match()
    {
        int[] rankOf = Reader.Ranks();
        RankedClass[] ranked = new RankedClass[_classes.Length];
        int[] inverted = new int[_classes.Length];
        // The largest classes first, one at a time to each worker: they differ in size by orders of magnitude.
        int[] order = [.. Enumerable.Range(0, _classes.Length).OrderByDescending(i => Reader.Detections[i].Count)];
        ParallelOptions parallel = new() { CancellationToken = _cancellationToken, MaxDegreeOfParallelism = _options.MaxDegreeOfParallelism };
        Parallel.ForEach(Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering), parallel, i =>
        {
            ClassMatcher matcher = new(Reader.Detections[i], Reader.TruthsOf[i], Reader, rankOf, _options);
            ranked[i] = matcher.Run();
            inverted[i] = matcher.InvertedTruth;
        });

        // The fault reported is that of the smallest class id, whichever worker came first.
        int faulty = Array.FindIndex(inverted, i => i >= 0);
        if (faulty < 0)
        {
            foreach ((int keyframe, int count) in ranked.SelectMany(r => r.CrowdedOut)) Reader.CrowdOut(keyframe, count);
            return ranked;
        }

        TruthTable truths = Reader.Truths;
        throw InputReader.Inverted(
            Reader.TruthSource, truths.Row(inverted[faulty]), truths.Boxes.Box(inverted[faulty]), $"ground truth of action {_classes[faulty].Id}",
            Reader.Key(truths.Boxes.Keyframe(inverted[faulty])));
    }

    static double Mean(IEnumerable<ClassResult> classes, Func<ClassResult, double> figure) =>
        classes.Where(c => c.IsAveraged).Select(figure).DefaultIfEmpty(double.NaN).Average();

    static string WhyUndefined(FrameMapCounts counts) => counts switch
    {
        { GroundTruthRows: 0 } => "There is no ground truth at all: the file is empty.",
        _ when counts.GroundTruthOfOtherClasses == counts.GroundTruthRows =>
            $"None of the {counts.GroundTruthRows} rows of ground truth is of a class in the label map: check that both use the same ids.",
        { GroundTruth: > 0 } => "No class with ground truth was ever detected, and the protocol averages only classes with detections.",
        _ => "All ground truth of evaluated classes lies on keyframes that are not evaluated: "
            + $"{counts.GroundTruthExcluded} rows on excluded ones, {counts.GroundTruthOutsideSet} on ones that are not listed.",
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
                + $"{counts.DetectionsExcluded} on excluded keyframes, {counts.DetectionsOutsideSet} on keyframes that are not evaluated, "
                + $"{counts.DetectionsWithoutArea} without area (detections begin with '{detected}', ground truth with '{named}').");
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
