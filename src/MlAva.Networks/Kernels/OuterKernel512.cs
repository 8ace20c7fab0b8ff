using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary><see cref="OuterKernel"/>'s loops for AVX-512.</summary>
static unsafe class OuterKernel512
{
    /// <summary>Input channels of a tile.</summary>
    public const int Inputs = 8;

    const int Lanes = TileKernel.Lanes, Wide = TileKernel512.Wide;

    /// <summary>Writes the sums over places as eight rows of 32 numbers, or adds them.</summary>
    /// <param name="x">Eight inputs of each place.</param>
    /// <param name="xStride">Numbers from one place's to the next's.</param>
    /// <param name="g">32 gradients of each place.</param>
    /// <param name="gStride">Numbers from one place's to the next's.</param>
    /// <param name="count">Places.</param>
    /// <param name="sums">The rows, one behind the other.</param>
    /// <param name="adds">Whether to add; else what is there is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
        Vector512<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
        for (int n = 0; n < count; n++, x += xStride, g += gStride)
        {
            Vector512<float> left = Vector512.Load(g), right = Vector512.Load(g + Lanes), factor = Vector512.Create(x[0]);
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
        Put(sums, a0, b0, adds);
        Put(sums + 1 * Wide, a1, b1, adds);
        Put(sums + 2 * Wide, a2, b2, adds);
        Put(sums + 3 * Wide, a3, b3, adds);
        Put(sums + 4 * Wide, a4, b4, adds);
        Put(sums + 5 * Wide, a5, b5, adds);
        Put(sums + 6 * Wide, a6, b6, adds);
        Put(sums + 7 * Wide, a7, b7, adds);
    }

    /// <summary>Eight rows of 16 numbers; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunNarrow(float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
        for (int n = 0; n < count; n++, x += xStride, g += gStride)
        {
            Vector512<float> factor = Vector512.Load(g);
            a0 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[0]), factor, a0);
            a1 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[1]), factor, a1);
            a2 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[2]), factor, a2);
            a3 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[3]), factor, a3);
            a4 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[4]), factor, a4);
            a5 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[5]), factor, a5);
            a6 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[6]), factor, a6);
            a7 = Avx512F.FusedMultiplyAdd(Vector512.Create(x[7]), factor, a7);
        }
        Put(sums, a0, adds);
        Put(sums + 1 * Lanes, a1, adds);
        Put(sums + 2 * Lanes, a2, adds);
        Put(sums + 3 * Lanes, a3, adds);
        Put(sums + 4 * Lanes, a4, adds);
        Put(sums + 5 * Lanes, a5, adds);
        Put(sums + 6 * Lanes, a6, adds);
        Put(sums + 7 * Lanes, a7, adds);
    }

    /// <summary>Eight rows of 8 numbers; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunHalf(float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        Vector256<float> zero = Vector256<float>.Zero;
        Vector256<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
        for (int n = 0; n < count; n++, x += xStride, g += gStride)
        {
            Vector256<float> factor = Vector256.Load(g);
            a0 = Fma.MultiplyAdd(Vector256.Create(x[0]), factor, a0);
            a1 = Fma.MultiplyAdd(Vector256.Create(x[1]), factor, a1);
            a2 = Fma.MultiplyAdd(Vector256.Create(x[2]), factor, a2);
            a3 = Fma.MultiplyAdd(Vector256.Create(x[3]), factor, a3);
            a4 = Fma.MultiplyAdd(Vector256.Create(x[4]), factor, a4);
            a5 = Fma.MultiplyAdd(Vector256.Create(x[5]), factor, a5);
            a6 = Fma.MultiplyAdd(Vector256.Create(x[6]), factor, a6);
            a7 = Fma.MultiplyAdd(Vector256.Create(x[7]), factor, a7);
        }
        Put(sums, a0, adds);
        Put(sums + 1 * TileKernel.Half, a1, adds);
        Put(sums + 2 * TileKernel.Half, a2, adds);
        Put(sums + 3 * TileKernel.Half, a3, adds);
        Put(sums + 4 * TileKernel.Half, a4, adds);
        Put(sums + 5 * TileKernel.Half, a5, adds);
        Put(sums + 6 * TileKernel.Half, a6, adds);
        Put(sums + 7 * TileKernel.Half, a7, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(float* row, Vector512<float> left, Vector512<float> right, bool adds)
    {
        Put(row, left, adds);
        Put(row + Lanes, right, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(float* row, Vector512<float> value, bool adds) => Vector512.Store(adds ? Vector512.Load(row) + value : value, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(float* row, Vector256<float> value, bool adds) => Vector256.Store(adds ? Vector256.Load(row) + value : value, row);
}
