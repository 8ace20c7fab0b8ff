using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>Feature maps, tile by tile, as the factors of Winograd's products: [factor][tile][channel].</summary>
static unsafe class WinogradFactors
{
    /// <summary>Tiles that one thread takes at a time.</summary>
    public const int Piece = 16;

    /// <summary>The inputs that the tiles' outputs see.</summary>
    /// <param name="layout">The tiles.</param>
    /// <param name="first">The first of the tiles wanted.</param>
    /// <param name="count">How many.</param>
    /// <param name="input">[clips, frames, rows, columns, channels].</param>
    /// <param name="channels">Channels, a multiple of 16.</param>
    /// <param name="factors">Room for them.</param>
    public static void OfInputs(WinogradLayout layout, int first, int count, float* input, int channels, float* factors) =>
        Run(layout, first, count, margin: 1, layout.Size + 2, input, channels, factors, &WinogradTransform.Inputs);

    /// <summary>The outputs' gradients, as gradients of the products.</summary>
    /// <param name="layout">The tiles.</param>
    /// <param name="first">The first of the tiles wanted.</param>
    /// <param name="count">How many.</param>
    /// <param name="gradient">[clips, frames, rows, columns, channels].</param>
    /// <param name="channels">Channels, a multiple of 16.</param>
    /// <param name="factors">Room for them.</param>
    public static void OfGradients(WinogradLayout layout, int first, int count, float* gradient, int channels, float* factors) =>
        Run(layout, first, count, margin: 0, layout.Size, gradient, channels, factors, &WinogradTransform.Gradients);

    static void Run(WinogradLayout layout, int first, int count, int margin, int length, float* data, int channels, float* factors,
        delegate*<int, Vector512<float>*, Vector512<float>*, int, void> transform)
    {
        using FloatBuffer padding = new(channels);
        padding.Clear();
        Job job = new(layout, first, count, margin, length, (nint)data, channels, (nint)factors, (nint)padding.Start, (nint)transform);
        Workers.For((count + Piece - 1) / Piece, job.Run);
    }

    sealed class Job(WinogradLayout layout, int first, int count, int margin, int length, nint data, int channels, nint factors, nint padding, nint transform)
    {
        [SkipLocalsInit]
        public void Run(int piece)
        {
            var apply = (delegate*<int, Vector512<float>*, Vector512<float>*, int, void>)transform;
            int side = layout.Size + 2, number = layout.Factors, seen = layout.InTime ? length : length * length;
            int* places = stackalloc int[seen];
            float** sources = stackalloc float*[seen];
            Vector512<float>* line = stackalloc Vector512<float>[length], half = stackalloc Vector512<float>[side * length], whole = stackalloc Vector512<float>[number];
            long step = (long)count * channels;
            for (int tile = piece * Piece; tile < Math.Min(count, (piece + 1) * Piece); tile++)
            {
                layout.Places(first + tile, margin, length, places);
                for (int i = 0; i < seen; i++) sources[i] = places[i] < 0 ? (float*)padding : (float*)data + (long)places[i] * channels;
                float* target = (float*)factors + (long)tile * channels;
                for (int c = 0; c < channels; c += TileKernel.Lanes)
                {
                    if (layout.InTime)
                    {
                        for (int i = 0; i < length; i++) line[i] = Vector512.Load(sources[i] + c);
                        apply(layout.Size, line, whole, 1);
                    }
                    else
                    {
                        // Down the columns first, then along the rows.
                        for (int x = 0; x < length; x++)
                        {
                            for (int y = 0; y < length; y++) line[y] = Vector512.Load(sources[y * length + x] + c);
                            apply(layout.Size, line, half + x, length);
                        }
                        for (int y = 0; y < side; y++) apply(layout.Size, half + y * length, whole + y * side, 1);
                    }
                    for (int i = 0; i < number; i++) Vector512.Store(whole[i], target + i * step + c);
                }
            }
        }
    }
}
