namespace MlAva.Networks;

/// <summary>
/// A copy of frames with their padding around them. For maps of few channels, clips above all: each row of a kernel is then one run of neighbouring numbers,
/// at the borders too.
/// </summary>
sealed unsafe class SurroundedFrames : IDisposable
{
    // Numbers behind the last that may be read, and count for nothing.
    const int Slack = TileKernel.Lanes;

    readonly FloatBuffer _floats;

    /// <param name="geometry">The convolution over the frames as they are.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="input">[clips, frames, rows, columns, channels].</param>
    public SurroundedFrames(ConvolutionGeometry geometry, int channels, float* input)
    {
        Geometry = geometry.Surrounded();
        (ConvolutionGeometry.Axis rows, ConvolutionGeometry.Axis columns) = (geometry.Rows, geometry.Columns);
        int line = Geometry.Columns.Inputs * channels, side = columns.Padding * channels, whole = columns.Inputs * channels;
        _floats = new((long)Geometry.Sources * channels + Slack);
        (nint from, nint to) = ((nint)input, (nint)_floats.Start);
        Workers.For(geometry.Clips * geometry.Time.Inputs, frame =>
        {
            float* source = (float*)from + (long)frame * rows.Inputs * whole, target = (float*)to + (long)frame * Geometry.Rows.Inputs * line;
            for (int y = 0; y < Geometry.Rows.Inputs; y++, target += line)
            {
                bool isInside = (uint)(y - rows.Padding) < (uint)rows.Inputs;
                new Span<float>(target, isInside ? side : line).Clear();
                if (!isInside) continue;
                new ReadOnlySpan<float>(source, whole).CopyTo(new(target + side, whole));
                new Span<float>(target + side + whole, side).Clear();
                source += whole;
            }
        });
        new Span<float>(_floats.Start + _floats.Length - Slack, Slack).Clear();
    }

    /// <summary>The convolution over this copy.</summary>
    public ConvolutionGeometry Geometry { get; }

    public float* Start => _floats.Start;

    /// <summary>Whether a convolution gains from it.</summary>
    public static bool Pay(ConvolutionGeometry geometry, int channels) =>
        channels < TileKernel.Half && geometry.IsPadded && geometry.Columns.Taps > 1 && geometry.Surrounded().Columns.IsWhole.All(w => w);

    public void Dispose() => _floats.Dispose();
}
