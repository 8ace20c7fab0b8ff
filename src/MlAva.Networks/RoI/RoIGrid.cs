namespace MlAva.Networks;

/// <summary>
/// The bilinear sampling of RoIAlign along one axis: for each of the bins, which cells it reads and with which weight. Sampling points form
/// a grid and points outside the map count as zero on their whole row or column, so a bin's average is the product of the two axes.
/// </summary>
readonly record struct RoIGrid(int Bins, int Size, int SamplingRatio, bool Aligned)
{
    /// <summary>Fills, for each bin, weights over all cells ([bins, size]) and the extent of those that are not zero.</summary>
    /// <param name="low">The box's lower edge in cells.</param>
    /// <param name="high">Its upper edge.</param>
    /// <param name="weights">[bins, size], overwritten.</param>
    /// <param name="extents">[bins], the first cell read and how many.</param>
    public void Fill(float low, float high, Span<float> weights, Span<(int First, int Count)> extents)
    {
        weights.Clear();
        float length = high - low;
        if (!Aligned) length = MathF.Max(length, 1);
        float bin = length / Bins;
        int samples = SamplingRatio > 0 ? SamplingRatio : (int)MathF.Ceiling(length / Bins);
        for (int b = 0; b < Bins; b++)
        {
            Span<float> row = weights.Slice(b * Size, Size);
            int first = Size, last = -1;
            for (int i = 0; i < samples; i++)
            {
                float at = low + b * bin + (i + 0.5f) * bin / samples;
                if (!(at >= -1 && at <= Size)) continue;
                at = MathF.Max(at, 0);
                int cell = (int)at, next = cell + 1;
                if (cell >= Size - 1)
                {
                    cell = next = Size - 1;
                    at = cell;
                }
                float fraction = at - cell;
                row[cell] += (1 - fraction) / samples;
                row[next] += fraction / samples;
                first = Math.Min(first, cell);
                last = Math.Max(last, next);
            }
            extents[b] = last < 0 ? (0, 0) : (first, last - first + 1);
        }
    }
}
