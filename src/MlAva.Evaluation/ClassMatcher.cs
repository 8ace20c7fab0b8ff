using System.Runtime.InteropServices;
using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Matches one class's detections with its ground truth and ranks them (reference specification §8, steps 6 and 7).</summary>
sealed class ClassMatcher
{
    const int Capacity2018 = 10_000;

    readonly FrameMapOptions _options;
    readonly BoxTable _boxes;
    readonly TruthTable _truths;
    readonly int[] _rankOf, _box, _truthOrder;
    readonly double[] _scores;
    readonly long[] _rows;
    readonly bool[] _hits, _taken;
    readonly int[] _best;
    readonly double[] _overlaps;

    // A bit for each of the further thresholds; empty without any.
    readonly uint[] _furtherHits, _furtherTaken;
    readonly Func<int, double> _scoreOf, _rankOfTruth;
    readonly List<KeyValuePair<int, int>> _crowdedOut = [];
    int[] _order;

    /// <param name="detections">The class's detections; they are moved out of it.</param>
    /// <param name="truths">The class's ground truth.</param>
    /// <param name="reader">What these are places in.</param>
    /// <param name="rankOf">The place of each keyframe in the order of processing.</param>
    /// <param name="options">The options.</param>
    public ClassMatcher(DetectionColumns detections, List<int> truths, InputReader reader, int[] rankOf, FrameMapOptions options)
    {
        (_options, _boxes, _truths, _rankOf) = (options, reader.Boxes, reader.Truths, rankOf);
        (_box, _scores, _rows) = (detections.Boxes.Drain(), detections.Scores.Drain(), detections.Rows.Drain());
        _order = ByKeyframe(_box.Length, i => _rankOf[_boxes.Keyframe(_box[i])]);
        int[] place = ByKeyframe(truths.Count, i => _rankOf[_truths.Boxes.Keyframe(truths[i])]);
        _truthOrder = [.. place.Select(i => truths[i])];
        (_hits, _taken) = (new bool[_box.Length], new bool[truths.Count]);
        (_best, _overlaps) = options.KeepMatches ? (new int[_box.Length], new double[_box.Length]) : ([], []);
        (_furtherHits, _furtherTaken) = options.FurtherThresholds.Count > 0 ? (new uint[_box.Length], new uint[truths.Count]) : ([], []);
        (_scoreOf, _rankOfTruth) = (i => _scores[i], _truths.Rank);
        _best.AsSpan().Fill(-1);
        _overlaps.AsSpan().Fill(double.NaN);
    }

    /// <summary>The first inverted ground truth that had to be compared with a detection; −1 when there is none.</summary>
    public int InvertedTruth { get; private set; } = -1;

    bool IsMMAction2 => _options.Protocol is MatchingProtocol.MMAction2V0 or MatchingProtocol.MMAction2V1;

    bool IsSinglePrecision => _options.Protocol == MatchingProtocol.MMAction2V1;

    /// <summary>Matches and ranks.</summary>
    public RankedClass Run()
    {
        (int next, int kept) = (0, 0);
        for (int start = 0; start < _order.Length;)
        {
            int rank = RankOfDetection(start), end = start + 1;
            while (end < _order.Length && RankOfDetection(end) == rank) end++;
            SortWithin(_order.AsSpan(start, end - start));
            int first = kept;
            kept += Keep(start, end, kept);
            while (next < _truthOrder.Length && RankOfTruth(next) < rank) next++;
            int endOfTruth = next;
            while (endOfTruth < _truthOrder.Length && RankOfTruth(endOfTruth) == rank) endOfTruth++;
            if (endOfTruth > next && !Match(first, kept, next, endOfTruth)) break;
            (start, next) = (end, endOfTruth);
        }

        if (kept < _order.Length) _order = _order[..kept];
        return InvertedTruth < 0 ? Rank() : new() { NumGroundTruth = _truthOrder.Length, NumDetections = _box.Length };
    }

    /// <summary>Moves what the protocol keeps of a keyframe's detections, best first, to a place in front of them; how many.</summary>
    int Keep(int start, int end, int place)
    {
        int count = end - start;
        if (_options.Protocol == MatchingProtocol.Official2018 && count > Capacity2018)
        {
            _crowdedOut.Add(new(_boxes.Keyframe(_box[_order[start]]), count - Capacity2018));
            count = Capacity2018;
        }

        if (place < start) Array.Copy(_order, start, _order, place, count);
        return count;
    }

    int RankOfDetection(int place) => _rankOf[_boxes.Keyframe(_box[_order[place]])];

    int RankOfTruth(int place) => _rankOf[_truths.Boxes.Keyframe(_truthOrder[place])];

    /// <summary>Puts a keyframe's detections into the order in which they take ground truth.</summary>
    void SortWithin(Span<int> group)
    {
        if (group.Length == 1) return;
        if (IsMMAction2)
        {
            Ordering.Descending(group, _scoreOf);
        }
        else if (_options.Protocol == MatchingProtocol.Official2018)
        {
            // An ascending argsort, reversed.
            int[] before = group.ToArray(), places = new int[group.Length];
            Ordering.Ascending(Array.ConvertAll(before, i => _scores[i]), places, _options.Ties);
            for (int i = 0; i < places.Length; i++) group[^(i + 1)] = before[places[i]];
        }
    }

    bool Match(int start, int end, int firstTruth, int endOfTruth)
    {
        if (IsMMAction2) Ordering.Descending(_truthOrder.AsSpan(firstTruth, endOfTruth - firstTruth), _rankOfTruth);
        for (int place = firstTruth; place < endOfTruth; place++)
        {
            Box box = _truths.Boxes.Box(_truthOrder[place]);
            if (!(box.X1 > box.X2 || box.Y1 > box.Y2)) continue;
            InvertedTruth = _truthOrder[place];
            return false;
        }

        for (int i = start; i < end; i++)
        {
            // A detection looks at its best box only, taken or not: there is no second choice.
            (int best, double overlap) = (-1, double.NegativeInfinity);
            ref readonly Box box = ref _boxes.Box(_box[_order[i]]);
            for (int place = firstTruth; place < endOfTruth; place++)
            {
                ref readonly Box truth = ref _truths.Boxes.Box(_truthOrder[place]);
                double iou = IsSinglePrecision ? SinglePrecision.IoU(box, truth) : Box.IoU(box, truth);
                if (double.IsNaN(iou))
                {
                    // NaN wins NumPy's argmax and then passes no threshold: the detection is lost.
                    best = -1;
                    break;
                }

                if (iou > overlap) (best, overlap) = (place, iou);
            }

            if (best < 0) continue;
            if (_options.KeepMatches) (_best[i], _overlaps[i]) = (_truthOrder[best], overlap);
            if (_furtherHits.Length > 0) TakeFurther(i, best, overlap);
            if (overlap < _options.IouThreshold || _taken[best]) continue;
            _taken[best] = _hits[i] = true;
        }

        return true;
    }

    /// <summary>Which box is best does not depend on the threshold; only who finds it free does.</summary>
    void TakeFurther(int detection, int truth, double overlap)
    {
        uint enough = 0;
        for (int k = 0; k < _options.FurtherThresholds.Count; k++)
        {
            if (overlap >= _options.FurtherThresholds[k]) enough |= 1u << k;
        }

        _furtherHits[detection] = enough & ~_furtherTaken[truth];
        _furtherTaken[truth] |= enough;
    }

    RankedClass Rank()
    {
        double[] ranked = new double[_order.Length];
        for (int i = 0; i < ranked.Length; i++) ranked[i] = IsSinglePrecision ? (float)_scores[_order[i]] : _scores[_order[i]];
        int[] ranking = new int[_order.Length];
        Ordering.Ascending((double[])ranked.Clone(), ranking, _options.Ties);
        Array.Reverse(ranking);
        ranked = Array.ConvertAll(ranking, i => ranked[i]);

        int[] hits = new int[_hits.Count(h => h)];
        int k = 0;
        for (int i = 0; i < ranking.Length; i++)
        {
            if (_hits[ranking[i]]) hits[k++] = i;
        }

        int count = _truthOrder.Length;
        bool isAveraged = count > 0 && !(IsSinglePrecision && ranking.Length == 0);
        return new()
        {
            NumGroundTruth = count,
            NumDetections = ranking.Length,
            NumTruePositives = hits.Length,
            AveragePrecision = isAveraged ? Ranking.AveragePrecision(hits, count) : double.NaN,
            FurtherPrecisions =
                [.. _options.FurtherThresholds.Select((_, k) => isAveraged ? FurtherPrecision(ranking, k) : double.NaN)],
            Bounds = isAveraged ? Ranking.Bounds(hits, ranked, count) : new(double.NaN, double.NaN),
            Curve = isAveraged && _options.KeepCurves ? new(ranked, hits, count) : null,
            Matches = _options.KeepMatches ? Matches(ranking) : null,
            CrowdedOut = _crowdedOut,
        };
    }

    double FurtherPrecision(int[] ranking, int threshold)
    {
        if (_furtherHits.Length == 0) return 0;
        List<int> hits = [];
        for (int i = 0; i < ranking.Length; i++)
        {
            if ((_furtherHits[ranking[i]] & (1u << threshold)) != 0) hits.Add(i);
        }

        return Ranking.AveragePrecision(CollectionsMarshal.AsSpan(hits), _truthOrder.Length);
    }

    ClassMatches Matches(int[] ranking) => new()
    {
        Count = ranking.Length,
        Boxes = Array.ConvertAll(ranking, i => _box[_order[i]]),
        Scores = Array.ConvertAll(ranking, i => _scores[_order[i]]),
        Rows = Array.ConvertAll(ranking, i => _rows[_order[i]]),
        Hits = Array.ConvertAll(ranking, i => _hits[i]),
        Best = Array.ConvertAll(ranking, i => _best[i]),
        Overlaps = Array.ConvertAll(ranking, i => _overlaps[i]),
    };

    /// <summary>0…n−1 by ascending keyframe, in their order within one.</summary>
    static int[] ByKeyframe(int count, Func<int, int> rankOf)
    {
        int[] order = new int[count];
        bool sorted = true;
        int before = 0;
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
            int rank = rankOf(i);
            sorted &= rank >= before;
            before = rank;
        }

        if (sorted) return order;
        // Keyframe and index in one number: distinct keys, so any sort is stable.
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) keys[i] = ((long)rankOf(i) << 32) | (uint)i;
        Array.Sort(keys, order);
        return order;
    }
}
