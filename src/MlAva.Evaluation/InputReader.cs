using System.Globalization;
using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Sorts rows into one set of flat arrays for each class and counts what is left out, by the rules of a protocol.</summary>
/// <remarks>
/// Excluded keyframes take the first numbers, then keyframes of detections in order of appearance: numbers are the processing order.
/// </remarks>
sealed class InputReader
{
    const int RowsBetweenCancellationChecks = 1 << 16;
    const int Capacity = 50;
    const double LowestScore2018 = -10;
    const string DetectionSource = "detections";

    /// <summary>What stands for the file name in errors about ground truth.</summary>
    public const string TruthSource = "ground truth";

    readonly Dictionary<int, int> _columnOf;
    readonly MatchingProtocol _protocol;
    readonly CancellationToken _cancellationToken;
    readonly KeyframeHeaps? _detectionHeaps;
    readonly List<bool> _named = [];
    int _numExcluded;

    /// <param name="classes">The classes by ascending id.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public InputReader(LabelMapEntry[] classes, FrameMapOptions options, CancellationToken cancellationToken)
    {
        _columnOf = classes.Index().ToDictionary(e => e.Item.Id, e => e.Index);
        (_protocol, _cancellationToken) = (options.Protocol, cancellationToken);
        _detectionHeaps = UsesHeaps ? new(Capacity) : null;
        Detections = [.. classes.Select(_ => new BoxColumns())];
        GroundTruth = [.. classes.Select(_ => new BoxColumns())];
    }

    public KeyframeIndex Keyframes { get; } = new();

    /// <summary>Detections with area, by class.</summary>
    public BoxColumns[] Detections { get; }

    /// <summary>Ground truth, by class.</summary>
    public BoxColumns[] GroundTruth { get; }

    public FrameMapCounts Counts { get; private set; } = new();

    /// <summary>The first detection's keyframe that is not excluded, for messages.</summary>
    public KeyframeKey? FirstDetected { get; private set; }

    /// <summary>The first ground truth's keyframe that is not excluded, for messages.</summary>
    public KeyframeKey? FirstNamed { get; private set; }

    bool UsesHeaps => _protocol is MatchingProtocol.ActivityNet2019 or MatchingProtocol.ActivityNet2020;

    public void Exclude(IEnumerable<KeyframeKey> excluded)
    {
        foreach (KeyframeKey key in excluded) Intern(key.VideoId, key.Timestamp, "excluded keyframes", 0);
        _numExcluded = Keyframes.Count;
        Counts = Counts with { KeyframesExcluded = _numExcluded };
    }

    public void ReadDetections(IEnumerable<DetectionRow> rows)
    {
        (long row, long other, long excluded, long areaLess, long low) = (0, 0, 0, 0, 0);
        foreach (DetectionRow detection in rows)
        {
            if (row++ % RowsBetweenCancellationChecks == 0) _cancellationToken.ThrowIfCancellationRequested();
            if (!_columnOf.TryGetValue(detection.ActionId, out int column))
            {
                other++;
                continue;
            }

            int keyframe = Intern(detection.VideoId, detection.Timestamp, DetectionSource, row);
            if (double.IsNaN(detection.Score))
            {
                throw new AnnotationFormatException(
                    DetectionSource, row, $"the score NaN for action {detection.ActionId} at {detection.Key}", "a number",
                    "look for a network that has diverged, or for a division by zero where the scores are made");
            }

            if (keyframe < _numExcluded)
            {
                excluded++;
                continue;
            }

            FirstDetected ??= detection.Key;
            if (_detectionHeaps is not null) _detectionHeaps.Add(keyframe, column, detection.Box, detection.Score, row);
            else if (!detection.Box.HasArea) areaLess++;
            else if (_protocol == MatchingProtocol.ActivityNet2018 && detection.Score <= LowestScore2018) low++;
            else Detections[column].Add(keyframe, detection.Box, detection.Score);
        }

        Counts = Counts with
        {
            DetectionRows = row,
            DetectionsOfOtherClasses = other,
            DetectionsExcluded = excluded,
            DetectionsWithoutArea = areaLess,
            DetectionsOfLowScore = low,
        };
    }

    /// <summary>Must follow <see cref="ReadDetections"/>: keyframes without detections are numbered last.</summary>
    public void ReadGroundTruth(IEnumerable<AnnotationRow> rows, IEnumerable<KeyframeKey> emptyKeyframes)
    {
        (long row, long other, long excluded, long areaLess) = (0, 0, 0, 0);
        KeyframeHeaps? heaps = UsesHeaps ? new(0) : null;
        foreach (AnnotationRow annotation in rows)
        {
            if (row++ % RowsBetweenCancellationChecks == 0) _cancellationToken.ThrowIfCancellationRequested();
            bool evaluated = _columnOf.TryGetValue(annotation.ActionId, out int column);
            if (!evaluated)
            {
                other++;
                if (_protocol == MatchingProtocol.ActivityNet2020) Name(Intern(annotation.VideoId, annotation.Timestamp, TruthSource, row));
                continue;
            }

            int keyframe = Intern(annotation.VideoId, annotation.Timestamp, TruthSource, row);
            Name(keyframe);
            if (keyframe < _numExcluded)
            {
                excluded++;
                continue;
            }

            FirstNamed ??= annotation.Key;
            if (!annotation.Box.HasArea) areaLess++;
            // The reference reads the person id's column as a score, and a missing score as 1: it orders the ground truth of a keyframe.
            double rank = annotation.PersonId == -1 ? 1 : annotation.PersonId;
            if (heaps is not null) heaps.Add(keyframe, column, annotation.Box, rank, row);
            else GroundTruth[column].Add(keyframe, annotation.Box, rank, row);
        }

        heaps?.Drain((keyframe, entry) => GroundTruth[entry.Column].Add(keyframe, entry.Box, entry.Score, entry.Row));
        foreach (KeyframeKey key in emptyKeyframes) Name(Intern(key.VideoId, key.Timestamp, "keyframes without people", 0));
        Counts = Counts with
        {
            GroundTruthRows = row,
            GroundTruthOfOtherClasses = other,
            GroundTruthExcluded = excluded,
            GroundTruthWithoutArea = areaLess,
        };
        DrainDetections();
    }

    void DrainDetections()
    {
        if (_detectionHeaps is null) return;
        (long unnamed, long areaLess) = (0, 0);
        _detectionHeaps.Drain((keyframe, entry) =>
        {
            bool named = _protocol != MatchingProtocol.ActivityNet2020 || (keyframe < _named.Count && _named[keyframe]);
            if (!named) unnamed++;
            else if (!entry.Box.HasArea) areaLess++;
            else Detections[entry.Column].Add(keyframe, entry.Box, entry.Score);
        });
        Counts = Counts with
        {
            DetectionsOverCapacity = _detectionHeaps.NumDropped,
            DetectionsOnUnnamedKeyframes = unnamed,
            DetectionsWithoutArea = areaLess,
        };
    }

    void Name(int keyframe)
    {
        while (_named.Count <= keyframe) _named.Add(false);
        _named[keyframe] = true;
    }

    int Intern(string videoId, double timestamp, string source, long row) => double.IsFinite(timestamp)
        ? Keyframes.Intern(videoId, timestamp)
        : throw new AnnotationFormatException(
            source, row, string.Create(CultureInfo.InvariantCulture, $"the timestamp {timestamp} of video '{videoId}'"),
            "seconds, a finite number", "correct the second column of the row");
}
