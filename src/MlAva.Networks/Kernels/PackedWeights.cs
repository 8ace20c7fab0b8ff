using System.Runtime.Intrinsics;

namespace MlAva.Networks;

/// <summary>
/// A convolution's weights in the order in which <see cref="TileKernel"/> reads them: panels of 32 output channels (16 with AVX2), the last
/// narrower where that is enough, and in a panel [tap][input channel][output channel of the panel]. What a panel has beyond the channels is zero.
/// </summary>
sealed unsafe class PackedWeights : IDisposable
{
    readonly FloatBuffer _floats;
    readonly int _lastWidth;

    PackedWeights(int inputs, int outputs, int taps)
    {
        (Inputs, Outputs, Taps) = (inputs, outputs, taps);
        Panels = (outputs + TileKernel.Wide - 1) / TileKernel.Wide;
        _lastWidth = (outputs % TileKernel.Wide) switch
        {
            0 or > TileKernel.Lanes => TileKernel.Wide,
            > TileKernel.Half => TileKernel.Lanes,
            _ => TileKernel.Half,
        };
        _floats = new((long)taps * inputs * ((Panels - 1) * TileKernel.Wide + _lastWidth));
    }

    public int Inputs { get; }
    public int Outputs { get; }
    public int Taps { get; }
    public int Panels { get; }

    public long Bytes => _floats.Length * sizeof(float);

    /// <summary>Output channels of a panel, with those that are zero.</summary>
    public int Width(int panel) => panel == Panels - 1 ? _lastWidth : TileKernel.Wide;

    /// <summary>Where a panel begins.</summary>
    public float* Panel(int index) => _floats.Start + (long)index * Taps * Inputs * TileKernel.Wide;

    /// <param name="weights">[outputs][inputs][taps].</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="taps">Taps.</param>
    public static PackedWeights Forward(float* weights, int outputs, int inputs, int taps)
    {
        PackedWeights packed = new(inputs, outputs, taps);
        packed.Fill(weights, (long)inputs * taps, taps, flip: false);
        return packed;
    }

    /// <summary>For the gradient of the inputs: inputs and outputs change places, and taps are counted from the other end.</summary>
    /// <param name="weights">[outputs][inputs][taps].</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="taps">Taps.</param>
    public static PackedWeights Backward(float* weights, int outputs, int inputs, int taps)
    {
        PackedWeights packed = new(outputs, inputs, taps);
        packed.Fill(weights, taps, (long)inputs * taps, flip: true);
        return packed;
    }

    /// <summary>Each tap a weighted sum of the source's.</summary>
    /// <param name="weights">[outputs][inputs][taps].</param>
    /// <param name="outputs">Output channels, a multiple of 16.</param>
    /// <param name="inputs">Input channels, a multiple of 16.</param>
    /// <param name="taps">Taps of the source.</param>
    /// <param name="mix">For each new tap, the weights of the source's.</param>
    /// <param name="reversed">Whether inputs and outputs change places.</param>
    public static PackedWeights Mixed(float* weights, int outputs, int inputs, int taps, float[] mix, bool reversed)
    {
        PackedWeights packed = reversed ? new(outputs, inputs, mix.Length / taps) : new(inputs, outputs, mix.Length / taps);
        (long outputStride, long inputStride) = ((long)inputs * taps, taps);
        packed.FillMixed(weights, reversed ? inputStride : outputStride, reversed ? outputStride : inputStride, taps, mix);
        return packed;
    }

    public void Dispose() => _floats.Dispose();

    // Strides are those of the source: from one channel that goes out to the next, and from one that comes in to the next.
    void Fill(float* weights, long outputStride, long inputStride, bool flip)
    {
        nint source = (nint)weights;
        Workers.For(Panels, panel =>
        {
            int first = panel * TileKernel.Wide, width = Width(panel), channels = Math.Min(width, Outputs - first);
            float* from = (float*)source + first * outputStride, to = Panel(panel);
            if (channels < width) new Span<float>(to, Taps * Inputs * width).Clear();
            if (!flip && channels % TileKernel.Lanes == 0 && Inputs * Taps >= TileKernel.Lanes) FillTransposed(from, outputStride, to, channels);
            else if (flip && channels % TileKernel.Lanes == 0 && Taps == 1) FillRows(from, inputStride, to, channels);
            else FillOneByOne(from, outputStride, inputStride, flip, to, width, channels);
        });
    }

    // A channel's inputs and taps lie side by side in the source: sixteen channels at once, sixteen of those.
    void FillTransposed(float* from, long outputStride, float* to, int channels)
    {
        nint* rows = stackalloc nint[TileKernel.Lanes], lines = stackalloc nint[TileKernel.Lanes];
        int length = Inputs * Taps;
        for (int channel = 0; channel < channels; channel += TileKernel.Lanes)
        {
            for (int start = 0; start < length; start += TileKernel.Lanes)
            {
                // The last block goes back where the row is not a multiple of 16 long.
                int begin = Math.Min(start, length - TileKernel.Lanes);
                for (int i = 0; i < TileKernel.Lanes; i++)
                {
                    (int input, int tap) = Math.DivRem(begin + i, Taps);
                    rows[i] = (nint)(from + (channel + i) * outputStride + begin);
                    lines[i] = (nint)(to + ((long)tap * Inputs + input) * channels + channel);
                }
                Transposition.Run(rows, lines);
            }
        }
    }

    void FillRows(float* from, long inputStride, float* to, int channels)
    {
        for (int input = 0; input < Inputs; input++, to += channels) new ReadOnlySpan<float>(from + input * inputStride, channels).CopyTo(new Span<float>(to, channels));
    }

    void FillMixed(float* weights, long outputStride, long inputStride, int taps, float[] mix)
    {
        nint source = (nint)weights;
        Workers.For(Panels, panel =>
        {
            float* lines = stackalloc float[taps * TileKernel.Lanes], to = Panel(panel);
            int first = panel * TileKernel.Wide, width = Width(panel), channels = Math.Min(width, Outputs - first);
            if (channels < width) new Span<float>(to, Taps * Inputs * width).Clear();
            for (int channel = 0; channel < channels; channel += TileKernel.Lanes)
            {
                for (int input = 0; input < Inputs; input++)
                {
                    float* from = (float*)source + (first + channel) * outputStride + input * inputStride;
                    for (int lane = 0; lane < TileKernel.Lanes; lane++, from += outputStride)
                    {
                        for (int tap = 0; tap < taps; tap++) lines[tap * TileKernel.Lanes + lane] = from[tap];
                    }
                    for (int tap = 0; tap < Taps; tap++)
                    {
                        Vector512<float> sum = Vector512<float>.Zero;
                        for (int k = 0; k < taps; k++) sum += Vector512.Create(mix[tap * taps + k]) * Vector512.Load(lines + k * TileKernel.Lanes);
                        Vector512.Store(sum, to + ((long)tap * Inputs + input) * width + channel);
                    }
                }
            }
        });
    }

    void FillOneByOne(float* from, long outputStride, long inputStride, bool flip, float* to, int width, int channels)
    {
        for (int tap = 0; tap < Taps; tap++)
        {
            float* column = from + (flip ? Taps - 1 - tap : tap);
            for (int input = 0; input < Inputs; input++, to += width)
            {
                float* line = column + input * inputStride;
                for (int output = 0; output < channels; output++) to[output] = line[output * outputStride];
            }
        }
    }
}
