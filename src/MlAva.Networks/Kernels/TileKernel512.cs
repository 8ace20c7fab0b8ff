using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary><see cref="TileKernel"/>'s loops for AVX-512: tiles of eight places times 32, 16 or 8 channels.</summary>
static unsafe class TileKernel512
{
    /// <summary>Places of a tile.</summary>
    public const int Places = 8;

    /// <summary>Channels of a wide panel.</summary>
    public const int Wide = 2 * Lanes;

    const int Lanes = TileKernel.Lanes, Half = TileKernel.Half, RunSize = Places + 1;

    /// <summary>Eight places times 32 channels.</summary>
    /// <param name="runs">For each run: eight addresses of <paramref name="length"/> inputs, and the first one's row in the panel.</param>
    /// <param name="count">Runs.</param>
    /// <param name="length">Inputs of a run.</param>
    /// <param name="weights">The panel: 32 weights for each input of each run.</param>
    /// <param name="outputs">Eight addresses of 32 outputs.</param>
    /// <param name="ending">What is done to the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        TileKernel.Expect(outputs, Places, ending.AddOffset);
        Vector512<float> left = Vector512<float>.Zero, right = left;
        if (ending.Bias != null) (left, right) = (Vector512.Load(ending.Bias), Vector512.Load(ending.Bias + Lanes));
        Vector512<float> a0 = left, a1 = left, a2 = left, a3 = left, a4 = left, a5 = left, a6 = left, a7 = left;
        Vector512<float> b0 = right, b1 = right, b2 = right, b3 = right, b4 = right, b5 = right, b6 = right, b7 = right;
        for (int run = 0; run < count; run++, runs += RunSize)
        {
            float* w = weights + runs[Places] * Wide;
            float* p0 = (float*)runs[0], p1 = (float*)runs[1], p2 = (float*)runs[2], p3 = (float*)runs[3];
            float* p4 = (float*)runs[4], p5 = (float*)runs[5], p6 = (float*)runs[6], p7 = (float*)runs[7];
            for (nint k = 0; k < length; k++, w += Wide)
            {
                left = Vector512.Load(w);
                right = Vector512.Load(w + Lanes);
                Vector512<float> x = Vector512.Create(p0[k]);
                a0 = Avx512F.FusedMultiplyAdd(x, left, a0);
                b0 = Avx512F.FusedMultiplyAdd(x, right, b0);
                x = Vector512.Create(p1[k]);
                a1 = Avx512F.FusedMultiplyAdd(x, left, a1);
                b1 = Avx512F.FusedMultiplyAdd(x, right, b1);
                x = Vector512.Create(p2[k]);
                a2 = Avx512F.FusedMultiplyAdd(x, left, a2);
                b2 = Avx512F.FusedMultiplyAdd(x, right, b2);
                x = Vector512.Create(p3[k]);
                a3 = Avx512F.FusedMultiplyAdd(x, left, a3);
                b3 = Avx512F.FusedMultiplyAdd(x, right, b3);
                x = Vector512.Create(p4[k]);
                a4 = Avx512F.FusedMultiplyAdd(x, left, a4);
                b4 = Avx512F.FusedMultiplyAdd(x, right, b4);
                x = Vector512.Create(p5[k]);
                a5 = Avx512F.FusedMultiplyAdd(x, left, a5);
                b5 = Avx512F.FusedMultiplyAdd(x, right, b5);
                x = Vector512.Create(p6[k]);
                a6 = Avx512F.FusedMultiplyAdd(x, left, a6);
                b6 = Avx512F.FusedMultiplyAdd(x, right, b6);
                x = Vector512.Create(p7[k]);
                a7 = Avx512F.FusedMultiplyAdd(x, left, a7);
                b7 = Avx512F.FusedMultiplyAdd(x, right, b7);
            }
        }
        if (ending.AddOffset != 0)
        {
            // All is read before anything is written: at the end of the places several addresses are the same.
            float* q0 = (float*)(outputs[0] + ending.AddOffset), q1 = (float*)(outputs[1] + ending.AddOffset);
            float* q2 = (float*)(outputs[2] + ending.AddOffset), q3 = (float*)(outputs[3] + ending.AddOffset);
            float* q4 = (float*)(outputs[4] + ending.AddOffset), q5 = (float*)(outputs[5] + ending.AddOffset);
            float* q6 = (float*)(outputs[6] + ending.AddOffset), q7 = (float*)(outputs[7] + ending.AddOffset);
            (a0, b0) = (a0 + Vector512.Load(q0), b0 + Vector512.Load(q0 + Lanes));
            (a1, b1) = (a1 + Vector512.Load(q1), b1 + Vector512.Load(q1 + Lanes));
            (a2, b2) = (a2 + Vector512.Load(q2), b2 + Vector512.Load(q2 + Lanes));
            (a3, b3) = (a3 + Vector512.Load(q3), b3 + Vector512.Load(q3 + Lanes));
            (a4, b4) = (a4 + Vector512.Load(q4), b4 + Vector512.Load(q4 + Lanes));
            (a5, b5) = (a5 + Vector512.Load(q5), b5 + Vector512.Load(q5 + Lanes));
            (a6, b6) = (a6 + Vector512.Load(q6), b6 + Vector512.Load(q6 + Lanes));
            (a7, b7) = (a7 + Vector512.Load(q7), b7 + Vector512.Load(q7 + Lanes));
        }
        Write(outputs[0], a0, b0, ending.Rectify);
        Write(outputs[1], a1, b1, ending.Rectify);
        Write(outputs[2], a2, b2, ending.Rectify);
        Write(outputs[3], a3, b3, ending.Rectify);
        Write(outputs[4], a4, b4, ending.Rectify);
        Write(outputs[5], a5, b5, ending.Rectify);
        Write(outputs[6], a6, b6, ending.Rectify);
        Write(outputs[7], a7, b7, ending.Rectify);
    }

    /// <summary>Eight places times 16 channels; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunNarrow(nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        // Two sums a place, of the even and the odd inputs: one alone would wait for itself.
        Vector512<float> zero = Vector512<float>.Zero, bias = ending.Bias == null ? zero : Vector512.Load(ending.Bias);
        Vector512<float> a0 = bias, a1 = bias, a2 = bias, a3 = bias, a4 = bias, a5 = bias, a6 = bias, a7 = bias;
        Vector512<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
        for (int run = 0; run < count; run++, runs += RunSize)
        {
            float* w = weights + runs[Places] * Lanes;
            float* p0 = (float*)runs[0], p1 = (float*)runs[1], p2 = (float*)runs[2], p3 = (float*)runs[3];
            float* p4 = (float*)runs[4], p5 = (float*)runs[5], p6 = (float*)runs[6], p7 = (float*)runs[7];
            nint k = 0;
            for (; k < length - 1; k += 2, w += 2 * Lanes)
            {
                Vector512<float> even = Vector512.Load(w), odd = Vector512.Load(w + Lanes);
                a0 = Avx512F.FusedMultiplyAdd(Vector512.Create(p0[k]), even, a0);
                b0 = Avx512F.FusedMultiplyAdd(Vector512.Create(p0[k + 1]), odd, b0);
                a1 = Avx512F.FusedMultiplyAdd(Vector512.Create(p1[k]), even, a1);
                b1 = Avx512F.FusedMultiplyAdd(Vector512.Create(p1[k + 1]), odd, b1);
                a2 = Avx512F.FusedMultiplyAdd(Vector512.Create(p2[k]), even, a2);
                b2 = Avx512F.FusedMultiplyAdd(Vector512.Create(p2[k + 1]), odd, b2);
                a3 = Avx512F.FusedMultiplyAdd(Vector512.Create(p3[k]), even, a3);
                b3 = Avx512F.FusedMultiplyAdd(Vector512.Create(p3[k + 1]), odd, b3);
                a4 = Avx512F.FusedMultiplyAdd(Vector512.Create(p4[k]), even, a4);
                b4 = Avx512F.FusedMultiplyAdd(Vector512.Create(p4[k + 1]), odd, b4);
                a5 = Avx512F.FusedMultiplyAdd(Vector512.Create(p5[k]), even, a5);
                b5 = Avx512F.FusedMultiplyAdd(Vector512.Create(p5[k + 1]), odd, b5);
                a6 = Avx512F.FusedMultiplyAdd(Vector512.Create(p6[k]), even, a6);
                b6 = Avx512F.FusedMultiplyAdd(Vector512.Create(p6[k + 1]), odd, b6);
                a7 = Avx512F.FusedMultiplyAdd(Vector512.Create(p7[k]), even, a7);
                b7 = Avx512F.FusedMultiplyAdd(Vector512.Create(p7[k + 1]), odd, b7);
            }
            if (k == length) continue;
            Vector512<float> last = Vector512.Load(w);
            a0 = Avx512F.FusedMultiplyAdd(Vector512.Create(p0[k]), last, a0);
            a1 = Avx512F.FusedMultiplyAdd(Vector512.Create(p1[k]), last, a1);
            a2 = Avx512F.FusedMultiplyAdd(Vector512.Create(p2[k]), last, a2);
            a3 = Avx512F.FusedMultiplyAdd(Vector512.Create(p3[k]), last, a3);
            a4 = Avx512F.FusedMultiplyAdd(Vector512.Create(p4[k]), last, a4);
            a5 = Avx512F.FusedMultiplyAdd(Vector512.Create(p5[k]), last, a5);
            a6 = Avx512F.FusedMultiplyAdd(Vector512.Create(p6[k]), last, a6);
            a7 = Avx512F.FusedMultiplyAdd(Vector512.Create(p7[k]), last, a7);
        }
        (a0, a1, a2, a3, a4, a5, a6, a7) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7);
        if (ending.AddOffset != 0)
        {
            float* q0 = (float*)(outputs[0] + ending.AddOffset), q1 = (float*)(outputs[1] + ending.AddOffset);
            float* q2 = (float*)(outputs[2] + ending.AddOffset), q3 = (float*)(outputs[3] + ending.AddOffset);
            float* q4 = (float*)(outputs[4] + ending.AddOffset), q5 = (float*)(outputs[5] + ending.AddOffset);
            float* q6 = (float*)(outputs[6] + ending.AddOffset), q7 = (float*)(outputs[7] + ending.AddOffset);
            (a0, a1, a2, a3) = (a0 + Vector512.Load(q0), a1 + Vector512.Load(q1), a2 + Vector512.Load(q2), a3 + Vector512.Load(q3));
            (a4, a5, a6, a7) = (a4 + Vector512.Load(q4), a5 + Vector512.Load(q5), a6 + Vector512.Load(q6), a7 + Vector512.Load(q7));
        }
        Write(outputs[0], a0, ending.Rectify);
        Write(outputs[1], a1, ending.Rectify);
        Write(outputs[2], a2, ending.Rectify);
        Write(outputs[3], a3, ending.Rectify);
        Write(outputs[4], a4, ending.Rectify);
        Write(outputs[5], a5, ending.Rectify);
        Write(outputs[6], a6, ending.Rectify);
        Write(outputs[7], a7, ending.Rectify);
    }

    /// <summary>Eight places times 8 channels; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunHalf(nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        // Two sums a place, of the even and the odd inputs: one alone would wait for itself.
        Vector256<float> zero = Vector256<float>.Zero, bias = ending.Bias == null ? zero : Vector256.Load(ending.Bias);
        Vector256<float> a0 = bias, a1 = bias, a2 = bias, a3 = bias, a4 = bias, a5 = bias, a6 = bias, a7 = bias;
        Vector256<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
        for (int run = 0; run < count; run++, runs += RunSize)
        {
            float* w = weights + runs[Places] * Half;
            float* p0 = (float*)runs[0], p1 = (float*)runs[1], p2 = (float*)runs[2], p3 = (float*)runs[3];
            float* p4 = (float*)runs[4], p5 = (float*)runs[5], p6 = (float*)runs[6], p7 = (float*)runs[7];
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
                a6 = Fma.MultiplyAdd(Vector256.Create(p6[k]), even, a6);
                b6 = Fma.MultiplyAdd(Vector256.Create(p6[k + 1]), odd, b6);
                a7 = Fma.MultiplyAdd(Vector256.Create(p7[k]), even, a7);
                b7 = Fma.MultiplyAdd(Vector256.Create(p7[k + 1]), odd, b7);
            }
            if (k == length) continue;
            Vector256<float> last = Vector256.Load(w);
            a0 = Fma.MultiplyAdd(Vector256.Create(p0[k]), last, a0);
            a1 = Fma.MultiplyAdd(Vector256.Create(p1[k]), last, a1);
            a2 = Fma.MultiplyAdd(Vector256.Create(p2[k]), last, a2);
            a3 = Fma.MultiplyAdd(Vector256.Create(p3[k]), last, a3);
            a4 = Fma.MultiplyAdd(Vector256.Create(p4[k]), last, a4);
            a5 = Fma.MultiplyAdd(Vector256.Create(p5[k]), last, a5);
            a6 = Fma.MultiplyAdd(Vector256.Create(p6[k]), last, a6);
            a7 = Fma.MultiplyAdd(Vector256.Create(p7[k]), last, a7);
        }
        (a0, a1, a2, a3, a4, a5, a6, a7) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7);
        if (ending.AddOffset != 0)
        {
            float* q0 = (float*)(outputs[0] + ending.AddOffset), q1 = (float*)(outputs[1] + ending.AddOffset);
            float* q2 = (float*)(outputs[2] + ending.AddOffset), q3 = (float*)(outputs[3] + ending.AddOffset);
            float* q4 = (float*)(outputs[4] + ending.AddOffset), q5 = (float*)(outputs[5] + ending.AddOffset);
            float* q6 = (float*)(outputs[6] + ending.AddOffset), q7 = (float*)(outputs[7] + ending.AddOffset);
            (a0, a1, a2, a3) = (a0 + Vector256.Load(q0), a1 + Vector256.Load(q1), a2 + Vector256.Load(q2), a3 + Vector256.Load(q3));
            (a4, a5, a6, a7) = (a4 + Vector256.Load(q4), a5 + Vector256.Load(q5), a6 + Vector256.Load(q6), a7 + Vector256.Load(q7));
        }
        Write(outputs[0], a0, ending.Rectify);
        Write(outputs[1], a1, ending.Rectify);
        Write(outputs[2], a2, ending.Rectify);
        Write(outputs[3], a3, ending.Rectify);
        Write(outputs[4], a4, ending.Rectify);
        Write(outputs[5], a5, ending.Rectify);
        Write(outputs[6], a6, ending.Rectify);
        Write(outputs[7], a7, ending.Rectify);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(nint address, Vector512<float> left, Vector512<float> right, bool rectify)
    {
        Write(address, left, rectify);
        Write(address + Lanes * sizeof(float), right, rectify);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(nint address, Vector512<float> value, bool rectify) => Vector512.Store(rectify ? TileKernel.Rectified(value) : value, (float*)address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(nint address, Vector256<float> value, bool rectify) => Vector256.Store(rectify ? TileKernel.Rectified(value) : value, (float*)address);
}
