namespace MlAva.Evaluation.Analysis;

/// <summary>A ranking under construction: hits and misses from the best rank on, each with a weight.</summary>
sealed class RankedHits
{
    readonly List<(double Precision, double Weight)> _hits = [];

    /// <summary>Weight of the detections so far.</summary>
    public double Count { get; private set; }

    /// <summary>Weight of the hits so far.</summary>
    public double TruePositives { get; private set; }

    /// <summary>Adds the next detection; a weight of n stands for n equal ones.</summary>
    public void Add(bool hit, double weight = 1)
    {
        Count += weight;
        if (!hit) return;
        TruePositives += weight;
        // Between two hits precision only falls: hits alone carry the envelope. Among equal ones it rises up to the last.
        _hits.Add((TruePositives / Count, weight));
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _hits.Clear();
        (Count, TruePositives) = (0, 0);
    }

    /// <summary>All-point interpolated average precision (reference specification §8, step 7); NaN without ground truth.</summary>
    /// <param name="truths">Weight of the ground truth.</param>
    public double AveragePrecision(double truths)
    {
        if (truths == 0) return double.NaN;
        for (int i = _hits.Count - 2; i >= 0; i--)
        {
            if (_hits[i].Precision < _hits[i + 1].Precision) _hits[i] = _hits[i] with { Precision = _hits[i + 1].Precision };
        }
        // As differences of recalls from the left, so that the rounding is that of PrecisionRecallCurve.
        (double area, double found) = (0, 0);
        foreach ((double precision, double weight) in _hits)
        {
            double next = found + weight;
            area += (next / truths - found / truths) * precision;
            found = next;
        }
        return area;
    }
}
