using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>
/// Sums over places of input times gradient, for every pair of an input and an output channel and for several taps. They are taken in an order that the
/// shapes alone decide.
/// </summary>
static unsafe class OuterProducts
{
    // Pairs of places whose inputs and gradients stay in the second-level cache, and channels of a piece of work along each side.
    const int Block = 128, Slice = 256;

    // Pieces that there should be at least, so that threads find work; places are divided for it.
    const int Pieces = 16;

    // Floats from one panel to the next: not a power of two, so that panels share the cache evenly.
    static int InputPitch => Block * OuterKernel.Inputs + TileKernel.Lanes;

    static int OutputPitch => Block * TileKernel.Wide + TileKernel.Lanes;

    /// <summary>Writes the sums, or adds them to what is there.</summary>
    /// <param name="taps">Taps.</param>
    /// <param name="find">Each tap's places and data.</param>
    /// <param name="inputs">Input channels, a multiple of 8.</param>
    /// <param name="outputs">Output channels, a multiple of 16, or 8.</param>
    /// <param name="places">About how many pairs of places a tap has.</param>
    /// <param name="sums">[taps][panels][inputs][width of the panel].</param>
    /// <param name="adds">Whether to add.</param>
    public static void Sum(int taps, Func<int, Tap> find, int inputs, int outputs, int places, float* sums, bool adds)
    {
        int rows = (inputs + Slice - 1) / Slice, columns = (outputs + Slice - 1) / Slice;
        int parts = Math.Clamp((Pieces + taps * rows * columns - 1) / (taps * rows * columns), 1, Math.Max(1, places / (4 * Block)));
        long size = (long)taps * inputs * outputs;
        using FloatBuffer others = new(size * (parts - 1));
        (nint start, nint rest) = ((nint)sums, (nint)others.Start);
        Workers.For(taps * rows * columns * parts, piece =>
        {
            (int left, int column) = Math.DivRem(piece, columns);
            (left, int row) = Math.DivRem(left, rows);
            (int part, int tap) = Math.DivRem(left, taps);
            float* target = (part == 0 ? (float*)start : (float*)rest + (part - 1) * size) + (long)tap * inputs * outputs;
            SumSlice(find(tap), part, parts, (inputs, outputs), row * Slice, column * Slice, target, adds && part == 0);
        });
        if (parts > 1) Workers.For(taps * outputs / TileKernel.Half, line => AddParts((float*)start, (float*)rest, size, parts, (long)line * TileKernel.Half * inputs, inputs));
    }

    static void AddParts(float* sums, float* others, long size, int parts, long first, int lines)
    {
        for (int part = 1; part < parts; part++, others += size)
        {
            float* to = sums + first, from = others + first;
            for (int line = 0; line < lines; line++, to += TileKernel.Half, from += TileKernel.Half) Vector256.Store(Vector256.Load(to) + Vector256.Load(from), to);
        }
    }

    static void SumSlice(Tap tap, int part, int parts, (int Inputs, int Outputs) channels, int firstInput, int firstOutput, float* sums, bool adds)
    {
        int tiles = (Slice + OuterKernel.Inputs - 1) / OuterKernel.Inputs;
        using FloatBuffer panels = new(tiles * InputPitch + Slice / TileKernel.Wide * OutputPitch);
        float* xs = panels.Start, gs = xs + tiles * InputPitch;
        int first = (int)((long)tap.InputPlaces.Length * part / parts), last = (int)((long)tap.InputPlaces.Length * (part + 1) / parts);
        int inputs = Math.Min(Slice, channels.Inputs - firstInput), outputs = Math.Min(Slice, channels.Outputs - firstOutput);
        // A tap that only padding sees.
        if (first == last && !adds)
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
            fixed (int* from = tap.InputPlaces, to = tap.GradientPlaces)
            {
                PackInputs(from + block, count, (float*)tap.Inputs + firstInput, channels.Inputs, inputs, xs);
                PackGradients(to + block, count, (float*)tap.Gradients + firstOutput, channels.Outputs, outputs, gs);
            }
            for (int output = 0; output < outputs; output += TileKernel.Wide)
            {
                float* g = gs + output / TileKernel.Wide * OutputPitch, panel = sums + (long)(firstOutput + output) * channels.Inputs;
                int width = Math.Min(TileKernel.Wide, outputs - output);
                float* x = xs;
                for (int input = 0; input < inputs; input += OuterKernel.Inputs, x += InputPitch)
                {
                    int tile = Math.Min(OuterKernel.Inputs, inputs - input);
                    OuterKernel.Run(tile, width, x, OuterKernel.Inputs, g, width, count, panel + (firstInput + input) * width, adds || block > first);
                }
            }
        }
    }

    // [tiles][places][input channels of a tile], the last tile perhaps with fewer channels. Place by place, so that a row is read once.
    static void PackInputs(int* places, int count, float* data, int channels, int slice, float* panels)
    {
        for (int i = 0; i < count; i++)
        {
            float* from = data + (long)places[i] * channels, end = from + slice, to = panels + i * OuterKernel.Inputs;
            if (Avx512F.IsSupported)
            {
                for (; from < end; from += OuterKernel512.Inputs, to += InputPitch) Vector256.Load(from).Store(to);
                continue;
            }
            for (; from + OuterKernel256.Inputs <= end; from += OuterKernel256.Inputs, to += InputPitch)
            {
                Vector128.Load(from).Store(to);
                Vector64.Load(from + 4).Store(to + 4);
            }
            int left = (int)(end - from);
            for (int c = 0; left > 0 && c < OuterKernel256.Inputs; c++) to[c] = c < left ? from[c] : 0;
        }
    }

    // [panels][places][width], the last panel perhaps narrower.
    static void PackGradients(int* places, int count, float* data, int channels, int slice, float* panels)
    {
        for (int output = 0; output < slice; output += TileKernel.Wide, panels += OutputPitch)
        {
            float* from = data + output, to = panels;
            int width = Math.Min(TileKernel.Wide, slice - output);
            for (int i = 0; i < count; i++, to += width)
            {
                float* place = from + (long)places[i] * channels;
                for (int c = 0; c < width; c += TileKernel.Half) Vector256.Load(place + c).Store(to + c);
            }
        }
    }

    /// <summary>What one tap joins.</summary>
    /// <param name="Inputs">[places][input channels].</param>
    /// <param name="Gradients">[places][output channels].</param>
    /// <param name="InputPlaces">The input's place of each pair.</param>
    /// <param name="GradientPlaces">The gradient's place of each pair.</param>
    public readonly record struct Tap(nint Inputs, nint Gradients, int[] InputPlaces, int[] GradientPlaces);
}
