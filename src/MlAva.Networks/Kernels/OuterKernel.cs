using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>The innermost loops of weights' gradients: for eight input channels and 32 or 16 output channels, the sum over places of input times gradient.</summary>
static unsafe class OuterKernel
{
    /// <summary>Input channels of a tile.</summary>
    public const int Inputs = 8;

    /// <summary>Adds the sums over places to eight rows of 32 numbers.</summary>
    /// <param name="inputs">For each place, the address of its inputs.</param>
    /// <param name="gradients">For each place, the address of its gradients.</param>
    /// <param name="count">Places.</param>
    /// <param name="input">From there to the eight inputs (bytes).</param>
    /// <param name="output">From there to the 32 gradients (bytes).</param>
    /// <param name="sums">The first row.</param>
    /// <param name="step">Floats from one row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(nint* inputs, nint* gradients, int count, nint input, nint output, float* sums, nint step)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
        Vector512<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
        for (nint n = 0; n < count; n++)
        {
            float* x = (float*)(inputs[n] + input), g = (float*)(gradients[n] + output);
            Vector512<float> left = Vector512.Load(g), right = Vector512.Load(g + TileKernel.Lanes), factor = Vector512.Create(x[0]);
            a0 = Avx512F.FusedMultiplyAdd(factor, left, a0);
            b0 = Avx512F.FusedMultiplyAdd(factor, right, b0);
            factor = Vector512.Create(x[1]);
            a1 = Avx512F.FusedMultiplyAdd(factor, left, a1);
            b1 = Avx512F.FusedMultiplyAdd(factor, right, b1);
            factor = Vector512.Create(x[2]);
            a2 = Avx512F.FusedMultiplyAdd(factor, left, a2);
            b2 = Avx512F.FusedMultiplyAdd(factor, right, b2);
            factor = Vector512.Create(x[3]);
            a3 = Avx512F.FusedMultiplyAdd(factor, left, a3);
            b3 = Avx512F.FusedMultiplyAdd(factor, right, b3);
            factor = Vector512.Create(x[4]);
            a4 = Avx512F.FusedMultiplyAdd(factor, left, a4);
            b4 = Avx512F.FusedMultiplyAdd(factor, right, b4);
            factor = Vector512.Create(x[5]);
            a5 = Avx512F.FusedMultiplyAdd(factor, left, a5);
            b5 = Avx512F.FusedMultiplyAdd(factor, right, b5);
            factor = Vector512.Create(x[6]);
            a6 = Avx512F.FusedMultiplyAdd(factor, left, a6);
            b6 = Avx512F.FusedMultiplyAdd(factor, right, b6);
            factor = Vector512.Create(x[7]);
            a7 = Avx512F.FusedMultiplyAdd(factor, left, a7);
            b7 = Avx512F.FusedMultiplyAdd(factor, right, b7);
        }
        Add(sums, a0, b0);
        Add(sums += step, a1, b1);
        Add(sums += step, a2, b2);
        Add(sums += step, a3, b3);
        Add(sums += step, a4, b4);
        Add(sums += step, a5, b5);
        Add(sums += step, a6, b6);
        Add(sums + step, a7, b7);
    }

    /// <summary>Eight rows of 16 numbers; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunNarrow(nint* inputs, nint* gradients, int count, nint input, nint output, float* sums, nint step)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
        for (nint n = 0; n < count; n++)
        {
            float* x = (float*)(inputs[n] + input);
            Vector512<float> factor = Vector512.Load((float*)(gradients[n] + output));
            a0 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[0]), factor, a0);
            a1 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[1]), factor, a1);
            a2 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[2]), factor, a2);
            a3 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[3]), factor, a3);
            a4 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[4]), factor, a4);
            a5 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[5]), factor, a5);
            a6 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[6]), factor, a6);
            a7 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[7]), factor, a7);
        }
        Add(sums, a0);
        Add(sums += step, a1);
        Add(sums += step, a2);
        Add(sums += step, a3);
        Add(sums += step, a4);
        Add(sums += step, a5);
        Add(sums += step, a6);
        Add(sums + step, a7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(float* row, Vector512<float> left, Vector512<float> right)
    {
        Add(row, left);
        Add(row + TileKernel.Lanes, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(float* row, Vector512<float> value) => Vector512.Store(Vector512.Load(row) + value, row);
}
