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

    /// <summary>Folds normalisation into the convolution for inference, until the weights change.</summary>
    public void Prepare(string layer, Preparation preparation, ScalarType type) => _convolution.Prepare(layer, _normalization, preparation, type);

    public override FrameBatch forward(FrameBatch input) => Compute(input, null, _activate);

    /// <summary>relu(this(input) + identity): the end of a residual block.</summary>
    public FrameBatch ForwardOnto(FrameBatch input, FrameBatch identity) => Compute(input, identity.Frames, rectify: true);

    FrameBatch Compute(FrameBatch input, Tensor? identity, bool rectify)
    {
        if (_convolution.Prepared is { } prepared) return prepared.Run(input, identity, rectify);
        if (_normalization is not null && is_grad_enabled() && UnitFunction.Takes(input, _convolution))
            return UnitFunction.Apply(input, _convolution, _normalization, identity, rectify);
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = _convolution.forward(input);
        if (_normalization is not null && is_grad_enabled() && NormalizationFunction.Takes(features.Frames, _normalization))
            return new(NormalizationFunction.Apply(features.Frames, _normalization, identity, rectify).MoveToOuterDisposeScope(), features.Clips);
        Tensor output = _normalization is null ? features.Frames : _normalization.forward(features.Frames);
        if (identity is not null) output = output.add_(identity, Constants.One);
        if (rectify) output = output.relu_();
        return new(output.MoveToOuterDisposeScope(), features.Clips);
    }
}
