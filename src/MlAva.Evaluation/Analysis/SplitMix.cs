namespace MlAva.Evaluation.Analysis;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): the same numbers from the same state on every machine and version of .NET.</summary>
struct SplitMix(ulong state)
{
    ulong _state = state;

    /// <summary>A whole number from 0 to below <paramref name="limit"/>.</summary>
    public int Next(int limit)
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)Math.BigMul(z ^ (z >> 31), (ulong)limit, out _);
    }
}
