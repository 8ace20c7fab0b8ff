namespace MlAva.Annotations;

/// <summary>Leaves out boxes that show what a better one shows.</summary>
public static class NonMaximumSuppression
{
    /// <summary>
    /// Takes boxes from the best score down, each unless it overlaps one already taken by more than a threshold (greedy, as detectors do).
    /// Equal scores keep their order; a box without area, or a score that is not finite, is never taken.
    /// </summary>
    /// <param name="boxes">The boxes, in any unit.</param>
    /// <param name="scores">One score a box.</param>
    /// <param name="iouThreshold">The largest IoU that two kept boxes may have, 0 to 1.</param>
    /// <returns>Indices of the kept boxes, by falling score.</returns>
    /// <exception cref="ArgumentException">There are not as many scores as boxes, or the threshold is out of range.</exception>
    public static int[] Keep(IReadOnlyList<Box> boxes, IReadOnlyList<double> scores, double iouThreshold)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count != boxes.Count) throw new ArgumentException($"{scores.Count} scores are given for {boxes.Count} boxes.", nameof(scores));
        if (!(iouThreshold is >= 0 and <= 1))
            throw new ArgumentException(FormattableString.Invariant($"The IoU threshold is {iouThreshold}; expected 0 to 1."), nameof(iouThreshold));
        List<int> kept = [];
        foreach (int i in Enumerable.Range(0, boxes.Count).Where(i => boxes[i].HasArea && double.IsFinite(scores[i])).OrderByDescending(i => scores[i]))
        {
            if (kept.TrueForAll(k => Box.IoU(boxes[k], boxes[i]) <= iouThreshold)) kept.Add(i);
        }
        return [.. kept];
    }
}
