using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>
/// The gradient of a convolution's weights: for each tap, input channel and output channel the sum over places of input times gradient. Sums are
/// taken in an order that the shapes alone decide.
/// </summary>
static unsafe class WeightGradient
{
    // Pairs of places whose inputs and gradients stay in the second-level cache, and channels of a piece of work along each side.
    const int Block = 128, Slice = 256;

    // Floats from one copied row to the next: not a power of two, so that rows share the cache evenly.
    const int Row = Slice + 2 * TileKernel.Lanes;

    // Pieces that there should be at least, so that threads find work; places are divided for it.
    const int Pieces = 16;

    /// <summary>Channels that the kernel takes.</summary>
    public static bool Takes(long inputs, long outputs) => inputs % OuterKernel.Inputs == 0 && outputs % TileKernel.Lanes == 0;

    /// <param name="geometry">Which inputs each output sees.</param>
    /// <param name="inputs">Input channels, a multiple of 8.</param>
    /// <param name="outputs">Output channels, a multiple of 16.</param>
    /// <param name="input">[clips, frames, rows, columns, inputs].</param>
    /// <param name="gradient">[clips, frames, rows, columns, outputs]: of the outputs.</param>
    /// <param name="weights">[outputs][inputs][taps]: is written.</param>
    public static void Run(ConvolutionGeometry geometry, int inputs, int outputs, float* input, float* gradient, float* weights)
    {
        int taps = geometry.Taps, rows = (inputs + Slice - 1) / Slice, columns = (outputs + Slice - 1) / Slice;
        int parts = Math.Clamp((Pieces + taps * rows * columns - 1) / (taps * rows * columns), 1, Math.Max(1, geometry.Places / (4 * Block)));
        long size = (long)taps * inputs * outputs;
        using FloatBuffer sums = new(size * parts);
        sums.Clear();
        (nint x, nint g, nint start) = ((nint)input, (nint)gradient, (nint)sums.Start);
        Workers.For(taps * rows * columns * parts, piece =>
        {
            (int rest, int column) = Math.DivRem(piece, columns);
            (rest, int row) = Math.DivRem(rest, rows);
            (int part, int tap) = Math.DivRem(rest, taps);
            float* target = (float*)start + part * size + (long)tap * inputs * outputs;
            Sum(geometry.Pairs(tap), part, parts, (x, g), (inputs, outputs), row * Slice, column * Slice, target);
        });
        nint to = (nint)weights;
        Workers.For(outputs / TileKernel.Lanes, lane => Gather((float*)start, size, parts, taps, inputs, outputs, lane * TileKernel.Lanes, (float*)to));
    }

    static void Sum((int[] Inputs, int[] Outputs) pairs, int part, int parts, (nint X, nint G) data, (int Inputs, int Outputs) channels, int firstInput, int firstOutput, float* sums)
    {
        nint* xs = stackalloc nint[Block], gs = stackalloc nint[Block];
        using FloatBuffer copies = new(2 * Block * Row);
        int first = (int)((long)pairs.Inputs.Length * part / parts), last = (int)((long)pairs.Inputs.Length * (part + 1) / parts);
        int inputs = Math.Min(Slice, channels.Inputs - firstInput), outputs = Math.Min(Slice, channels.Outputs - firstOutput);
        for (int block = first; block < last; block += Block)
        {
            int count = Math.Min(Block, last - block);
            Find(pairs.Inputs, block, count, (float*)data.X + firstInput, channels.Inputs, inputs, copies.Start, xs);
            Find(pairs.Outputs, block, count, (float*)data.G + firstOutput, channels.Outputs, outputs, copies.Start + Block * Row, gs);
            for (int output = 0; output < outputs; output += TileKernel.Wide)
            {
                for (int input = 0; input < inputs; input += OuterKernel.Inputs)
                {
                    float* tile = sums + (long)(firstInput + input) * channels.Outputs + firstOutput + output;
                    if (output + TileKernel.Wide <= outputs) OuterKernel.RunWide(xs, gs, count, input * sizeof(float), output * sizeof(float), tile, channels.Outputs);
                    else OuterKernel.RunNarrow(xs, gs, count, input * sizeof(float), output * sizeof(float), tile, channels.Outputs);
                }
            }
        }
    }

    // The addresses of places' channels. Slices of wide rows are copied together: they would lie on a memory page each.
    static void Find(int[] places, int first, int count, float* data, int channels, int slice, float* copies, nint* addresses)
    {
        for (int i = 0; i < count; i++)
        {
            float* from = data + (long)places[first + i] * channels;
            if (channels > Slice)
            {
                new ReadOnlySpan<float>(from, slice).CopyTo(new Span<float>(copies, slice));
                from = copies;
                copies += Row;
            }
            addresses[i] = (nint)from;
        }
    }

    // From [part][tap][input][output] to [output][input][tap], for 16 outputs.
    static void Gather(float* sums, long size, int parts, int taps, int inputs, int outputs, int first, float* weights)
    {
        for (int part = 1; part < parts; part++)
        {
            for (long line = 0; line < (long)taps * inputs; line++)
            {
                float* to = sums + line * outputs + first, from = to + part * size;
                Vector512.Store(Vector512.Load(to) + Vector512.Load(from), to);
            }
        }
        nint* lines = stackalloc nint[TileKernel.Lanes], rows = stackalloc nint[TileKernel.Lanes];
        int length = inputs * taps;
        for (int start = 0; start < length; start += TileKernel.Lanes)
        {
            // The last block goes back where the row is not a multiple of 16 long; what is written twice is the same.
            int begin = Math.Max(0, Math.Min(start, length - TileKernel.Lanes));
            for (int i = 0; i < TileKernel.Lanes; i++)
            {
                (int input, int tap) = Math.DivRem(Math.Min(begin + i, length - 1), taps);
                lines[i] = (nint)(sums + ((long)tap * inputs + input) * outputs + first);
                rows[i] = (nint)(weights + (long)(first + i) * length + begin);
            }
            if (length >= TileKernel.Lanes) Transposition.Run(lines, rows);
            else
            {
                for (int i = 0; i < TileKernel.Lanes; i++)
                {
                    for (int j = 0; j < length; j++) ((float*)rows[i])[j] = ((float*)lines[j])[i];
                }
            }
        }
    }
}
