namespace MlAva.Networks;

/// <summary>
/// The bilinear sampling of RoIAlign along one axis: for each of the bins, which cells it reads and with which weight. Sampling points form
/// a grid and points outside the map count as zero on their whole row or column, so a bin's average is the product of the two axes.
/// </summary>
readonly struct RoIGrid
{
    readonly int _bins;

    public RoIGrid(int bins) => _bins = bins;

    /// <summary>Most cells that one bin can read on a map of <paramref name="size"/> cells.</summary>
    public static int Capacity(int size) => size;

    /// <summary>
    /// Fills, for each bin, the first cell it reads and dense weights from there. <paramref name="weights"/> is [bins, size], zeroed here;
    /// <paramref name="first"/> and <paramref name="count"/> bound the part that is not zero.
    /// </summary>
    public void Fill(float low, float high, int size, int samplingRatio, bool aligned, Span<float> weights, Span<int> first, Span<int> count)
    {
        weights.Clear();
        float length = high - low;
        if (!aligned) length = MathF.Max(length, 1);
        float bin = length / _bins;
        int samples = samplingRatio > 0 ? samplingRatio : (int)MathF.Ceiling(length / _bins);
        for (int b = 0; b < _bins; b++)
        {
            Span<float> row = weights.Slice(b * size, size);
            int from = size, to = -1;
            for (int i = 0; i < samples; i++)
            {
                float at = low + b * bin + (i + 0.5f) * bin / samples;
                if (!(at >= -1 && at <= size)) continue;
                at = MathF.Max(at, 0);
                int cell = (int)at, next;
                if (cell >= size - 1)
                {
                    cell = next = size - 1;
                    at = cell;
                }
                else
                {
                    next = cell + 1;
                }
                float fraction = at - cell;
                row[cell] += (1 - fraction) / samples;
                row[next] += fraction / samples;
                from = Math.Min(from, cell);
                to = Math.Max(to, next);
            }
            first[b] = to < 0 ? 0 : from;
            count[b] = to < 0 ? 0 : to - from + 1;
        }
    }
}
