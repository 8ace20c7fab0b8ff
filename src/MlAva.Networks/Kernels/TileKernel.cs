using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>
/// The innermost loops of the own convolutions: a tile of a few places times the channels of a panel, held in registers while inputs and weights stream by.
/// How large a tile is depends on the processor's vectors, AVX-512 or AVX2; <see cref="IsSupported"/> says whether it has either. Every sum takes its
/// products in the same order on both.
/// </summary>
static unsafe class TileKernel
{
    /// <summary>Channels that passes over memory take at once, whatever the processor's vectors.</summary>
    public const int Lanes = 16;

    /// <summary>Channels of the narrowest panel of weights.</summary>
    public const int Half = Lanes / 2;

    /// <summary>Places of a tile.</summary>
    public static int Places => Avx512F.IsSupported ? TileKernel512.Places : TileKernel256.Places;

    /// <summary>Channels of a wide panel of weights.</summary>
    public static int Wide => Avx512F.IsSupported ? TileKernel512.Wide : TileKernel256.Wide;

    /// <summary>Numbers in a table for each run of inputs: the address of each place's run, and the row of the panel where its weights begin.</summary>
    public static int RunSize => Places + 1;

    public static bool IsSupported => (Avx512F.IsSupported || Avx2.IsSupported) && Fma.IsSupported;

    /// <summary>A tile of all channels of a panel.</summary>
    /// <param name="width">Channels of the panel.</param>
    /// <param name="runs">For each run: each place's address of <paramref name="length"/> inputs, and the first one's row in the panel.</param>
    /// <param name="count">Runs.</param>
    /// <param name="length">Inputs of a run.</param>
    /// <param name="weights">The panel: as many weights as it has channels for each input of each run.</param>
    /// <param name="outputs">Each place's address of its outputs.</param>
    /// <param name="ending">What is done to the sums.</param>
    public static void Run(int width, nint* runs, int count, int length, float* weights, nint* outputs, TileEnding ending)
    {
        if (Avx512F.IsSupported)
        {
            if (width == TileKernel512.Wide) TileKernel512.RunWide(runs, count, length, weights, outputs, ending);
            else if (width == Lanes) TileKernel512.RunNarrow(runs, count, length, weights, outputs, ending);
            else TileKernel512.RunHalf(runs, count, length, weights, outputs, ending);
        }
        else if (width == TileKernel256.Wide) TileKernel256.RunWide(runs, count, length, weights, outputs, ending);
        else TileKernel256.RunHalf(runs, count, length, weights, outputs, ending);
    }

    /// <summary>What is read or written last is asked for first: the sums take long enough for it to come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Expect(nint* outputs, int places, nint addOffset)
    {
        for (int i = 0; i < places; i++)
        {
            byte* output = (byte*)outputs[i];
            Sse.Prefetch0(output);
            Sse.Prefetch0(output + 64);
            if (addOffset == 0) continue;
            Sse.Prefetch0(output + addOffset);
            Sse.Prefetch0(output + addOffset + 64);
        }
    }

    /// <summary>max(0, value); of NaN it gives NaN, as torch's ReLU does, for which the order of the two matters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rectified(Vector512<float> value) => Avx512F.IsSupported
        ? Avx512F.Max(Vector512<float>.Zero, value)
        : Vector512.Create(Rectified(value.GetLower()), Rectified(value.GetUpper()));

    /// <summary>The same of half as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Rectified(Vector256<float> value) => Avx.Max(Vector256<float>.Zero, value);
}
