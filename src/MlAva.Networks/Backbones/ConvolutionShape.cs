namespace MlAva.Networks;

/// <summary>Kernel, stride, padding and dilation of a 3-D convolution, each (time, height, width).</summary>
sealed record ConvolutionShape((int T, int H, int W) Kernel, (int T, int H, int W) Stride, (int T, int H, int W) Padding, (int T, int H, int W) Dilation)
{
    public static ConvolutionShape Pointwise { get; } = new((1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 1, 1));

    /// <summary>The kernel covers one frame, so the convolution is one over images.</summary>
    public bool IsSpatial { get; } = Kernel.T == 1 && Padding.T == 0;

    /// <summary>The kernel covers one place, so the convolution is one over time.</summary>
    public bool IsTemporal { get; } = Kernel is { T: > 1, H: 1, W: 1 } && Stride is { H: 1, W: 1 } && Padding is { H: 0, W: 0 };

    public long[] SpatialStride { get; } = [Stride.H, Stride.W];
    public long[] SpatialPadding { get; } = [Padding.H, Padding.W];
    public long[] SpatialDilation { get; } = [Dilation.H, Dilation.W];
    public long[] TemporalStride { get; } = [Stride.T, 1];
    public long[] TemporalPadding { get; } = [Padding.T, 0];
    public long[] Strides { get; } = [Stride.T, Stride.H, Stride.W];
    public long[] Paddings { get; } = [Padding.T, Padding.H, Padding.W];
    public long[] Dilations { get; } = [Dilation.T, Dilation.H, Dilation.W];

    /// <summary>"Same" padding for an odd kernel: (k−1)/2, times the dilation.</summary>
    public static ConvolutionShape Same((int T, int H, int W) kernel, (int T, int H, int W) stride, int dilation = 1) =>
        new(kernel, stride, ((kernel.T - 1) / 2, (kernel.H - 1) / 2 * dilation, (kernel.W - 1) / 2 * dilation), (1, dilation, dilation));
}
