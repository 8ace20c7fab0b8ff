namespace MlAva.Networks;

/// <summary>
/// A convolution's weights in the order in which <see cref="TileKernel"/> reads them: panels of 32 output channels, the last of 16 or 8 where
/// that is enough, and in a panel [tap][input channel][output channel of the panel]. What a panel has beyond the channels is zero.
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
            for (int tap = 0; tap < Taps; tap++)
            {
                float* column = from + (flip ? Taps - 1 - tap : tap);
                for (int input = 0; input < Inputs; input++, to += width)
                {
                    float* line = column + input * inputStride;
                    for (int output = 0; output < channels; output++) to[output] = line[output * outputStride];
                }
            }
        });
    }
}
