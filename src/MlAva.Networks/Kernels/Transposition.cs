using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>Sixteen rows of sixteen floats, turned round in registers.</summary>
static unsafe class Transposition
{
    /// <param name="from">Addresses of sixteen rows of sixteen floats.</param>
    /// <param name="to">Addresses of as many rows: row i gets element i of each.</param>
    public static void Run(nint* from, nint* to)
    {
        if (Avx512F.IsSupported)
        {
            RunWhole(from, to);
            return;
        }
        for (int row = 0; row < TileKernel.Lanes; row += TileKernel.Half)
        {
            for (int column = 0; column < TileKernel.Lanes; column += TileKernel.Half) RunQuarter(from + row, to + column, column, row);
        }
    }

    // Eight rows' eight floats from one column on, into as many rows from another.
    [SkipLocalsInit]
    static void RunQuarter(nint* from, nint* to, int column, int target)
    {
        Vector256<float>* a = stackalloc Vector256<float>[TileKernel.Half], b = stackalloc Vector256<float>[TileKernel.Half];
        for (int i = 0; i < 8; i += 2)
        {
            Vector256<float> even = Vector256.Load((float*)from[i] + column), odd = Vector256.Load((float*)from[i + 1] + column);
            a[i] = Avx.UnpackLow(even, odd);
            a[i + 1] = Avx.UnpackHigh(even, odd);
        }
        for (int i = 0; i < 8; i += 4)
        {
            Vector256<double> low = a[i].AsDouble(), high = a[i + 1].AsDouble(), nextLow = a[i + 2].AsDouble(), nextHigh = a[i + 3].AsDouble();
            b[i] = Avx.UnpackLow(low, nextLow).AsSingle();
            b[i + 1] = Avx.UnpackHigh(low, nextLow).AsSingle();
            b[i + 2] = Avx.UnpackLow(high, nextHigh).AsSingle();
            b[i + 3] = Avx.UnpackHigh(high, nextHigh).AsSingle();
        }
        for (int i = 0; i < 4; i++)
        {
            Vector256.Store(Avx.Permute2x128(b[i], b[i + 4], 0x20), (float*)to[i] + target);
            Vector256.Store(Avx.Permute2x128(b[i], b[i + 4], 0x31), (float*)to[i + 4] + target);
        }
    }

    [SkipLocalsInit]
    static void RunWhole(nint* from, nint* to)
    {
        Vector512<float>* a = stackalloc Vector512<float>[TileKernel.Lanes], b = stackalloc Vector512<float>[TileKernel.Lanes];
        // Within quarters of four floats: pairs of rows, then pairs of pairs.
        for (int i = 0; i < 16; i += 2)
        {
            Vector512<float> even = Vector512.Load((float*)from[i]), odd = Vector512.Load((float*)from[i + 1]);
            a[i] = Avx512F.UnpackLow(even, odd);
            a[i + 1] = Avx512F.UnpackHigh(even, odd);
        }
        for (int i = 0; i < 16; i += 4)
        {
            Vector512<double> low = a[i].AsDouble(), high = a[i + 1].AsDouble(), nextLow = a[i + 2].AsDouble(), nextHigh = a[i + 3].AsDouble();
            b[i] = Avx512F.UnpackLow(low, nextLow).AsSingle();
            b[i + 1] = Avx512F.UnpackHigh(low, nextLow).AsSingle();
            b[i + 2] = Avx512F.UnpackLow(high, nextHigh).AsSingle();
            b[i + 3] = Avx512F.UnpackHigh(high, nextHigh).AsSingle();
        }
        // Then the quarters themselves.
        for (int i = 0; i < 4; i++)
        {
            Vector512<float> evenFront = Avx512F.Shuffle4x128(b[i], b[i + 4], 0x88), oddFront = Avx512F.Shuffle4x128(b[i], b[i + 4], 0xDD);
            Vector512<float> evenBack = Avx512F.Shuffle4x128(b[i + 8], b[i + 12], 0x88), oddBack = Avx512F.Shuffle4x128(b[i + 8], b[i + 12], 0xDD);
            Vector512.Store(Avx512F.Shuffle4x128(evenFront, evenBack, 0x88), (float*)to[i]);
            Vector512.Store(Avx512F.Shuffle4x128(oddFront, oddBack, 0x88), (float*)to[i + 4]);
            Vector512.Store(Avx512F.Shuffle4x128(evenFront, evenBack, 0xDD), (float*)to[i + 8]);
            Vector512.Store(Avx512F.Shuffle4x128(oddFront, oddBack, 0xDD), (float*)to[i + 12]);
        }
    }
}
