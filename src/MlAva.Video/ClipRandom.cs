namespace MlAva.Video;

/// <summary>
/// The source of chance for sampling and augmentation: Steele, Lea and Flood's SplitMix64 generator (OOPSLA 2014). The same seed gives the same
/// numbers on every platform and every .NET. Not thread-safe: give each item its own, with <see cref="ForItem"/>.
/// </summary>
public sealed class ClipRandom
{
    const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    ulong _state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">Any value; close seeds give unrelated sequences.</param>
    public ClipRandom(ulong seed) => _state = seed;

    /// <summary>
    /// The sequence of one item in one epoch. It depends on nothing else, so that items may be prepared in any order and on any number of
    /// threads, and an epoch can be resumed in its middle.
    /// </summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="item">The item's place in the data set.</param>
    public static ClipRandom ForItem(ulong seed, long epoch, long item) => new(Mix(Mix(Mix(seed + GoldenGamma) + (ulong)epoch) + (ulong)item));

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += GoldenGamma);

    /// <summary>A whole number, every value equally likely.</summary>
    /// <param name="minimum">The smallest value.</param>
    /// <param name="exclusiveMaximum">One more than the largest value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public int Next(int minimum, int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exclusiveMaximum, minimum);
        ulong range = (ulong)((long)exclusiveMaximum - minimum);
        // The last, incomplete round of 2^64 is thrown away: without this, small values would be a trifle more likely.
        ulong rest = unchecked(0UL - range) % range;
        ulong bits;
        do bits = NextBits();
        while (bits < rest);
        return (int)(minimum + (long)(bits % range));
    }

    /// <summary>A number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts items into random order in place, every order equally likely (Fisher and Yates, from the end).</summary>
    /// <typeparam name="T">The items' type; their values do not matter, only their number.</typeparam>
    /// <param name="items">The items; one fewer draws of <see cref="Next"/> than items are used, none for an empty span.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Next(0, i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
