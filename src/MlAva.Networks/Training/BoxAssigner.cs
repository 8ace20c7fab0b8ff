namespace MlAva.Networks;

/// <summary>Matches proposals to ground truths by IoU (reference specification §5.2, §5.3). Boxes are x1, y1, x2, y2 in float32 pixels.</summary>
public sealed class BoxAssigner
{
    readonly BoxAssignerOptions _options;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public BoxAssigner(BoxAssignerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Assigns each proposal.</summary>
    /// <param name="proposals">n×4 numbers.</param>
    /// <param name="truths">k×4 numbers.</param>
    public BoxAssignment Assign(ReadOnlySpan<float> proposals, ReadOnlySpan<float> truths)
    {
        int n = proposals.Length / 4, k = truths.Length / 4;
        int[] assigned = new int[n];
        float[] best = new float[n];
        if (k == 0 || n == 0) return new(assigned, best);

        float[] overlaps = new float[k * n];
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < n; j++) overlaps[i * n + j] = IoU(truths.Slice(i * 4, 4), proposals.Slice(j * 4, 4));
        }
        for (int j = 0; j < n; j++)
        {
            int argument = 0;
            for (int i = 1; i < k; i++)
            {
                if (overlaps[i * n + j] > overlaps[argument * n + j]) argument = i;
            }
            best[j] = overlaps[argument * n + j];
            assigned[j] = best[j] >= _options.PositiveIoU ? argument + 1 : best[j] < _options.NegativeIoU ? 0 : BoxAssignment.Ignored;
        }
        for (int i = 0; i < k; i++)
        {
            float highest = 0;
            for (int j = 0; j < n; j++) highest = Math.Max(highest, overlaps[i * n + j]);
            if (highest < _options.MinPositiveIoU) continue;
            for (int j = 0; j < n; j++)
            {
                if (overlaps[i * n + j] == highest) assigned[j] = i + 1; // later truths override earlier ones
            }
        }
        return new(assigned, best);
    }

    static float IoU(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float width = MathF.Max(MathF.Min(a[2], b[2]) - MathF.Max(a[0], b[0]), 0);
        float height = MathF.Max(MathF.Min(a[3], b[3]) - MathF.Max(a[1], b[1]), 0);
        float overlap = width * height;
        float union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap;
        return overlap / MathF.Max(union, 1e-6f);
    }
}
