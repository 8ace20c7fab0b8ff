namespace MlAva.MiniAva;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform, and streams that fork by a key.</summary>
sealed class SplitMix(ulong seed)
{
    readonly ulong _seed = seed;
    ulong _drawn;

    internal SplitMix Fork(ulong key) => new(Mix(_seed ^ Mix(key + 0x9E3779B97F4A7C15)));

    internal ulong BackdropKey() => NextBits();

    internal double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    internal double Range(double from, double to) => from + (to - from) * Next();

    internal double Angle() => Range(0, 2 * Math.PI);

    internal int Below(int count) => (int)(Next() * count);

    internal bool Chance(double probability) => Next() < probability;

    internal T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Roughly normal (a sum of four uniforms), with bounded tails: never past 3.5 standard deviations.</summary>
    internal double Bell(double deviation) => (Next() + Next() + Next() + Next() - 2) * deviation * Math.Sqrt(3);

    internal void Shuffle<T>(T[] items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    ulong NextBits() => Mix(_seed + ++_drawn * 0x9E3779B97F4A7C15);

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
