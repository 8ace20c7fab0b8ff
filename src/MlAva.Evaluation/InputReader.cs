using System.Globalization;
using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// Sorts rows into flat arrays for each class and counts what is left out, by the rules of a protocol. To be called in the order of the
/// methods; ground truth comes first, so that detections on keyframes which do not count never take memory.
/// </summary>
sealed class InputReader
{
    const int RowsBetweenCancellationChecks = 1 << 16;
    const int Capacity = 50;
    const double LowestScore2018 = -10;

    readonly Dictionary<int, int> _columnOf;
    readonly MatchingProtocol _protocol;
    readonly EvaluationSet _set;
    readonly FrameMapOptions _options;
    readonly CancellationToken _cancellationToken;
    readonly KeyframeHeaps? _heaps;

    // Known before the first detection, and first met in detections: only the latter grow while other threads look things up.
    readonly KeyframeIndex _known = new(), _late = new();
    readonly List<Marks> _marks = [];
    readonly List<int> _rankOf = [], _inOrder = [], _detectionsOf = [];
    bool[] _hasTruth = [];
    long _rows, _otherActions, _excluded, _outsideSet, _areaLess, _lowScores;

    /// <param name="classes">The classes by ascending id.</param>
    /// <param name="options">The options.</param>
    /// <param name="set">The keyframes to evaluate.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public InputReader(LabelMapEntry[] classes, FrameMapOptions options, EvaluationSet set, CancellationToken cancellationToken)
    {
        _columnOf = classes.Index().ToDictionary(e => e.Item.Id, e => e.Index);
        (_options, _protocol, _set, _cancellationToken) = (options, options.Protocol, set, cancellationToken);
        _heaps = UsesHeaps ? new(Capacity, Boxes) : null;
        Detections = [.. classes.Select(_ => new DetectionColumns(options.KeepMatches))];
        TruthsOf = [.. classes.Select(_ => new List<int>())];
    }

    [Flags]
    enum Marks : byte
    {
        None = 0,
        Excluded = 1,
        Listed = 2,
        Named = 4,
        HasTruth = 8,
    }

    /// <summary>What stands for the file name in errors about ground truth.</summary>
    public required string TruthSource { get; init; }

    /// <summary>What stands for the file name in errors about detections.</summary>
    public required string DetectionSource { get; init; }

    /// <summary>Boxes of detections.</summary>
    public BoxTable Boxes { get; } = new();

    /// <summary>Detections, by class.</summary>
    public DetectionColumns[] Detections { get; }

    public TruthTable Truths { get; } = new();

    /// <summary>The ground truth of each class, in the order in which it is compared within a keyframe.</summary>
    public List<int>[] TruthsOf { get; }

    public FrameMapCounts Counts { get; private set; } = new();

    /// <summary>The first detection's keyframe that is not excluded, for messages.</summary>
    public KeyframeKey? FirstDetected { get; private set; }

    /// <summary>The first ground truth's keyframe that is not excluded, for messages.</summary>
    public KeyframeKey? FirstNamed { get; private set; }

    public int NumKeyframes => _known.Count + _late.Count;

    bool UsesHeaps => _protocol is MatchingProtocol.Official2019 or MatchingProtocol.Official2020;

    /// <summary>Takes detections that matching left out of a keyframe off the counts.</summary>
    public void CrowdOut(int keyframe, int count) => Counts = Counts with
    {
        DetectionsOverCapacity = Counts.DetectionsOverCapacity + count,
        DetectionsOnKeyframesWithoutGroundTruth =
            Counts.DetectionsOnKeyframesWithoutGroundTruth - (_hasTruth[keyframe] ? 0 : count),
    };

    bool InTruthOrder => _protocol == MatchingProtocol.MMAction2V1 && _set == EvaluationSet.GroundTruth;

    public KeyframeKey Key(int keyframe) => keyframe < _known.Count ? _known[keyframe] : _late[keyframe - _known.Count];

    /// <summary>The place of each keyframe in the order of processing.</summary>
    public int[] Ranks()
    {
        for (int keyframe = 0; keyframe < _rankOf.Count; keyframe++) Rank(keyframe);
        return [.. _rankOf];
    }

    public void Exclude(IEnumerable<KeyframeKey> excluded)
    {
        foreach (KeyframeKey key in excluded) Mark(key, Marks.Excluded, "excluded keyframes", 0);
        Counts = Counts with { KeyframesExcluded = _known.Count };
    }

    public void List(IEnumerable<KeyframeKey> keyframes)
    {
        foreach (KeyframeKey key in keyframes) Mark(key, Marks.Listed, "the list of keyframes", 0);
    }

    public void ReadGroundTruth(IEnumerable<(long Row, AnnotationRow Value)> rows, Func<IEnumerable<KeyframeKey>> emptyKeyframes)
    {
        (long all, long other, long excluded, long outside, long areaLess) = (0, 0, 0, 0, 0);
        KeyframeHeaps? heaps = UsesHeaps ? new(0, Truths.Boxes) : null;
        List<int> fileOrder = [];
        foreach ((long row, AnnotationRow annotation) in rows)
        {
            if (all++ % RowsBetweenCancellationChecks == 0) _cancellationToken.ThrowIfCancellationRequested();
            if (!_columnOf.TryGetValue(annotation.ActionId, out int column))
            {
                other++;
                Mark(annotation.Key, Marks.Named, TruthSource, row);
                continue;
            }

            int keyframe = Mark(annotation.Key, Marks.Named | Marks.HasTruth, TruthSource, row);
            if (InTruthOrder) Rank(keyframe);
            if (Has(keyframe, Marks.Excluded) && _protocol != MatchingProtocol.MMAction2V1)
            {
                excluded++;
                continue;
            }

            if (_set == EvaluationSet.Listed && !Has(keyframe, Marks.Listed))
            {
                outside++;
                continue;
            }

            FirstNamed ??= annotation.Key;
            if (!annotation.Box.HasArea) areaLess++;
            int truth = Truths.Add(annotation.Box, keyframe, column, annotation.PersonId, row);
            if (heaps is null) fileOrder.Add(truth);
            else heaps.Add(keyframe, new(Truths.Rank(truth), column, truth, row));
        }

        foreach (KeyframeKey key in emptyKeyframes()) Mark(key, Marks.Named, "keyframes without people", 0);
        foreach (int truth in fileOrder) TruthsOf[Truths.Column(truth)].Add(truth);
        for (int keyframe = 0; heaps is not null && keyframe < _known.Count; keyframe++)
        {
            foreach (KeyframeHeaps.Entry entry in heaps.Drain(keyframe)) TruthsOf[entry.Column].Add(entry.Box);
        }

        Counts = Counts with
        {
            GroundTruthRows = all,
            GroundTruthOfOtherClasses = other,
            GroundTruthExcluded = excluded,
            GroundTruthOutsideSet = outside,
            GroundTruthWithoutArea = areaLess,
        };
    }

    public void ReadDetections(IEnumerable<DetectionRow> rows)
    {
        (KeyframeKey key, int keyframe, bool counts) = (default, -1, false);
        (Box box, int stored) = (default, -1);
        foreach (DetectionRow detection in rows)
        {
            long row = ++_rows;
            if (row % RowsBetweenCancellationChecks == 0) _cancellationToken.ThrowIfCancellationRequested();
            if (!_columnOf.TryGetValue(detection.ActionId, out int column))
            {
                _otherActions++;
                continue;
            }

            if (keyframe < 0 || detection.Key != key)
            {
                CheckTimestamp(detection.Key, DetectionSource, row);
                key = detection.Key;
                counts = Meet(key, out keyframe);
                stored = -1;
            }

            if (double.IsNaN(detection.Score))
            {
                throw new AnnotationFormatException(
                    DetectionSource, row, $"the score NaN for action {detection.ActionId} at {detection.Key}", "a number",
                    "look for a network that has diverged, or for a division by zero where the scores are made");
            }

            if (!counts)
            {
                LeaveOut(keyframe, 1);
                continue;
            }

            if (detection.Box != box) (box, stored) = (detection.Box, -1);
            Add(column, keyframe, box, ref stored, detection.Score, row);
        }

        Finish();
    }

    public void ReadDetections(string path, IProgress<EvaluationProgress>? progress, Action onByteOrderMark)
    {
        DetectionBlockOptions options = new()
        {
            ActionIds = _columnOf.Keys.ToHashSet(),
            Keyframes = key => IsEvaluated(_known.Find(key)),
            MaxDegreeOfParallelism = _options.MaxDegreeOfParallelism,
            OnByteOrderMark = onByteOrderMark,
        };
        int[] keyframes = [], stored = [];
        foreach (DetectionBlock block in DetectionFile.EnumerateBlocks(path, options, _cancellationToken))
        {
            _rows += block.NumRows;
            _otherActions += block.NumOtherActions;
            if (keyframes.Length < block.Keyframes.Length) keyframes = new int[2 * block.Keyframes.Length];
            if (stored.Length < block.Boxes.Length) stored = new int[2 * block.Boxes.Length];
            for (int i = 0; i < block.Keyframes.Length; i++)
            {
                if (!Meet(block.Keyframes[i], out keyframes[i])) LeaveOut(keyframes[i], block.LeftOut[i]);
            }

            stored.AsSpan(0, block.Boxes.Length).Fill(-1);
            AddBlock(block, keyframes, stored);
            progress?.Report(new(_rows, block.Share));
        }

        Finish();
    }

    void AddBlock(DetectionBlock block, int[] keyframes, int[] stored)
    {
        ReadOnlySpan<int> keyframeOf = block.KeyframeIndices, boxOf = block.BoxIndices, actions = block.ActionIds;
        ReadOnlySpan<double> scores = block.Scores;
        ReadOnlySpan<Box> boxes = block.Boxes;
        (int action, int column) = (-1, -1);
        for (int i = 0; i < actions.Length; i++)
        {
            if (actions[i] != action) column = _columnOf[action = actions[i]];
            int box = boxOf[i];
            Add(column, keyframes[keyframeOf[i]], boxes[box], ref stored[box], scores[i], block.LineOf(i));
        }
    }

    /// <summary>Takes a detection on a keyframe that counts.</summary>
    /// <param name="column">The class.</param>
    /// <param name="keyframe">The keyframe.</param>
    /// <param name="box">The box.</param>
    /// <param name="stored">Where the box is in <see cref="Boxes"/>; −1 while it is not.</param>
    /// <param name="score">The score.</param>
    /// <param name="row">The row.</param>
    void Add(int column, int keyframe, in Box box, ref int stored, double score, long row)
    {
        if (_heaps is not null)
        {
            if (!_heaps.Takes(keyframe, score)) return;
            if (stored < 0) stored = Boxes.Add(box, keyframe);
            _heaps.Add(keyframe, new(score, column, stored, row));
            return;
        }

        if (_protocol == MatchingProtocol.MMAction2V1)
        {
            if (box.X1 > box.X2 || box.Y1 > box.Y2) throw Inverted(DetectionSource, row, box, "detection", Key(keyframe));
        }
        else if (!box.HasArea)
        {
            _areaLess++;
            return;
        }

        if (_protocol == MatchingProtocol.Official2018 && score <= LowestScore2018)
        {
            _lowScores++;
            return;
        }

        if (stored < 0) stored = Boxes.Add(box, keyframe);
        Detections[column].Add(stored, score, row);
        _detectionsOf[keyframe]++;
    }

    /// <summary>The error for a box whose corners are the wrong way round where that matters.</summary>
    public static AnnotationFormatException Inverted(string source, long row, in Box box, string what, KeyframeKey key) => new(
        source, row,
        string.Create(CultureInfo.InvariantCulture, $"the inverted box ({box.X1}, {box.Y1}, {box.X2}, {box.Y2}) of a {what} at {key}"),
        "x1 <= x2 and y1 <= y2", "swap the corners, or check that the columns are x1, y1, x2, y2 and not x, y, width, height");

    /// <summary>Finds or numbers the keyframe of a detection; whether its detections count.</summary>
    bool Meet(in KeyframeKey key, out int keyframe)
    {
        keyframe = _known.Find(key);
        bool counts = IsEvaluated(keyframe);
        if (keyframe < 0)
        {
            // A keyframe that nothing speaks of and that does not count is not worth remembering: a file may have many.
            keyframe = counts ? _known.Count + _late.Intern(key) : -1;
            if (counts) EnsureLists(keyframe);
        }

        if (keyframe < 0 || !Has(keyframe, Marks.Excluded)) FirstDetected ??= key;
        if (counts && !InTruthOrder) Rank(keyframe);
        return counts;
    }

    bool IsEvaluated(int known) => !Has(known, Marks.Excluded) && _set switch
    {
        EvaluationSet.Named => Has(known, Marks.Named),
        EvaluationSet.GroundTruth => Has(known, Marks.HasTruth),
        EvaluationSet.Listed => Has(known, Marks.Listed),
        EvaluationSet.Proposals => Has(known, Marks.Listed) || Has(known, Marks.HasTruth),
        _ => true,
    };

    bool Has(int known, Marks mark) => known >= 0 && known < _known.Count && (_marks[known] & mark) != 0;

    void LeaveOut(int keyframe, int count)
    {
        if (Has(keyframe, Marks.Excluded)) _excluded += count;
        else _outsideSet += count;
    }

    int Mark(in KeyframeKey key, Marks mark, string source, long row)
    {
        CheckTimestamp(key, source, row);
        int keyframe = _known.Intern(key);
        EnsureLists(keyframe);
        if (keyframe == _marks.Count) _marks.Add(mark);
        else _marks[keyframe] |= mark;
        return keyframe;
    }

    void EnsureLists(int keyframe)
    {
        if (keyframe < _rankOf.Count) return;
        _rankOf.Add(-1);
        _detectionsOf.Add(0);
    }

    void Rank(int keyframe)
    {
        if (_rankOf[keyframe] >= 0) return;
        _rankOf[keyframe] = _inOrder.Count;
        _inOrder.Add(keyframe);
    }

    void Finish()
    {
        if (_heaps is not null) DrainHeaps(_heaps);
        (int any, int withTruth, int both) = (0, 0, 0);
        long unmatchable = 0;
        _hasTruth = new bool[NumKeyframes];
        for (int i = 0; i < Truths.Count; i++)
        {
            int keyframe = Truths.Boxes.Keyframe(i);
            _hasTruth[keyframe] = !Has(keyframe, Marks.Excluded);
        }

        for (int keyframe = 0; keyframe < _hasTruth.Length; keyframe++)
        {
            bool detected = _detectionsOf[keyframe] > 0;
            if (_hasTruth[keyframe] || detected) any++;
            if (_hasTruth[keyframe]) withTruth++;
            if (_hasTruth[keyframe] && detected) both++;
            if (!_hasTruth[keyframe]) unmatchable += _detectionsOf[keyframe];
        }

        Counts = Counts with
        {
            DetectionRows = _rows,
            DetectionsOfOtherClasses = _otherActions,
            DetectionsExcluded = _excluded,
            DetectionsOutsideSet = _outsideSet,
            DetectionsOverCapacity = _heaps?.NumDropped ?? 0,
            DetectionsWithoutArea = _areaLess,
            DetectionsOfLowScore = _lowScores,
            DetectionsOnKeyframesWithoutGroundTruth = unmatchable,
            Keyframes = any,
            KeyframesWithGroundTruth = withTruth,
            KeyframesWithGroundTruthAndDetections = both,
        };
    }

    void DrainHeaps(KeyframeHeaps heaps)
    {
        foreach (int keyframe in _inOrder)
        {
            foreach (KeyframeHeaps.Entry entry in heaps.Drain(keyframe))
            {
                if (!Boxes.Box(entry.Box).HasArea)
                {
                    _areaLess++;
                    continue;
                }

                Detections[entry.Column].Add(entry.Box, entry.Score, entry.Row);
                _detectionsOf[keyframe]++;
            }
        }
    }

    static void CheckTimestamp(in KeyframeKey key, string source, long row)
    {
        if (double.IsFinite(key.Timestamp)) return;
        throw new AnnotationFormatException(
            source, row, string.Create(CultureInfo.InvariantCulture, $"the timestamp {key.Timestamp} of video '{key.VideoId}'"),
            "seconds, a finite number", "correct the second column of the row");
    }
}
