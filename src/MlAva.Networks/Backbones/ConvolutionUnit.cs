using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Convolution, then, where asked for, batch normalisation and ReLU (keys <c>conv.*</c>, <c>bn.*</c>); mmcv calls it ConvModule.
/// </summary>
sealed class ConvolutionUnit : nn.Module<FrameBatch, FrameBatch>
{
    [ComponentName(Name = "conv")]
    readonly Convolution _convolution;

    [ComponentName(Name = "bn")]
    readonly BatchNormalization? _normalization;

    readonly bool _activate;

    public ConvolutionUnit(long inputs, long outputs, ConvolutionShape shape, bool normalize = true, bool activate = true, bool bias = false)
        : base(nameof(ConvolutionUnit))
    {
        _activate = activate;
        _convolution = new Convolution(inputs, outputs, shape, bias);
        if (normalize) _normalization = new BatchNormalization(outputs);
        RegisterComponents();
    }

    public Convolution Convolution => _convolution;

    public BatchNormalization? Normalization => _normalization;

    public void InitializeWeights()
    {
        _convolution.InitializeWeights();
        _normalization?.InitializeWeights();
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = _convolution.forward(input);
        Tensor output = _normalization is null ? features.Frames : _normalization.forward(features.Frames);
        if (_activate) output = output.relu_();
        return new(output.MoveToOuterDisposeScope(), input.Clips);
    }
}
