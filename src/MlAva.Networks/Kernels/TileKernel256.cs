using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary><see cref="TileKernel"/>'s loops for AVX2: tiles of six places times 16 or 8 channels, for as many sums as sixteen registers hold.</summary>
static unsafe class TileKernel256
{
    /// <summary>Places of a tile.</summary>
    public const int Places = 6;

    /// <summary>Channels of a wide panel.</summary>
    public const int Wide = 2 * Half;

    const int Half = TileKernel.Half, RunSize = Places + 1;

    /// <summary>Six places times 16 channels.</summary>
    /// <param name="runs">For each run: six addresses of <paramref name="length"/> inputs, and the first one's row in the panel.</param>
    /// <param name="count">Runs.</param>
    /// <param name="length">Inputs of a run.</param>
    /// <param name="weights">The panel: 16 weights for each input of each run.</param>
    /// <param name="outputs">Six addresses of 16 outputs.</param>
    /// <param name="ending">What is done to the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        TileKernel.Expect(outputs, Places, ending.AddOffset);
        Vector256<float> left = Vector256<float>.Zero, right = left;
        if (ending.Bias != null) (left, right) = (Vector256.Load(ending.Bias), Vector256.Load(ending.Bias + Half));
        Vector256<float> a0 = left, a1 = left, a2 = left, a3 = left, a4 = left, a5 = left;
        Vector256<float> b0 = right, b1 = right, b2 = right, b3 = right, b4 = right, b5 = right;
        for (int run = 0; run < count; run++, runs += RunSize)
        {
            float* w = weights + runs[Places] * Wide;
            float* p0 = (float*)runs[0], p1 = (float*)runs[1], p2 = (float*)runs[2], p3 = (float*)runs[3], p4 = (float*)runs[4], p5 = (float*)runs[5];
            for (nint k = 0; k < length; k++, w += Wide)
            {
                left = Vector256.Load(w);
                right = Vector256.Load(w + Half);
                Vector256<float> x = Vector256.Create(p0[k]);
                a0 = Fma.MultiplyAdd(x, left, a0);
                b0 = Fma.MultiplyAdd(x, right, b0);
                x = Vector256.Create(p1[k]);
                a1 = Fma.MultiplyAdd(x, left, a1);
                b1 = Fma.MultiplyAdd(x, right, b1);
                x = Vector256.Create(p2[k]);
                a2 = Fma.MultiplyAdd(x, left, a2);
                b2 = Fma.MultiplyAdd(x, right, b2);
                x = Vector256.Create(p3[k]);
                a3 = Fma.MultiplyAdd(x, left, a3);
                b3 = Fma.MultiplyAdd(x, right, b3);
                x = Vector256.Create(p4[k]);
                a4 = Fma.MultiplyAdd(x, left, a4);
                b4 = Fma.MultiplyAdd(x, right, b4);
                x = Vector256.Create(p5[k]);
                a5 = Fma.MultiplyAdd(x, left, a5);
                b5 = Fma.MultiplyAdd(x, right, b5);
            }
        }
        if (ending.AddOffset != 0)
        {
            // All is read before anything is written: at the end of the places several addresses are the same.
            float* q0 = (float*)(outputs[0] + ending.AddOffset), q1 = (float*)(outputs[1] + ending.AddOffset);
            float* q2 = (float*)(outputs[2] + ending.AddOffset), q3 = (float*)(outputs[3] + ending.AddOffset);
            float* q4 = (float*)(outputs[4] + ending.AddOffset), q5 = (float*)(outputs[5] + ending.AddOffset);
            (a0, b0) = (a0 + Vector256.Load(q0), b0 + Vector256.Load(q0 + Half));
            (a1, b1) = (a1 + Vector256.Load(q1), b1 + Vector256.Load(q1 + Half));
            (a2, b2) = (a2 + Vector256.Load(q2), b2 + Vector256.Load(q2 + Half));
            (a3, b3) = (a3 + Vector256.Load(q3), b3 + Vector256.Load(q3 + Half));
            (a4, b4) = (a4 + Vector256.Load(q4), b4 + Vector256.Load(q4 + Half));
            (a5, b5) = (a5 + Vector256.Load(q5), b5 + Vector256.Load(q5 + Half));
        }
        Write(outputs[0], a0, ending.Rectify);
        Write(outputs[0] + Half * sizeof(float), b0, ending.Rectify);
        Write(outputs[1], a1, ending.Rectify);
        Write(outputs[1] + Half * sizeof(float), b1, ending.Rectify);
        Write(outputs[2], a2, ending.Rectify);
        Write(outputs[2] + Half * sizeof(float), b2, ending.Rectify);
        Write(outputs[3], a3, ending.Rectify);
        Write(outputs[3] + Half * sizeof(float), b3, ending.Rectify);
        Write(outputs[4], a4, ending.Rectify);
        Write(outputs[4] + Half * sizeof(float), b4, ending.Rectify);
        Write(outputs[5], a5, ending.Rectify);
        Write(outputs[5] + Half * sizeof(float), b5, ending.Rectify);
    }

    /// <summary>Six places times 8 channels; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunHalf(nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        // Two sums a place, of the even and the odd inputs: one alone would wait for itself.
        Vector256<float> zero = Vector256<float>.Zero, bias = ending.Bias == null ? zero : Vector256.Load(ending.Bias);
        Vector256<float> a0 = bias, a1 = bias, a2 = bias, a3 = bias, a4 = bias, a5 = bias;
        Vector256<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero;
        for (int run = 0; run < count; run++, runs += RunSize)
        {
            float* w = weights + runs[Places] * Half;
            float* p0 = (float*)runs[0], p1 = (float*)runs[1], p2 = (float*)runs[2], p3 = (float*)runs[3], p4 = (float*)runs[4], p5 = (float*)runs[5];
            nint k = 0;
            for (; k < length - 1; k += 2, w += 2 * Half)
            {
                Vector256<float> even = Vector256.Load(w), odd = Vector256.Load(w + Half);
                a0 = Fma.MultiplyAdd(Vector256.Create(p0[k]), even, a0);
                b0 = Fma.MultiplyAdd(Vector256.Create(p0[k + 1]), odd, b0);
                a1 = Fma.MultiplyAdd(Vector256.Create(p1[k]), even, a1);
                b1 = Fma.MultiplyAdd(Vector256.Create(p1[k + 1]), odd, b1);
                a2 = Fma.MultiplyAdd(Vector256.Create(p2[k]), even, a2);
                b2 = Fma.MultiplyAdd(Vector256.Create(p2[k + 1]), odd, b2);
                a3 = Fma.MultiplyAdd(Vector256.Create(p3[k]), even, a3);
                b3 = Fma.MultiplyAdd(Vector256.Create(p3[k + 1]), odd, b3);
                a4 = Fma.MultiplyAdd(Vector256.Create(p4[k]), even, a4);
                b4 = Fma.MultiplyAdd(Vector256.Create(p4[k + 1]), odd, b4);
                a5 = Fma.MultiplyAdd(Vector256.Create(p5[k]), even, a5);
                b5 = Fma.MultiplyAdd(Vector256.Create(p5[k + 1]), odd, b5);
            }
            if (k == length) continue;
            Vector256<float> last = Vector256.Load(w);
            a0 = Fma.MultiplyAdd(Vector256.Create(p0[k]), last, a0);
            a1 = Fma.MultiplyAdd(Vector256.Create(p1[k]), last, a1);
            a2 = Fma.MultiplyAdd(Vector256.Create(p2[k]), last, a2);
            a3 = Fma.MultiplyAdd(Vector256.Create(p3[k]), last, a3);
            a4 = Fma.MultiplyAdd(Vector256.Create(p4[k]), last, a4);
            a5 = Fma.MultiplyAdd(Vector256.Create(p5[k]), last, a5);
        }
        (a0, a1, a2, a3, a4, a5) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5);
        if (ending.AddOffset != 0)
        {
            float* q0 = (float*)(outputs[0] + ending.AddOffset), q1 = (float*)(outputs[1] + ending.AddOffset);
            float* q2 = (float*)(outputs[2] + ending.AddOffset), q3 = (float*)(outputs[3] + ending.AddOffset);
            float* q4 = (float*)(outputs[4] + ending.AddOffset), q5 = (float*)(outputs[5] + ending.AddOffset);
            (a0, a1, a2) = (a0 + Vector256.Load(q0), a1 + Vector256.Load(q1), a2 + Vector256.Load(q2));
            (a3, a4, a5) = (a3 + Vector256.Load(q3), a4 + Vector256.Load(q4), a5 + Vector256.Load(q5));
        }
        Write(outputs[0], a0, ending.Rectify);
        Write(outputs[1], a1, ending.Rectify);
        Write(outputs[2], a2, ending.Rectify);
        Write(outputs[3], a3, ending.Rectify);
        Write(outputs[4], a4, ending.Rectify);
        Write(outputs[5], a5, ending.Rectify);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(nint address, Vector256<float> value, bool rectify) => Vector256.Store(rectify ? TileKernel.Rectified(value) : value, (float*)address);
}
