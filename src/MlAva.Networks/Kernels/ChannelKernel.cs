using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>
/// Passes over channels-last memory for batch normalisation: sums over places for each channel, and affine maps of each channel, with the ReLU and its
/// gradient on the way. Channels come in sixteens; eights, where two places then count as one. Places are divided into chunks by their number alone, so threads
/// change no bit.
/// </summary>
static unsafe class ChannelKernel
{
    // Floats of a chunk: sums stay exact enough in float32, and there is work for threads.
    const int ChunkFloats = 1 << 15;

    /// <summary>Whether maps of this size can be passed over.</summary>
    public static bool Takes(long places, long channels) => channels % TileKernel.Lanes == 0 || (channels % (TileKernel.Lanes / 2) == 0 && places % 2 == 0);

    /// <summary>Mean and sum of squared deviations of each channel.</summary>
    public static (double[] Mean, double[] Deviations) Moments(float* data, int places, int channels)
    {
        if (ArePaired(channels))
        {
            (double[] means, double[] squares) = Moments(data, places / 2, 2 * channels);
            for (int c = 0; c < channels; c++)
            {
                double apart = means[c] - means[c + channels];
                squares[c] += squares[c + channels] + apart * apart * places / 4;
                means[c] = (means[c] + means[c + channels]) / 2;
            }
            return (means[..channels], squares[..channels]);
        }
        int rows = Rows(channels), chunks = (places + rows - 1) / rows;
        using FloatBuffer partial = new(2L * chunks * channels);
        (nint from, nint to) = ((nint)data, (nint)partial.Start);
        Workers.For(chunks, chunk =>
        {
            int first = chunk * rows, count = Math.Min(rows, places - first);
            float* start = (float*)from + (long)first * channels, sums = (float*)to + 2L * chunk * channels;
            for (int c = 0; c < channels; c += TileKernel.Lanes)
            {
                // Taken from the chunk's first row, so that squares stay small.
                Vector512<float> shift = Vector512.Load(start + c), sum = Vector512<float>.Zero, square = sum;
                float* place = start + c;
                for (int row = 0; row < count; row++, place += channels)
                {
                    Vector512<float> d = Vector512.Load(place) - shift;
                    sum += d;
                    square = Vector512.FusedMultiplyAdd(d, d, square);
                }
                Vector512.Store(sum, sums + c);
                Vector512.Store(square, sums + channels + c);
            }
        });
        double[] mean = new double[channels], deviations = new double[channels];
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            int before = chunk * rows, count = Math.Min(rows, places - before);
            float* first = data + (long)before * channels, sums = partial.Start + 2L * chunk * channels;
            for (int c = 0; c < channels; c++)
            {
                double sum = sums[c], own = first[c] + sum / count, apart = own - mean[c];
                mean[c] += apart * count / (before + count);
                deviations[c] += sums[channels + c] - sum * sum / count + apart * apart * before * count / (before + count);
            }
        }
        return (mean, deviations);
    }

    /// <summary>relu?(data·factor + offset + added).</summary>
    public static void Apply(float* data, float* added, float* output, int places, int channels, float[] factor, float[] offset, bool rectify)
    {
        if (ArePaired(channels)) (places, channels, factor, offset) = (places / 2, 2 * channels, Twice(factor), Twice(offset));
        (nint from, nint plus, nint to) = ((nint)data, (nint)added, (nint)output);
        ForChunks(places, channels, (first, count) =>
        {
            float* x = (float*)from + (long)first * channels, y = (float*)to + (long)first * channels, z = plus == 0 ? null : (float*)plus + (long)first * channels;
            fixed (float* a = factor, b = offset)
            {
                for (int row = 0; row < count; row++, x += channels, y += channels)
                {
                    for (int c = 0; c < channels; c += TileKernel.Lanes)
                    {
                        Vector512<float> value = Vector512.FusedMultiplyAdd(Vector512.Load(x + c), Vector512.Load(a + c), Vector512.Load(b + c));
                        if (z != null) value += Vector512.Load(z + c);
                        if (rectify) value = TileKernel.Rectified(value);
                        Vector512.Store(value, y + c);
                    }
                    if (z != null) z += channels;
                }
            }
        });
    }

    /// <summary>
    /// The sums of gradient and of gradient·(data − mean) of each channel, gradients counted only where <paramref name="rectified"/> is positive.
    /// </summary>
    /// <param name="gradient">Of the outputs.</param>
    /// <param name="rectified">The outputs behind the ReLU; null: there was none.</param>
    /// <param name="passed">The gradients that count are written here; null: nowhere.</param>
    /// <param name="data">What was normalised.</param>
    /// <param name="mean">Its mean.</param>
    /// <param name="places">Places.</param>
    /// <param name="channels">Channels.</param>
    public static (double[] Sum, double[] Product) GradientSums(float* gradient, float* rectified, float* passed, float* data, float[] mean, int places, int channels)
    {
        if (ArePaired(channels))
        {
            (double[] each, double[] joint) = GradientSums(gradient, rectified, passed, data, Twice(mean), places / 2, 2 * channels);
            for (int c = 0; c < channels; c++)
            {
                each[c] += each[c + channels];
                joint[c] += joint[c + channels];
            }
            return (each[..channels], joint[..channels]);
        }
        int rows = Rows(channels), chunks = (places + rows - 1) / rows;
        using FloatBuffer partial = new(2L * chunks * channels);
        (nint from, nint mask, nint pass, nint with, nint to) = ((nint)gradient, (nint)rectified, (nint)passed, (nint)data, (nint)partial.Start);
        Workers.For(chunks, chunk =>
        {
            int first = chunk * rows, count = Math.Min(rows, places - first);
            long start = (long)first * channels;
            float* sums = (float*)to + 2L * chunk * channels;
            fixed (float* means = mean)
            {
                for (int c = 0; c < channels; c += TileKernel.Lanes)
                {
                    Vector512<float> sum = Vector512<float>.Zero, product = sum, middle = Vector512.Load(means + c);
                    float* g = (float*)from + start + c, x = (float*)with + start + c, y = mask == 0 ? null : (float*)mask + start + c, kept = pass == 0 ? null : (float*)pass + start + c;
                    for (int row = 0; row < count; row++, g += channels, x += channels)
                    {
                        Vector512<float> value = Vector512.Load(g);
                        if (y != null)
                        {
                            value = Passed(value, y);
                            y += channels;
                        }
                        if (kept != null)
                        {
                            Vector512.Store(value, kept);
                            kept += channels;
                        }
                        sum += value;
                        product = Vector512.FusedMultiplyAdd(value, Vector512.Load(x) - middle, product);
                    }
                    Vector512.Store(sum, sums + c);
                    Vector512.Store(product, sums + channels + c);
                }
            }
        });
        double[] total = new double[channels], products = new double[channels];
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            float* sums = partial.Start + 2L * chunk * channels;
            for (int c = 0; c < channels; c++)
            {
                total[c] += sums[c];
                products[c] += sums[channels + c];
            }
        }
        return (total, products);
    }

    /// <summary>gradient·a + data·b + c for each channel, gradients counted only where <paramref name="rectified"/> is positive.</summary>
    public static void GradientOfInput(
        float* gradient, float* rectified, float* data, float* output, int places, int channels, (float[] Gradient, float[] Data, float[] Offset) factors)
    {
        if (ArePaired(channels)) (places, channels, factors) = (places / 2, 2 * channels, (Twice(factors.Gradient), Twice(factors.Data), Twice(factors.Offset)));
        (nint from, nint mask, nint with, nint to) = ((nint)gradient, (nint)rectified, (nint)data, (nint)output);
        ForChunks(places, channels, (first, count) =>
        {
            long start = (long)first * channels;
            float* g = (float*)from + start, x = (float*)with + start, d = (float*)to + start, y = mask == 0 ? null : (float*)mask + start;
            fixed (float* a = factors.Gradient, b = factors.Data, offset = factors.Offset)
            {
                for (int row = 0; row < count; row++, g += channels, x += channels, d += channels)
                {
                    for (int c = 0; c < channels; c += TileKernel.Lanes)
                    {
                        Vector512<float> value = Vector512.Load(g + c);
                        if (y != null) value = Passed(value, y + c);
                        Vector512<float> rest = Vector512.FusedMultiplyAdd(Vector512.Load(x + c), Vector512.Load(b + c), Vector512.Load(offset + c));
                        Vector512.Store(Vector512.FusedMultiplyAdd(value, Vector512.Load(a + c), rest), d + c);
                    }
                    if (y != null) y += channels;
                }
            }
        });
    }

    static Vector512<float> Passed(Vector512<float> gradient, float* rectified) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Load(rectified), Vector512<float>.Zero), gradient, Vector512<float>.Zero);

    static bool ArePaired(int channels) => channels % TileKernel.Lanes != 0;

    static float[] Twice(float[] values) => [.. values, .. values];

    static int Rows(int channels) => Math.Max(8, ChunkFloats / channels);

    static void ForChunks(int places, int channels, Action<int, int> body)
    {
        int rows = Rows(channels);
        Workers.For((places + rows - 1) / rows, chunk => body(chunk * rows, Math.Min(rows, places - chunk * rows)));
    }
}
