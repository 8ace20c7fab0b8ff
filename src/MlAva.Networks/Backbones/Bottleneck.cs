using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A residual block of 1×1, 3×3 and 1×1 convolutions, expansion 4, and the non-local block behind it where there is one (reference
/// specification §2.1, §2.4). The identity branch is convolved (key <c>downsample</c>) exactly when the spatial stride or the number of
/// channels changes.
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

    [ComponentName(Name = "non_local_block")]
    readonly NonLocalBlock? _nonLocal;

    public Bottleneck(long inputs, ResNet3dOptions options, int stage, int block)
        : base(nameof(Bottleneck))
    {
        long planes = (long)options.BaseChannels << stage, outputs = planes * Expansion;
        int spatial = block == 0 ? options.SpatialStrides[stage] : 1, temporal = block == 0 ? options.TemporalStrides[stage] : 1;
        (int, int, int) stride = (temporal, spatial, spatial), none = (1, 1, 1);
        bool strideFirst = options.Style == BottleneckStyle.Caffe, inflate = options.Inflate[stage];
        int reduceTime = inflate && options.InflateStyle == InflateStyle.Kernel3x1x1 ? 3 : 1;
        int convolveTime = inflate && options.InflateStyle == InflateStyle.Kernel3x3x3 ? 3 : 1;
        _reduce = new(inputs, planes, ConvolutionShape.Same((reduceTime, 1, 1), strideFirst ? stride : none));
        _convolve = new(planes, planes, ConvolutionShape.Same((convolveTime, 3, 3), strideFirst ? none : stride, options.Dilations[stage]));
        _expand = new(planes, outputs, ConvolutionShape.Pointwise, activate: false);
        bool isConvolved = spatial != 1 || inputs != outputs;
        if (temporal != 1 && !isConvolved)
        {
            throw new ArgumentException(
                $"{nameof(ResNet3dOptions)}.{nameof(ResNet3dOptions.TemporalStrides)} is ({string.Join(", ", options.TemporalStrides)}); " +
                $"expected 1 for stage {stage + 1}: it changes neither size nor channels ({inputs}), so its identity branch has no " +
                "convolution that could pass over frames.");
        }
        if (isConvolved) _downsample = new(inputs, outputs, ConvolutionShape.Same((1, 1, 1), stride), activate: false);
        if (options.NonLocal is { } nonLocal && nonLocal.Blocks[stage][block]) _nonLocal = new(outputs, nonLocal);
        RegisterComponents();
    }

    /// <summary>Its convolutions without those of a non-local block.</summary>
    public IEnumerable<ConvolutionUnit> Units => new[] { _reduce, _convolve, _expand, _downsample }.OfType<ConvolutionUnit>();

    public void InitializeWeights(bool zeroResidual)
    {
        _reduce.InitializeWeights();
        _convolve.InitializeWeights();
        _expand.InitializeWeights();
        _downsample?.InitializeWeights();
        _nonLocal?.InitializeWeights();
        if (zeroResidual) _expand.Normalization!.InitializeWeights(scale: 0);
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch identity = _downsample is null ? input : _downsample.forward(input);
        FrameBatch output = _expand.ForwardOnto(_convolve.forward(_reduce.forward(input)), identity);
        if (_nonLocal is not null) output = _nonLocal.forward(output);
        output.Frames.MoveToOuterDisposeScope();
        return output;
    }
}
