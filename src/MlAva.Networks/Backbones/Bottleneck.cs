using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A residual block of 1×1, 3×3 and 1×1 convolutions, expansion 4 (reference specification §2.1). The identity branch is convolved
/// (key <c>downsample</c>) exactly when the spatial stride or the number of channels changes.
/// </summary>
sealed class Bottleneck : nn.Module<FrameBatch, FrameBatch>
{
    public const int Expansion = 4;

    [ComponentName(Name = "conv1")]
    readonly ConvolutionUnit _reduce;

    [ComponentName(Name = "conv2")]
    readonly ConvolutionUnit _convolve;

    [ComponentName(Name = "conv3")]
    readonly ConvolutionUnit _expand;

    [ComponentName(Name = "downsample")]
    readonly ConvolutionUnit? _downsample;

    public Bottleneck(long inputs, long planes, int spatialStride, int temporalStride, int dilation, bool inflate, InflateStyle style)
        : base(nameof(Bottleneck))
    {
        long outputs = planes * Expansion;
        (int, int, int) stride = (temporalStride, spatialStride, spatialStride);
        int reduceTime = inflate && style == InflateStyle.Kernel3x1x1 ? 3 : 1;
        int convolveTime = inflate && style == InflateStyle.Kernel3x3x3 ? 3 : 1;
        _reduce = new(inputs, planes, ConvolutionShape.Same((reduceTime, 1, 1), (1, 1, 1)));
        _convolve = new(planes, planes, ConvolutionShape.Same((convolveTime, 3, 3), stride, dilation));
        _expand = new(planes, outputs, ConvolutionShape.Pointwise, activate: false);
        if (spatialStride != 1 || inputs != outputs) _downsample = new(inputs, outputs, ConvolutionShape.Same((1, 1, 1), stride), activate: false);
        RegisterComponents();
    }

    public void InitializeWeights(bool zeroResidual)
    {
        _reduce.InitializeWeights();
        _convolve.InitializeWeights();
        _expand.InitializeWeights();
        _downsample?.InitializeWeights();
        if (zeroResidual) _expand.Normalization.InitializeWeights(scale: 0);
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch residual = _expand.forward(_convolve.forward(_reduce.forward(input)));
        FrameBatch identity = _downsample is null ? input : _downsample.forward(input);
        Tensor output = residual.Frames.add_(identity.Frames, Constants.One).relu_();
        return new(output.MoveToOuterDisposeScope(), input.Clips);
    }
}
