using MlAva.Video;

namespace MlAva.Transforms;

/// <summary>Chance for one row, found by what the row is and not by where it stands: cursors, threads and shuffling change nothing.</summary>
static class RowRandom
{
    /// <param name="seed">The transform's seed.</param>
    /// <param name="video">The row's video.</param>
    /// <param name="timestamp">The row's time.</param>
    /// <param name="purpose">Tells transforms with one seed apart, so that two in a row do not draw the same numbers.</param>
    public static ClipRandom For(ulong seed, ReadOnlySpan<char> video, float timestamp, int purpose)
    {
        ulong hash = 14695981039346656037; // FNV-1a: the same on every machine, unlike string.GetHashCode
        foreach (char c in video) hash = (hash ^ c) * 1099511628211;
        return ClipRandom.ForItem(seed ^ hash, BitConverter.SingleToInt32Bits(timestamp), purpose);
    }
}
