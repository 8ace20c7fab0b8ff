namespace MlAva.Annotations;

/// <summary>The person boxes that a detector proposes for one keyframe, in file order (which is not by score).</summary>
public sealed class KeyframeProposals
{
    /// <summary>Creates the proposals of a keyframe.</summary>
    /// <param name="boxes">The boxes, normalised to 0–1.</param>
    /// <param name="scores">The detector's confidences, one a box, or null where the file has none.</param>
    /// <param name="singlePrecision">Whether the file holds float32; see <see cref="IsSinglePrecision"/>.</param>
    /// <param name="personIds">Numbers that link the boxes over time, one a box, or null where nothing is known of it.</param>
    /// <exception cref="ArgumentException">There are not as many scores, or person ids, as boxes.</exception>
    public KeyframeProposals(Box[] boxes, double[]? scores, bool singlePrecision = false, int[]? personIds = null)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        if (scores is not null && scores.Length != boxes.Length)
        {
            throw new ArgumentException($"{scores.Length} scores are given for {boxes.Length} boxes.", nameof(scores));
        }
        if (personIds is not null && personIds.Length != boxes.Length)
        {
            throw new ArgumentException($"{personIds.Length} person ids are given for {boxes.Length} boxes.", nameof(personIds));
        }
        Boxes = boxes;
        Scores = scores;
        IsSinglePrecision = singlePrecision;
        PersonIds = personIds;
    }

    /// <summary>
    /// What stands in for a keyframe that the proposals lack (reference specification §6.4): the whole frame with score 1.
    /// </summary>
    public static KeyframeProposals WholeFrame { get; } = new([Box.WholeFrame], [1.0]);

    /// <summary>The boxes, normalised to 0–1.</summary>
    public Box[] Boxes { get; }

    /// <summary>The detector's confidences, one a box; null where the file has four columns only.</summary>
    public double[]? Scores { get; }

    /// <summary>
    /// Whether the file holds float32: a threshold is then rounded to float32 before the comparison, as NumPy does (0.9f is below
    /// 0.9).
    /// </summary>
    public bool IsSinglePrecision { get; }

    /// <summary>Numbers that link the boxes over time, one a box (AVA's <c>entity_id</c>); null where nothing is known of it.</summary>
    public int[]? PersonIds { get; }

    /// <summary>The number of boxes.</summary>
    public int Count => Boxes.Length;

    /// <summary>The same boxes, linked over time.</summary>
    /// <param name="personIds">One number a box.</param>
    /// <exception cref="ArgumentException">There are not as many numbers as boxes.</exception>
    public KeyframeProposals WithPersonIds(int[] personIds)
    {
        ArgumentNullException.ThrowIfNull(personIds);
        return new(Boxes, Scores, IsSinglePrecision, personIds);
    }

    /// <summary>
    /// Keeps what the reference keeps (§6.4): the threshold is lowered to the best score where none reaches it, so that at least
    /// one box stays; scores equal to it stay; then the first <paramref name="maxCount"/> in file order. Without scores only the
    /// count limits. Boxes without any stay so.
    /// </summary>
    /// <param name="scoreThreshold">The lowest score to keep, 0 to 1.</param>
    /// <param name="maxCount">How many to keep at most.</param>
    public KeyframeProposals Select(double scoreThreshold, int maxCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        if (Scores is null) return Count <= maxCount ? this : new(Boxes[..maxCount], null, IsSinglePrecision, PersonIds?[..maxCount]);
        if (Count == 0) return this;
        double threshold = Math.Min(scoreThreshold, Scores.Max());
        if (IsSinglePrecision) threshold = (float)threshold;
        int[] kept = [.. Enumerable.Range(0, Count).Where(i => Scores[i] >= threshold).Take(maxCount)];
        return kept.Length == Count ? this
            : new(Array.ConvertAll(kept, i => Boxes[i]), Array.ConvertAll(kept, i => Scores[i]), IsSinglePrecision,
                PersonIds is { } ids ? Array.ConvertAll(kept, i => ids[i]) : null);
    }
}
