using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary><see cref="OuterKernel"/>'s loops for AVX2: six input channels times 16 or 8 output channels, for as many sums as there are registers.</summary>
static unsafe class OuterKernel256
{
    /// <summary>Input channels of a tile.</summary>
    public const int Inputs = 6;

    const int Half = TileKernel.Half, Wide = TileKernel256.Wide;

    /// <summary>Writes the sums over places as rows of 16 numbers, or adds them.</summary>
    /// <param name="rows">Rows to write; all six are computed.</param>
    /// <param name="x">Six inputs of each place.</param>
    /// <param name="xStride">Numbers from one place's to the next's.</param>
    /// <param name="g">16 gradients of each place.</param>
    /// <param name="gStride">Numbers from one place's to the next's.</param>
    /// <param name="count">Places.</param>
    /// <param name="sums">The rows, one behind the other.</param>
    /// <param name="adds">Whether to add; else what is there is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide(int rows, float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        Vector256<float> zero = Vector256<float>.Zero;
        Vector256<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero;
        Vector256<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero;
        for (int n = 0; n < count; n++, x += xStride, g += gStride)
        {
            Vector256<float> left = Vector256.Load(g), right = Vector256.Load(g + Half), factor = Vector256.Create(x[0]);
            a0 = Fma.MultiplyAdd(factor, left, a0);
            b0 = Fma.MultiplyAdd(factor, right, b0);
            factor = Vector256.Create(x[1]);
            a1 = Fma.MultiplyAdd(factor, left, a1);
            b1 = Fma.MultiplyAdd(factor, right, b1);
            factor = Vector256.Create(x[2]);
            a2 = Fma.MultiplyAdd(factor, left, a2);
            b2 = Fma.MultiplyAdd(factor, right, b2);
            factor = Vector256.Create(x[3]);
            a3 = Fma.MultiplyAdd(factor, left, a3);
            b3 = Fma.MultiplyAdd(factor, right, b3);
            factor = Vector256.Create(x[4]);
            a4 = Fma.MultiplyAdd(factor, left, a4);
            b4 = Fma.MultiplyAdd(factor, right, b4);
            factor = Vector256.Create(x[5]);
            a5 = Fma.MultiplyAdd(factor, left, a5);
            b5 = Fma.MultiplyAdd(factor, right, b5);
        }
        Put(sums, a0, b0, adds);
        if (rows > 1) Put(sums + 1 * Wide, a1, b1, adds);
        if (rows > 2) Put(sums + 2 * Wide, a2, b2, adds);
        if (rows > 3) Put(sums + 3 * Wide, a3, b3, adds);
        if (rows > 4) Put(sums + 4 * Wide, a4, b4, adds);
        if (rows > 5) Put(sums + 5 * Wide, a5, b5, adds);
    }

    /// <summary>Rows of 8 numbers; otherwise as <see cref="RunWide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunHalf(int rows, float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        // Two sums a row, of the even and the odd places: one alone would wait for itself.
        Vector256<float> zero = Vector256<float>.Zero;
        Vector256<float> a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero;
        Vector256<float> b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero;
        int n = 0;
        for (; n < count - 1; n += 2, x += 2 * xStride, g += 2 * gStride)
        {
            Vector256<float> even = Vector256.Load(g), odd = Vector256.Load(g + gStride);
            float* next = x + xStride;
            a0 = Fma.MultiplyAdd(Vector256.Create(x[0]), even, a0);
            b0 = Fma.MultiplyAdd(Vector256.Create(next[0]), odd, b0);
            a1 = Fma.MultiplyAdd(Vector256.Create(x[1]), even, a1);
            b1 = Fma.MultiplyAdd(Vector256.Create(next[1]), odd, b1);
            a2 = Fma.MultiplyAdd(Vector256.Create(x[2]), even, a2);
            b2 = Fma.MultiplyAdd(Vector256.Create(next[2]), odd, b2);
            a3 = Fma.MultiplyAdd(Vector256.Create(x[3]), even, a3);
            b3 = Fma.MultiplyAdd(Vector256.Create(next[3]), odd, b3);
            a4 = Fma.MultiplyAdd(Vector256.Create(x[4]), even, a4);
            b4 = Fma.MultiplyAdd(Vector256.Create(next[4]), odd, b4);
            a5 = Fma.MultiplyAdd(Vector256.Create(x[5]), even, a5);
            b5 = Fma.MultiplyAdd(Vector256.Create(next[5]), odd, b5);
        }
        if (n < count)
        {
            Vector256<float> last = Vector256.Load(g);
            a0 = Fma.MultiplyAdd(Vector256.Create(x[0]), last, a0);
            a1 = Fma.MultiplyAdd(Vector256.Create(x[1]), last, a1);
            a2 = Fma.MultiplyAdd(Vector256.Create(x[2]), last, a2);
            a3 = Fma.MultiplyAdd(Vector256.Create(x[3]), last, a3);
            a4 = Fma.MultiplyAdd(Vector256.Create(x[4]), last, a4);
            a5 = Fma.MultiplyAdd(Vector256.Create(x[5]), last, a5);
        }
        Put(sums, a0 + b0, adds);
        if (rows > 1) Put(sums + 1 * Half, a1 + b1, adds);
        if (rows > 2) Put(sums + 2 * Half, a2 + b2, adds);
        if (rows > 3) Put(sums + 3 * Half, a3 + b3, adds);
        if (rows > 4) Put(sums + 4 * Half, a4 + b4, adds);
        if (rows > 5) Put(sums + 5 * Half, a5 + b5, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(float* row, Vector256<float> left, Vector256<float> right, bool adds)
    {
        Put(row, left, adds);
        Put(row + Half, right, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(float* row, Vector256<float> value, bool adds) => Vector256.Store(adds ? Vector256.Load(row) + value : value, row);
}
