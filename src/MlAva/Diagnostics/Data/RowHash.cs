using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>Numbers of 64 bits for rows and keys: two different rows have the same one with a chance of about 1 in 10¹⁹.</summary>
static class RowHash
{
    public static ulong Of(int keyframe, in Box box, int action, double score = 0)
    {
        ulong hash = Mix((uint)keyframe, (uint)action);
        hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(box.X1));
        hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(box.Y1));
        hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(box.X2));
        hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(box.Y2));
        return Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(score));
    }

    /// <summary>A keyframe's place in 0–1, the same in every run.</summary>
    public static double Share(string video, double time)
    {
        ulong hash = 0;
        foreach (char c in video) hash = Mix(hash, c);
        hash = Mix(hash, (ulong)new KeyframeKey(video, time).TimeNumber);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The finaliser of SplitMix64 over a running value.</summary>
    static ulong Mix(ulong hash, ulong value)
    {
        ulong z = hash * 0x9E3779B97F4A7C15 + value + 0x632BE59BD9B4E019;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
