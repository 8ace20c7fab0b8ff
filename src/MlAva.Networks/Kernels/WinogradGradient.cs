using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>
/// The gradient of weights by Winograd's minimal filtering: inputs and outputs' gradients become factors, tile by tile, each factor's sums over tiles are
/// taken, and they are mixed into the taps' sums. A quarter of the products over frames, half over time.
/// </summary>
static unsafe class WinogradGradient
{
    // Outputs of a tile along an axis.
    const int Size = 4;

    // Factors of inputs and of gradients together (bytes).
    const long ChunkBytes = 64 << 20;

    /// <param name="geometry">A convolution that <see cref="WinogradConvolution.Takes"/>.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="input">[clips, frames, rows, columns, inputs].</param>
    /// <param name="gradient">[clips, frames, rows, columns, outputs]: of the outputs.</param>
    /// <param name="sums">[taps][panels][inputs][width of the panel]: is written.</param>
    public static void Sum(ConvolutionGeometry geometry, int inputs, int outputs, float* input, float* gradient, float* sums)
    {
        WinogradLayout layout = new(geometry, Size);
        int chunk = (int)Math.Min(layout.Tiles, Math.Max(128, ChunkBytes / ((long)layout.Factors * (inputs + outputs) * sizeof(float))));
        using FloatBuffer xs = new((long)layout.Factors * chunk * inputs), gs = new((long)layout.Factors * chunk * outputs), products = new((long)layout.Factors * inputs * outputs);
        for (int first = 0; first < layout.Tiles; first += chunk)
        {
            int count = Math.Min(chunk, layout.Tiles - first);
            WinogradFactors.OfInputs(layout, first, count, input, inputs, xs.Start);
            WinogradFactors.OfGradients(layout, first, count, gradient, outputs, gs.Start);
            int[] tiles = [.. Enumerable.Range(0, count)];
            (nint x, nint g) = ((nint)xs.Start, (nint)gs.Start);
            OuterProducts.Sum(layout.Factors,
                factor => new(x + (nint)factor * count * inputs * sizeof(float), g + (nint)factor * count * outputs * sizeof(float), tiles, tiles),
                inputs, outputs, count, products.Start, adds: first > 0);
        }
        (nint from, nint to) = ((nint)products.Start, (nint)sums);
        Workers.For(outputs / TileKernel.Lanes, line => Mix((float*)from, geometry.Taps, layout.Factors, (long)inputs * outputs, (long)line * TileKernel.Lanes * inputs, inputs, (float*)to));
    }

    // Every tap's sum is a weighted sum of the factors'.
    static void Mix(float* products, int taps, int factors, long size, long first, int lines, float* sums)
    {
        fixed (float* mix = WinogradTransform.Mix(Size, taps))
        {
            Vector512<float>* all = stackalloc Vector512<float>[factors];
            float* from = products + first, to = sums + first;
            for (int line = 0; line < lines; line++, from += TileKernel.Lanes, to += TileKernel.Lanes)
            {
                for (int factor = 0; factor < factors; factor++) all[factor] = Vector512.Load(from + factor * size);
                for (int tap = 0; tap < taps; tap++)
                {
                    Vector512<float> sum = Vector512<float>.Zero;
                    for (int factor = 0; factor < factors; factor++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(mix[factor * taps + tap]), all[factor], sum);
                    Vector512.Store(sum, to + tap * size);
                }
            }
        }
    }
}
