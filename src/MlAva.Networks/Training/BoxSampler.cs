namespace MlAva.Networks;

/// <summary>Chooses the boxes of an image that are trained on and gives them their labels (reference specification §5.4, §5.5).</summary>
public sealed class BoxSampler
{
    readonly BoxSamplerOptions _options;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public BoxSampler(BoxSamplerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Samples one image's boxes.</summary>
    /// <param name="proposals">n×4 pixels.</param>
    /// <param name="truths">k×4 pixels.</param>
    /// <param name="labels">k×C multi-hot entries.</param>
    /// <param name="classes">C.</param>
    /// <param name="assignment">The proposals' assignment.</param>
    /// <param name="random">Drawn from only where there are more boxes than are wanted.</param>
    public SampledBoxes Sample(
        ReadOnlySpan<float> proposals, ReadOnlySpan<float> truths, ReadOnlySpan<float> labels, int classes, BoxAssignment assignment, Random random)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(random);
        int k = truths.Length / 4;
        if (labels.Length != k * classes) throw new ArgumentException($"There are {labels.Length} label entries; expected {k} × {classes}.", nameof(labels));

        int front = _options.AddTruthsAsProposals ? k : 0;
        int[] assigned = [.. Enumerable.Range(1, front), .. assignment.Assigned];
        int[] positives = Choose(Where(assigned, a => a > 0), (int)(_options.Count * _options.PositiveFraction), random);
        int wanted = _options.Count - positives.Length;
        if (_options.NegativesPerPositive >= 0) wanted = Math.Min(wanted, (int)(_options.NegativesPerPositive * Math.Max(1, positives.Length)));
        int[] negatives = Choose(Where(assigned, a => a == 0), wanted, random);

        int[] chosen = [.. positives, .. negatives];
        float[] boxes = new float[chosen.Length * 4];
        float[] chosenLabels = new float[chosen.Length * classes];
        for (int i = 0; i < chosen.Length; i++)
        {
            int index = chosen[i];
            (index < front ? truths.Slice(index * 4, 4) : proposals.Slice((index - front) * 4, 4)).CopyTo(boxes.AsSpan(i * 4));
            if (i < positives.Length) labels.Slice((assigned[index] - 1) * classes, classes).CopyTo(chosenLabels.AsSpan(i * classes));
        }
        return new(boxes, chosenLabels, positives, negatives);
    }

    static List<int> Where(int[] assigned, Func<int, bool> test)
    {
        List<int> indices = [];
        for (int i = 0; i < assigned.Length; i++)
        {
            if (test(assigned[i])) indices.Add(i);
        }
        return indices;
    }

    static int[] Choose(List<int> indices, int most, Random random)
    {
        if (indices.Count <= most) return [.. indices];
        int[] chosen = [.. indices];
        random.Shuffle(chosen);
        Array.Resize(ref chosen, Math.Max(most, 0));
        Array.Sort(chosen);
        return chosen;
    }
}
