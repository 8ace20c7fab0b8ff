using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Convolution, batch normalisation and, where asked for, ReLU (keys <c>conv.*</c>, <c>bn.*</c>); mmcv calls it ConvModule.</summary>
sealed class ConvolutionUnit : nn.Module<FrameBatch, FrameBatch>
{
    [ComponentName(Name = "conv")]
    readonly Convolution _convolution;

    [ComponentName(Name = "bn")]
    readonly BatchNormalization _normalization;

    readonly bool _activate;

    public ConvolutionUnit(long inputs, long outputs, ConvolutionShape shape, bool activate = true)
        : base(nameof(ConvolutionUnit))
    {
        _activate = activate;
        _convolution = new Convolution(inputs, outputs, shape);
        _normalization = new BatchNormalization(outputs);
        RegisterComponents();
    }

    public BatchNormalization Normalization => _normalization;

    public void InitializeWeights()
    {
        _convolution.InitializeWeights();
        _normalization.InitializeWeights();
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = _convolution.forward(input);
        Tensor normalized = _normalization.forward(features.Frames);
        if (_activate) normalized = normalized.relu_();
        return new(normalized.MoveToOuterDisposeScope(), input.Clips);
    }
}
