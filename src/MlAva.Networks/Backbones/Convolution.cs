using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>A 3-D convolution whose parameter is PyTorch's ([out, in, kt, kh, kw], key <c>weight</c>), computed in the fastest exact form for its kernel.</summary>
sealed class Convolution : nn.Module<FrameBatch, FrameBatch>
{
    [ComponentName(Name = "weight")]
    readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    readonly Parameter? _bias;

    readonly ConvolutionShape _shape;
    PreparedConvolution? _prepared;
    ((long, long, long, long) Key, ConvolutionGeometry? Value) _geometry;

    public Convolution(long inputs, long outputs, ConvolutionShape shape, bool bias = false)
        : base(nameof(Convolution))
    {
        _shape = shape;
        (int kt, int kh, int kw) = shape.Kernel;
        _weight = new Parameter(empty([outputs, inputs, kt, kh, kw]));
        if (bias) _bias = new Parameter(zeros(outputs));
        RegisterComponents();
        InitializeWeights();
    }

    public Parameter Weight => _weight;

    public Parameter? Bias => _bias;

    public ConvolutionShape Shape => _shape;

    /// <summary>Which inputs each output sees, for inputs of this size.</summary>
    public ConvolutionGeometry Geometry(long clips, long frames, long height, long width)
    {
        if (_geometry.Key != (clips, frames, height, width) || _geometry.Value is null)
            _geometry = ((clips, frames, height, width), ConvolutionGeometry.Of(_shape, clips, frames, height, width));
        return _geometry.Value;
    }

    /// <summary>He's normal initialisation over the fan-out, as mmcv's ConvModule does at construction.</summary>
    public void InitializeWeights()
    {
        DropPreparation();
        using var _ = no_grad();
        nn.init.kaiming_normal_(_weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        if (_bias is not null) nn.init.zeros_(_bias);
    }

    /// <summary>What computes this convolution, and the normalisation behind it, where no gradients are recorded; null: not prepared.</summary>
    public PreparedConvolution? Prepared => IsPrepared && !is_grad_enabled() ? _prepared : null;

    public bool IsPrepared => _prepared is not null && _prepared.Fits(_weight);

    /// <summary>Copies the weights, with the normalisation behind them folded in, until <see cref="DropPreparation"/>.</summary>
    public void Prepare(string layer, BatchNormalization? normalization, Preparation preparation, ScalarType type)
    {
        DropPreparation();
        _prepared = new(layer, this, normalization, preparation, type);
    }

    public void DropPreparation()
    {
        _prepared?.Dispose();
        _prepared = null;
    }

    /// <summary>To be called where a network's weights change behind its back.</summary>
    public static void DropPreparations(nn.Module network)
    {
        foreach (Convolution convolution in network.modules().OfType<Convolution>()) convolution.DropPreparation();
    }

    public override FrameBatch forward(FrameBatch input)
    {
        if (Prepared is { } prepared) return prepared.Run(input, null, rectify: false);
        using DisposeScope scope = NewDisposeScope();
        FrameBatch result = Compute(input, _weight, _bias, _shape);
        result.Frames.MoveToOuterDisposeScope();
        return result;
    }

    /// <summary>By torch, with any weights of this form: [out, in, kt, kh, kw].</summary>
    public static FrameBatch Compute(FrameBatch input, Tensor weight, Tensor? bias, ConvolutionShape shape) =>
        shape.IsSpatial ? Spatial(input, weight, bias, shape) : shape.IsTemporal ? Temporal(input, weight, bias, shape) : Full(input, weight, bias, shape);

    static FrameBatch Spatial(FrameBatch input, Tensor weight, Tensor? bias, ConvolutionShape shape)
    {
        Tensor frames = input.EveryFrame(shape.Stride.T);
        Tensor output = F.conv2d(frames, weight.squeeze(2), bias, shape.SpatialStride, shape.SpatialPadding, shape.SpatialDilation);
        return new(output, input.Clips);
    }

    static FrameBatch Temporal(FrameBatch input, Tensor weight, Tensor? bias, ConvolutionShape shape)
    {
        long[] s = input.Frames.shape;
        Tensor rows = FrameBatch.ChannelsLast(input.Frames).view(input.Clips, input.Length, s[2] * s[3], s[1]).permute(0, 3, 1, 2);
        Tensor output = F.conv2d(rows, weight.squeeze(4), bias, shape.TemporalStride, shape.TemporalPadding);
        long length = output.shape[2];
        Tensor frames = FrameBatch.ChannelsLast(output).view(input.Clips * length, s[2], s[3], output.shape[1]).permute(0, 3, 1, 2);
        return new(frames, input.Clips);
    }

    static FrameBatch Full(FrameBatch input, Tensor weight, Tensor? bias, ConvolutionShape shape)
    {
        Tensor output = F.conv3d(input.ToClips(), weight, bias, shape.Strides, shape.Paddings, shape.Dilations);
        return FrameBatch.FromClips(output);
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        if (train) DropPreparation();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) DropPreparation();
        base.Dispose(disposing);
    }
}
