using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>
/// Winograd's minimal filtering F(m, 3) on vectors of channels (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016):
/// m outputs of a kernel of 3 from m + 2 products, where the direct way takes 3·m. Points 0, ±1, ∞ for m = 2, and ±2 besides for m = 4. Outputs and
/// gradients agree with the direct way's to some 1e-6 of the largest.
/// </summary>
static unsafe class WinogradTransform
{
    /// <summary>Each factor of the weights as a weighted sum of the taps: [factor][tap], for frames the weights of the two axes multiplied.</summary>
    /// <param name="outputs">Outputs of a tile along an axis: 2 or 4.</param>
    /// <param name="taps">Taps: 3 or 9.</param>
    public static float[] Mix(int outputs, int taps)
    {
        int side = outputs + 2;
        double[,] one = Weights(outputs);
        float[] mix = new float[(taps == 3 ? side : side * side) * taps];
        for (int i = 0; i < mix.Length; i++)
        {
            (int factor, int tap) = Math.DivRem(i, taps);
            mix[i] = (float)(taps == 3 ? one[factor, tap] : one[factor / side, tap / 3] * one[factor % side, tap % 3]);
        }
        return mix;
    }

    /// <summary>Weights: m + 2 rows of 3.</summary>
    static double[,] Weights(int outputs) => outputs == 2
        ? new double[,] { { 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 } }
        : new double[,]
        {
            { 1.0 / 4, 0, 0 }, { -1.0 / 6, -1.0 / 6, -1.0 / 6 }, { -1.0 / 6, 1.0 / 6, -1.0 / 6 },
            { 1.0 / 24, 1.0 / 12, 1.0 / 6 }, { 1.0 / 24, -1.0 / 12, 1.0 / 6 }, { 0, 0, 1 },
        };

    /// <summary>m + 2 inputs into as many factors; <paramref name="step"/> floats apart, in and out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Inputs(int outputs, Vector512<float>* d, Vector512<float>* v, int step)
    {
        if (outputs == 2)
        {
            v[0] = d[0] - d[2];
            v[step] = d[1] + d[2];
            v[2 * step] = d[2] - d[1];
            v[3 * step] = d[1] - d[3];
            return;
        }
        Vector512<float> four = Vector512.Create(4f), five = Vector512.Create(5f);
        Vector512<float> a = d[4] - four * d[2], b = d[3] - four * d[1], c = d[4] - d[2], e = d[3] - d[1];
        e += e;
        v[0] = four * d[0] - five * d[2] + d[4];
        v[step] = a + b;
        v[2 * step] = a - b;
        v[3 * step] = c + e;
        v[4 * step] = c - e;
        v[5 * step] = four * d[1] - five * d[3] + d[5];
    }

    /// <summary>Gradients of m outputs into those of m + 2 products: <see cref="Outputs"/> turned round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradients(int outputs, Vector512<float>* y, Vector512<float>* m, int step)
    {
        if (outputs == 2)
        {
            m[0] = y[0];
            m[step] = y[0] + y[1];
            m[2 * step] = y[0] - y[1];
            m[3 * step] = -y[1];
            return;
        }
        Vector512<float> four = Vector512.Create(4f), even = y[0] + y[2], odd = y[1] + y[3], wideEven = y[0] + four * y[2], wideOdd = y[1] + four * y[3];
        wideOdd += wideOdd;
        m[0] = y[0];
        m[step] = even + odd;
        m[2 * step] = even - odd;
        m[3 * step] = wideEven + wideOdd;
        m[4 * step] = wideEven - wideOdd;
        m[5 * step] = y[3];
    }

    /// <summary>m + 2 products into m outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Outputs(int outputs, Vector512<float>* m, Vector512<float>* y, int step)
    {
        if (outputs == 2)
        {
            y[0] = m[0] + m[1] + m[2];
            y[step] = m[1] - m[2] - m[3];
            return;
        }
        Vector512<float> s = m[1] + m[2], d = m[1] - m[2], p = m[3] + m[4], q = m[3] - m[4];
        q += q;
        Vector512<float> four = Vector512.Create(4f);
        y[0] = m[0] + s + p;
        y[step] = d + q;
        y[2 * step] = s + four * p;
        y[3 * step] = d + four * q + m[5];
    }
}
