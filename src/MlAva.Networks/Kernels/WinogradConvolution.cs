using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Convolutions of kernel (3,1,1) or (1,3,3), stride 1 and padding 1 in fewer products (<see cref="WinogradTransform"/>): tiles of the input become
/// factors, each factor is one matrix product over all tiles, and the products become tiles of the output. Chunk by chunk, so that what lies between
/// stays in the cache. Each output's value depends on its own clip alone.
/// </summary>
static unsafe class WinogradConvolution
{
    // Factors take up to six times the room of the weights, and far more while they are made.
    const long MostWeights = 8 << 20;

    // Factors and products of a chunk together (bytes).
    const long ChunkBytes = 12 * 1024 * 1024;

    /// <summary>Whether there is a way for a kernel.</summary>
    public static bool Takes(ConvolutionShape shape, long inputs, long outputs) =>
        inputs * outputs * shape.Kernel.T * shape.Kernel.H * shape.Kernel.W <= MostWeights
        && inputs % TileKernel.Lanes == 0 && outputs % TileKernel.Lanes == 0
        && shape is { Kernel: (3, 1, 1), Stride: (1, 1, 1), Padding: (1, 0, 0), Dilation: (1, 1, 1) }
            or { Kernel: (1, 3, 3), Stride: (1, 1, 1), Padding: (0, 1, 1), Dilation: (1, 1, 1) };

    /// <summary>Weights as factors, packed.</summary>
    /// <param name="weights">[O, I, kt, kh, kw] float32 on the CPU, contiguous.</param>
    /// <param name="size">Outputs of a tile along an axis: 2 or 4.</param>
    /// <param name="reversed">For the gradient of the inputs: inputs and outputs change places, and taps are counted from the other end.</param>
    public static PackedWeights Pack(Tensor weights, int size, bool reversed)
    {
        long[] s = weights.shape;
        int taps = (int)(s[2] * s[3] * s[4]);
        float[] mix = WinogradTransform.Mix(size, taps);
        // Counted from the other end: each factor's weights in reverse.
        for (int row = 0; reversed && row < mix.Length; row += taps) Array.Reverse(mix, row, taps);
        return PackedWeights.Mixed(TensorData.Of(weights), (int)s[0], (int)s[1], taps, mix, reversed);
    }

    /// <param name="geometry">The geometry of the convolution.</param>
    /// <param name="weights">From <see cref="Pack"/>.</param>
    /// <param name="size">Outputs of a tile along an axis, as they were packed for.</param>
    /// <param name="input">[clips, frames, rows, columns, channels].</param>
    /// <param name="output">The same of the outputs.</param>
    /// <param name="ending">What is done to the sums.</param>
    public static void Run(ConvolutionGeometry geometry, PackedWeights weights, int size, float* input, float* output, TileEnding ending)
    {
        WinogradLayout layout = new(geometry, size);
        long tileBytes = (long)layout.Factors * (weights.Inputs + weights.Outputs) * sizeof(float);
        int chunk = (int)Math.Clamp(ChunkBytes / tileBytes / TileKernel.Places * TileKernel.Places, 16 * TileKernel.Places, 4096);
        chunk = Math.Min(chunk, layout.Tiles);
        using FloatBuffer factors = new((long)layout.Factors * chunk * weights.Inputs), products = new((long)layout.Factors * chunk * weights.Outputs);
        for (int first = 0; first < layout.Tiles; first += chunk)
        {
            int count = Math.Min(chunk, layout.Tiles - first);
            Job job = new(layout, weights, (nint)output, (nint)factors.Start, (nint)products.Start, ending, first, count);
            WinogradFactors.OfInputs(layout, first, count, input, weights.Inputs, factors.Start);
            Workers.For(layout.Factors * weights.Panels, job.Multiply);
            Workers.For((count + WinogradFactors.Piece - 1) / WinogradFactors.Piece, job.Finish);
        }
    }

    sealed class Job(WinogradLayout layout, PackedWeights weights, nint output, nint factors, nint products, TileEnding ending, int first, int count)
    {
        [SkipLocalsInit]
        public void Multiply(int piece)
        {
            (int factor, int panel) = Math.DivRem(piece, weights.Panels);
            int inputs = weights.Inputs, width = weights.Width(panel);
            float* from = (float*)factors + (long)factor * count * inputs, to = (float*)products + (long)factor * count * weights.Outputs + panel * TileKernel.Wide;
            nint* runs = stackalloc nint[TileKernel.RunSize], outputs = stackalloc nint[TileKernel.Places];
            runs[TileKernel.Places] = (nint)factor * inputs;
            for (int tile = 0; tile < count; tile += TileKernel.Places)
            {
                for (int i = 0; i < TileKernel.Places; i++)
                {
                    long place = Math.Min(tile + i, count - 1);
                    (runs[i], outputs[i]) = ((nint)(from + place * inputs), (nint)(to + place * weights.Outputs));
                }
                TileKernel.Run(width, runs, 1, inputs, weights.Panel(panel), outputs, default);
            }
        }

        [SkipLocalsInit]
        public void Finish(int piece)
        {
            int size = layout.Size, side = size + 2, number = layout.Factors, outputs = weights.Outputs, results = layout.InTime ? size : size * size;
            int* places = stackalloc int[results];
            Vector512<float>* all = stackalloc Vector512<float>[number], half = stackalloc Vector512<float>[number], whole = stackalloc Vector512<float>[results];
            for (int tile = piece * WinogradFactors.Piece; tile < Math.Min(count, (piece + 1) * WinogradFactors.Piece); tile++)
            {
                layout.Places(first + tile, 0, size, places);
                float* source = (float*)products + (long)tile * outputs;
                long step = (long)count * outputs;
                for (int c = 0; c < outputs; c += TileKernel.Lanes)
                {
                    for (int i = 0; i < number; i++) all[i] = Vector512.Load(source + i * step + c);
                    if (layout.InTime) WinogradTransform.Outputs(size, all, whole, 1);
                    else
                    {
                        // Along the rows first: what is left is size places wide, then size high.
                        for (int y = 0; y < side; y++) WinogradTransform.Outputs(size, all + y * side, half + y, side);
                        for (int x = 0; x < size; x++) WinogradTransform.Outputs(size, half + x * side, whole + x, size);
                    }
                    Vector512<float> bias = ending.Bias == null ? Vector512<float>.Zero : Vector512.Load(ending.Bias + c);
                    for (int i = 0; i < results; i++)
                    {
                        if (places[i] < 0) continue;
                        float* to = (float*)output + (long)places[i] * outputs + c;
                        Vector512<float> value = whole[i] + bias;
                        if (ending.AddOffset != 0) value += Vector512.Load((float*)((nint)to + ending.AddOffset));
                        if (ending.Rectify) value = TileKernel.Rectified(value);
                        Vector512.Store(value, to);
                    }
                }
            }
        }
    }
}
