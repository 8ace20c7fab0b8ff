namespace MlAva.Video;

/// <summary>
/// The taps by which FFmpeg's scaler stretches a row or column by its bicubic filter (B 0, C 0.6), in the same whole numbers: for each place of the result the first source place and
/// weights that sum to <see cref="One"/>.
/// </summary>
sealed class ScaleFilter
{
    const int Reach = 5;
    const double Negligible = 0.002;

    /// <summary>Computes the taps.</summary>
    /// <param name="source">Source length.</param>
    /// <param name="length">Length of the result, at least that of the source.</param>
    /// <param name="one">What the weights of a place sum to.</param>
    public ScaleFilter(int source, int length, int one)
    {
        One = one;
        long step = (((long)source << 16) + (length >> 1)) / length;
        int reach = Math.Max(1, Math.Min(Reach, source - 2));
        long[,] weights = new long[length, reach];
        Starts = new int[length];
        // Both sides count from the middle of a sample: 128 of 256.
        long place = (128 * step >> 7) - (128 * 0x10000L >> 7);
        for (int i = 0; i < length; i++, place += 2 * step)
        {
            int first = (int)((place - (reach - 2) * (1L << 16)) / (1 << 17));
            Starts[i] = first;
            for (int j = 0; j < reach; j++) weights[i, j] = Bicubic(Math.Abs((first + j) * (1L << 17) - place) << 13);
        }

        Taps = Shorten(weights, length, reach);
        Weights = new int[length * Taps];
        Span<long> row = stackalloc long[Reach];
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < Taps; j++) row[j] = weights[i, j];
            Starts[i] = KeepInside(row[..Taps], Starts[i], source);
            Normalise(row[..Taps], Weights.AsSpan(i * Taps, Taps));
        }
    }

    /// <summary>What the weights of a place sum to.</summary>
    public int One { get; }

    /// <summary>Weights for each place.</summary>
    public int Taps { get; }

    /// <summary>The first source place of each place.</summary>
    public int[] Starts { get; }

    /// <summary>[length, taps].</summary>
    public int[] Weights { get; }

    // Distances in units of 2^-30.
    static long Bicubic(long d)
    {
        const long C = (long)(0.6 * (1 << 24)), Unit = 1L << 24;
        if (d >= 1L << 31) return 0;
        long dd = d * d >> 30, ddd = dd * d >> 30;
        return d < 1L << 30
            ? (12 * Unit - 6 * C) * ddd + (-18 * Unit + 6 * C) * dd + 6 * Unit * (1L << 30)
            : -6 * C * ddd + 30 * C * dd - 48 * C * d + 24 * C * (1L << 30);
    }

    int Shorten(long[,] weights, int length, int reach)
    {
        const double CutOff = Negligible * (1L << 54);
        int taps = 0;
        for (int i = length - 1; i >= 0; i--)
        {
            long sum = 0;
            int needed = reach;
            for (int j = 0; j < reach; j++)
            {
                sum += Math.Abs(weights[i, 0]);
                if (sum > CutOff || (i < length - 1 && Starts[i] >= Starts[i + 1])) break;
                for (int k = 1; k < reach; k++) weights[i, k - 1] = weights[i, k];
                weights[i, reach - 1] = 0;
                Starts[i]++;
            }

            sum = 0;
            for (int j = reach - 1; j > 0; j--)
            {
                sum += Math.Abs(weights[i, j]);
                if (sum > CutOff) break;
                needed--;
            }

            taps = Math.Max(taps, needed);
        }

        return taps;
    }

    // Weights beyond an end are added to that end.
    static int KeepInside(Span<long> row, int start, int source)
    {
        if (start < 0)
        {
            for (int j = 1; j < row.Length; j++)
            {
                int left = Math.Max(j + start, 0);
                (long weight, row[j]) = (row[j], 0);
                row[left] += weight;
            }

            start = 0;
        }

        if (start + row.Length <= source) return start;
        int shift = start + Math.Min(row.Length - source, 0);
        long beyond = 0;
        for (int j = row.Length - 1; j >= 0; j--)
        {
            if (start + j < source) continue;
            beyond += row[j];
            row[j] = 0;
        }

        for (int j = row.Length - 1; j >= 0; j--) row[j] = j < shift ? 0 : row[j - shift];
        start -= shift;
        row[source - 1 - start] += beyond;
        return start;
    }

    void Normalise(ReadOnlySpan<long> row, Span<int> weights)
    {
        long sum = 0, error = 0;
        foreach (long weight in row) sum += weight;
        sum = (sum + One / 2) / One;
        if (sum == 0) sum = 1;
        for (int j = 0; j < row.Length; j++)
        {
            long value = row[j] + error;
            weights[j] = (int)((value >= 0 ? value + (sum >> 1) : value - (sum >> 1)) / sum);
            error = value - weights[j] * sum;
        }
    }
}
