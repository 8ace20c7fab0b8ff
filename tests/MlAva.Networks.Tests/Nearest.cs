namespace MlAva.Networks.Tests;

/// <summary>Which frames torch's nearest interpolation takes, for the tests' own network (reference specification §2.3, §3.2).</summary>
static class Nearest
{
    /// <summary>One frame of every <paramref name="rate"/>, ⌊frames / rate⌋ of them.</summary>
    public static long[] ByRate(long frames, int rate) => [.. Enumerable.Range(0, (int)(frames / rate)).Select(i => (long)i * rate)];

    /// <summary>As many frames as asked for.</summary>
    public static long[] BySize(long frames, long size) => [.. Enumerable.Range(0, (int)size).Select(i => i * frames / size)];
}
