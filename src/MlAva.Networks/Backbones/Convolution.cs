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

    /// <summary>He's normal initialisation over the fan-out, as mmcv's ConvModule does at construction.</summary>
    public void InitializeWeights()
    {
        using var _ = no_grad();
        nn.init.kaiming_normal_(_weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        if (_bias is not null) nn.init.zeros_(_bias);
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch result = _shape.IsSpatial ? Spatial(input) : _shape.IsTemporal ? Temporal(input) : Full(input);
        result.Frames.MoveToOuterDisposeScope();
        return result;
    }

    FrameBatch Spatial(FrameBatch input)
    {
        Tensor frames = input.EveryFrame(_shape.Stride.T);
        Tensor output = F.conv2d(frames, _weight.squeeze(2), _bias, _shape.SpatialStride, _shape.SpatialPadding, _shape.SpatialDilation);
        return new(output, input.Clips);
    }

    FrameBatch Temporal(FrameBatch input)
    {
        long[] s = input.Frames.shape;
        Tensor rows = FrameBatch.ChannelsLast(input.Frames).view(input.Clips, input.Length, s[2] * s[3], s[1]).permute(0, 3, 1, 2);
        Tensor output = F.conv2d(rows, _weight.squeeze(4), _bias, _shape.TemporalStride, _shape.TemporalPadding);
        long length = output.shape[2];
        Tensor frames = FrameBatch.ChannelsLast(output).view(input.Clips * length, s[2], s[3], output.shape[1]).permute(0, 3, 1, 2);
        return new(frames, input.Clips);
    }

    FrameBatch Full(FrameBatch input)
    {
        Tensor output = F.conv3d(input.ToClips(), _weight, _bias, _shape.Strides, _shape.Paddings, _shape.Dilations);
        return FrameBatch.FromClips(output);
    }
}
