namespace MlAva.Video;

/// <summary>Lays a video's frames on a constant rate as FFmpeg's <c>fps</c> filter does: output frame k shows the last source frame whose rounded time is at most k.</summary>
static class ConstantRate
{
    /// <summary>The source frame of every output frame.</summary>
    /// <param name="ticks">[n] presentation times in display order, strictly increasing.</param>
    /// <param name="end">The time at which the last frame ends.</param>
    /// <param name="secondsNumerator">One tick is <paramref name="secondsNumerator"/> / <paramref name="secondsDenominator"/> seconds.</param>
    /// <param name="secondsDenominator">See <paramref name="secondsNumerator"/>.</param>
    /// <param name="fps">The constant rate.</param>
    public static int[] Map(ReadOnlySpan<long> ticks, long end, long secondsNumerator, long secondsDenominator, double fps)
    {
        // The order of multiplication keeps halves exact for whole rates; they round away from zero.
        double Slot(long tick) => Math.Round((double)tick * secondsNumerator * fps / secondsDenominator, MidpointRounding.AwayFromZero);
        double first = Slot(ticks[0]);
        int count = (int)Math.Max(1, Slot(end) - first);
        int[] sources = new int[count];
        for (int k = 0, source = 0; k < count; k++)
        {
            while (source + 1 < ticks.Length && Slot(ticks[source + 1]) <= first + k) source++;
            sources[k] = source;
        }

        return sources;
    }
}
