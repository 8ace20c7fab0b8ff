using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

static class Golden
{
    /// <summary>A file of the numbers committed beside these tests (see Golden/README.md).</summary>
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", name);

    /// <summary>A clip from [H, W, 3] or [T, H, W, 3].</summary>
    public static VideoClip Clip(string path)
    {
        var (shape, pixels) = Npy.Read<byte>(path);
        return new(pixels, shape.Length == 4 ? shape[0] : 1, new(shape[^2], shape[^3]));
    }

    public static float[] Floats(JsonElement nested) => [.. Numbers(nested).Select(v => (float)v)];

    public static double[] Doubles(JsonElement nested) => [.. Numbers(nested)];

    public static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];

    /// <summary>A clip of random pixels, smooth enough not to be all extremes.</summary>
    public static VideoClip Noise(int frames, FrameSize size, ulong seed = 1)
    {
        VideoClip clip = new(frames, size);
        ClipRandom random = new(seed);
        foreach (ref byte value in clip.Pixels) value = (byte)random.Next(0, 256);
        return clip;
    }

    /// <summary>A smooth picture with shapes, kind to JPEG; differs from frame to frame.</summary>
    public static VideoClip Scene(int frames, FrameSize size)
    {
        VideoClip clip = new(frames, size);
        for (int t = 0; t < frames; t++)
        {
            Span<byte> frame = clip.Frame(t);
            for (int y = 0, i = 0; y < size.Height; y++)
            {
                for (int x = 0; x < size.Width; x++, i += 3)
                {
                    bool inside = Math.Abs(x - 5 * t - 12) < 8 && Math.Abs(y - size.Height / 2) < 9;
                    (frame[i], frame[i + 1], frame[i + 2]) = inside ? ((byte)220, (byte)60, (byte)40) : ((byte)(40 + x), (byte)(60 + y), (byte)(20 * t));
                }
            }
        }

        return clip;
    }

    public static int MaximumDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Assert.Equal(a.Length, b.Length);
        int worst = 0;
        for (int i = 0; i < a.Length; i++) worst = Math.Max(worst, Math.Abs(a[i] - b[i]));
        return worst;
    }

    public static double MeanDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Assert.Equal(a.Length, b.Length);
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum / a.Length;
    }

    public static void AssertSamePixels(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found)
    {
        Assert.Equal(expected.Length, found.Length);
        int at = expected.CommonPrefixLength(found);
        Assert.True(at == expected.Length, at == expected.Length ? "" : $"byte {at}: expected {expected[at]}, found {found[at]}");
    }

    static IEnumerable<double> Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Numbers) : [element.GetDouble()];
}
