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

    // Floats from one panel to the next: not a power of two, so that panels share the cache evenly.
    const int InputPitch = Block * OuterKernel.Inputs + TileKernel.Lanes, OutputPitch = Block * TileKernel.Wide + TileKernel.Lanes;

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
        using FloatBuffer panels = new((Slice / OuterKernel.Inputs) * InputPitch + (Slice / TileKernel.Wide) * OutputPitch);
        float* xs = panels.Start, gs = xs + Slice / OuterKernel.Inputs * InputPitch;
        int first = (int)((long)pairs.Inputs.Length * part / parts), last = (int)((long)pairs.Inputs.Length * (part + 1) / parts);
        int inputs = Math.Min(Slice, channels.Inputs - firstInput), outputs = Math.Min(Slice, channels.Outputs - firstOutput);
        // A tap that only padding sees.
        if (first == last)
        {
            for (int output = 0; output < outputs; output += TileKernel.Wide)
            {
                int wide = Math.Min(TileKernel.Wide, outputs - output);
                new Span<float>(sums + (long)(firstOutput + output) * channels.Inputs + firstInput * wide, inputs * wide).Clear();
            }
        }
        for (int block = first; block < last; block += Block)
        {
            int count = Math.Min(Block, last - block);
            fixed (int* from = pairs.Inputs, to = pairs.Outputs)
            {
                PackInputs(from + block, count, (float*)data.X + firstInput, channels.Inputs, inputs, xs);
                PackGradients(to + block, count, (float*)data.G + firstOutput, channels.Outputs, outputs, gs);
            }
            for (int output = 0; output < outputs; output += TileKernel.Wide)
            {
                float* g = gs + output / TileKernel.Wide * OutputPitch, panel = sums + (long)(firstOutput + output) * channels.Inputs;
                for (int input = 0; input < inputs; input += OuterKernel.Inputs)
                {
                    float* x = xs + input / OuterKernel.Inputs * InputPitch;
                    if (output + TileKernel.Wide <= outputs) OuterKernel.RunWide(x, g, count, panel + (firstInput + input) * TileKernel.Wide, block > first);
                    else OuterKernel.RunNarrow(x, g, count, panel + (firstInput + input) * TileKernel.Lanes, block > first);
                }
            }
        }
    }

    // [channels / 8][places][8]
    static void PackInputs(int* places, int count, float* data, int channels, int slice, float* panels)
    {
        const int Width = OuterKernel.Inputs;
        int input = 0;
        for (; input + 2 * Width <= slice; input += 2 * Width)
        {
            float* from = data + input, to = panels + input / Width * InputPitch;
            for (int i = 0; i < count; i++, to += Width)
            {
                Vector512<float> values = Vector512.Load(from + (long)places[i] * channels);
                values.GetLower().Store(to);
                values.GetUpper().Store(to + InputPitch);
            }
        }
        for (; input < slice; input += Width)
        {
            float* from = data + input, to = panels + input / Width * InputPitch;
            for (int i = 0; i < count; i++, to += Width) Vector256.Load(from + (long)places[i] * channels).Store(to);
        }
    }

    // [channels / 32][places][32], and 16 wide where no more are left.
    static void PackGradients(int* places, int count, float* data, int channels, int slice, float* panels)
    {
        for (int output = 0; output < slice; output += TileKernel.Wide, panels += OutputPitch)
        {
            float* from = data + output, to = panels;
            if (output + TileKernel.Wide > slice)
            {
                for (int i = 0; i < count; i++, to += TileKernel.Lanes) Vector512.Load(from + (long)places[i] * channels).Store(to);
                continue;
            }
            for (int i = 0; i < count; i++, to += TileKernel.Wide)
            {
                float* place = from + (long)places[i] * channels;
                Vector512.Load(place).Store(to);
                Vector512.Load(place + TileKernel.Lanes).Store(to + TileKernel.Lanes);
            }
        }
    }

    // From [part][tap][outputs / 32][input][32] to [output][input][tap], for 16 outputs.
    static void Gather(float* sums, long size, int parts, int taps, int inputs, int outputs, int first, float* weights)
    {
        int panel = first / TileKernel.Wide * TileKernel.Wide, wide = Math.Min(TileKernel.Wide, outputs - panel);
        float* start = sums + (long)panel * inputs + (first - panel);
        long tapSize = (long)inputs * outputs;
        for (int part = 1; part < parts; part++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                float* to = start + tap * tapSize, from = to + part * size;
                for (int input = 0; input < inputs; input++, to += wide, from += wide) Vector512.Store(Vector512.Load(to) + Vector512.Load(from), to);
            }
        }
        nint* lines = stackalloc nint[TileKernel.Lanes], rows = stackalloc nint[TileKernel.Lanes];
        int length = inputs * taps;
        for (int next = 0; next < length; next += TileKernel.Lanes)
        {
            // The last block goes back where the row is not a multiple of 16 long; what is written twice is the same.
            int begin = Math.Max(0, Math.Min(next, length - TileKernel.Lanes));
            for (int i = 0; i < TileKernel.Lanes; i++)
            {
                (int input, int tap) = Math.DivRem(Math.Min(begin + i, length - 1), taps);
                lines[i] = (nint)(start + tap * tapSize + (long)input * wide);
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
