using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>
/// Gives every false positive and every missed ground truth its <see cref="ErrorKind"/>, and mends each kind to see what it costs.
/// </summary>
sealed class ErrorSorter(AnalysisInput input, AnalysisOptions options)
{
    const ErrorKind NoError = (ErrorKind)(-1);

    /// <summary>By keyframe: ground truth of all classes.</summary>
    readonly List<(int Class, int Truth)>?[] _truths = new List<(int Class, int Truth)>?[input.Keyframes.Length];

    readonly MatchedClass[] _matched = input.Classes;

    /// <summary>By class and detection.</summary>
    readonly ErrorKind[][] _kinds = new ErrorKind[input.Classes.Length][];

    /// <summary>By class and ground truth: whether a localisation error, once mended, takes it.</summary>
    readonly bool[][] _localised = new bool[input.Classes.Length][];

    /// <summary>
    /// By class and ground truth: the score with which a detection of another class, its class mended, takes it; NaN for none.
    /// </summary>
    readonly double[][] _reclassified = new double[input.Classes.Length][];

    public ErrorBreakdown Run(CancellationToken token)
    {
        for (int c = 0; c < _matched.Length; c++)
        {
            for (int t = 0; t < _matched[c].Truth.Count; t++) (_truths[_matched[c].Truth.Keyframe(t)] ??= []).Add((c, t));
        }
        DetectionAnalysis.ForEach(_matched.Length, options.Rules, SortOut, token);
        Reclassify();
        ClassErrors[] rows = new ClassErrors[_matched.Length];
        DetectionAnalysis.ForEach(_matched.Length, options.Rules, c => rows[c] = Row(c), token);
        return new(rows, [.. Enum.GetValues<ErrorKind>().Select(kind => new ErrorFigure(
            kind, rows.Sum(r => r[kind].Count), rows.Sum(r => r[kind].TopCount), DetectionAnalysis.Mean(rows.Select(r => r[kind].Gain))))]);
    }

    void SortOut(int c)
    {
        MatchedClass m = _matched[c];
        _kinds[c] = new ErrorKind[m.Detections.Count];
        _localised[c] = new bool[m.Truth.Count];
        _reclassified[c] = new double[m.Truth.Count];
        Array.Fill(_reclassified[c], double.NaN);
        for (int i = 0; i < m.Detections.Count; i++) _kinds[c][i] = KindOf(c, i);
        for (int i = 0; i < m.Detections.Count; i++)
        {
            if (_kinds[c][i] == ErrorKind.Localisation && !m.Taken[m.BestTruth[i]]) _localised[c][m.BestTruth[i]] = true;
        }
    }

    ErrorKind KindOf(int c, int i)
    {
        MatchedClass m = _matched[c];
        if (m.Hits[i]) return NoError;
        if (m.BestTruth[i] >= 0 && m.BestIoU[i] >= options.Rules.IouThreshold) return ErrorKind.Duplicate;
        if (m.BestTruth[i] >= 0 && m.BestIoU[i] >= options.LooseIoU && m.BestIoU[i] > 0) return ErrorKind.Localisation;
        return OthersUnder(c, i).Any() ? ErrorKind.WrongClass : ErrorKind.Background;
    }

    /// <summary>Ground truth of other classes that a detection overlaps enough for a match.</summary>
    IEnumerable<(int Class, int Truth, double IoU)> OthersUnder(int c, int i)
    {
        Box box = _matched[c].Detections.Box(i);
        foreach ((int other, int truth) in _truths[_matched[c].Detections.Keyframe(i)] ?? [])
        {
            if (other == c) continue;
            double iou = Box.IoU(box, _matched[other].Truth.Box(truth));
            if (iou >= options.Rules.IouThreshold) yield return (other, truth, iou);
        }
    }

    /// <summary>
    /// The best scores choose first; each takes the ground truth of another class that it overlaps most, of those that no hit and no better
    /// one took.
    /// </summary>
    void Reclassify()
    {
        List<(double Score, int Class, int Detection)> wrong = [];
        for (int c = 0; c < _matched.Length; c++)
        {
            for (int i = 0; i < _matched[c].Detections.Count; i++)
            {
                // Most stand on persons whose labels are all found: only the others have anything to take.
                if (_kinds[c][i] == ErrorKind.WrongClass && OthersUnder(c, i).Any(o => !_matched[o.Class].Taken[o.Truth]))
                    wrong.Add((_matched[c].Scores[i], c, i));
            }
        }
        foreach ((double score, int c, int i) in wrong.OrderByDescending(w => w.Score))
        {
            (int Class, int Truth, double IoU) best = (-1, -1, -1);
            foreach ((int Class, int Truth, double IoU) other in OthersUnder(c, i))
            {
                bool free = !_matched[other.Class].Taken[other.Truth] && double.IsNaN(_reclassified[other.Class][other.Truth]);
                if (free && other.IoU > best.IoU) best = other;
            }
            if (best.Class >= 0) _reclassified[best.Class][best.Truth] = score;
        }
    }

    ClassErrors Row(int c)
    {
        MatchedClass m = _matched[c];
        int[] counts = new int[Enum.GetValues<ErrorKind>().Length], top = new int[counts.Length];
        (int truePositives, int topTruePositives) = (0, 0);
        for (int rank = 0; rank < m.Detections.Count; rank++)
        {
            ErrorKind kind = _kinds[c][rank];
            bool isTop = rank < m.Truth.Count;
            if (kind == NoError)
            {
                truePositives++;
                if (isTop) topTruePositives++;
                continue;
            }
            counts[(int)kind]++;
            if (isTop) top[(int)kind]++;
        }
        int missed = Enumerable.Range(0, m.Truth.Count)
            .Count(t => !m.Taken[t] && !_localised[c][t] && double.IsNaN(_reclassified[c][t]));
        counts[(int)ErrorKind.Missed] = top[(int)ErrorKind.Missed] = missed;
        double before = Area(c, null);
        ClassResult entry = m.Class;
        return new(entry.Id, entry.Name, entry.Group, truePositives, topTruePositives, [.. Enum.GetValues<ErrorKind>().Select(Figure)]);

        ErrorFigure Figure(ErrorKind kind)
        {
            double mended = kind == ErrorKind.Missed ? WithoutMissed(before, m.Truth.Count, missed) : Area(c, kind);
            return new(kind, counts[(int)kind], top[(int)kind], Gain(mended, before));
        }
    }

    /// <summary>Mending only takes misses away or turns them into hits; rounding may still leave a hair below zero.</summary>
    static double Gain(double mended, double before) => mended - before is > -1e-12 and < 0 ? 0 : mended - before;

    /// <summary>Missed ground truth is taken away, which stretches recall; a class that missed all has nothing left to miss.</summary>
    static double WithoutMissed(double before, int truths, int missed) =>
        missed == truths ? 1 : before * truths / (truths - missed);

    /// <summary>AP with one kind of errors mended in all classes; with null as it is.</summary>
    double Area(int c, ErrorKind? mended)
    {
        MatchedClass m = _matched[c];
        RankedHits ranked = new();
        bool[] newlyTaken = new bool[m.Truth.Count];
        double[] inserted = mended == ErrorKind.WrongClass ? [.. _reclassified[c].Where(s => !double.IsNaN(s)).OrderDescending()] : [];
        int next = 0;
        for (int i = 0; i < m.Detections.Count; i++)
        {
            // Detections moved here from other classes stand first among equals: an oracle errs on the hopeful side.
            for (; next < inserted.Length && inserted[next] >= m.Scores[i]; next++) ranked.Add(true);
            if (_kinds[c][i] != mended)
            {
                ranked.Add(m.Hits[i]);
                continue;
            }
            // A mended localisation takes its ground truth if that is free; everything else mended is gone.
            if (mended != ErrorKind.Localisation || m.Taken[m.BestTruth[i]] || newlyTaken[m.BestTruth[i]]) continue;
            newlyTaken[m.BestTruth[i]] = true;
            ranked.Add(true);
        }
        for (; next < inserted.Length; next++) ranked.Add(true);
        return m.AveragePrecision(ranked, m.Truth.Count);
    }
}
