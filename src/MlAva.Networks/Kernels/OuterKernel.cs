using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>
/// The innermost loops of weights' gradients: for a few input channels and the output channels of a panel, the sum over places of input times gradient.
/// Panels are as wide as <see cref="TileKernel"/>'s.
/// </summary>
static unsafe class OuterKernel
{
    /// <summary>Input channels of a tile.</summary>
    public static int Inputs => Avx512F.IsSupported ? OuterKernel512.Inputs : OuterKernel256.Inputs;

    /// <summary>Writes the sums over places as rows of numbers, one for each input channel, or adds them.</summary>
    /// <param name="rows">Input channels: those of a tile, or fewer for the last.</param>
    /// <param name="width">Output channels of the panel: a wide one's, 16 or 8.</param>
    /// <param name="x">The input channels of a tile at the first place; where a tile has fewer rows, what lies there counts for nothing.</param>
    /// <param name="xStride">Numbers from one place's to the next's.</param>
    /// <param name="g">The gradients of the panel at the first place.</param>
    /// <param name="gStride">Numbers from one place's to the next's.</param>
    /// <param name="count">Places.</param>
    /// <param name="sums">The rows, one behind the other.</param>
    /// <param name="adds">Whether to add; else what is there is overwritten.</param>
    public static void Run(int rows, int width, float* x, nint xStride, float* g, nint gStride, int count, float* sums, bool adds)
    {
        if (!Avx512F.IsSupported)
        {
            if (width == TileKernel256.Wide) OuterKernel256.RunWide(rows, x, xStride, g, gStride, count, sums, adds);
            else OuterKernel256.RunHalf(rows, x, xStride, g, gStride, count, sums, adds);
        }
        else if (width == TileKernel512.Wide) OuterKernel512.RunWide(x, xStride, g, gStride, count, sums, adds);
        else if (width == TileKernel.Lanes) OuterKernel512.RunNarrow(x, xStride, g, gStride, count, sums, adds);
        else OuterKernel512.RunHalf(x, xStride, g, gStride, count, sums, adds);
    }
}
