using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>
/// Every place of a clip looks at every other one: x + out(weights(θ(x), φ(x)) · g(x)), over time, height and width together (Wang et al.,
/// "Non-local Neural Networks", CVPR 2018; reference specification §2.4).
/// </summary>
sealed class NonLocalBlock : nn.Module<FrameBatch, FrameBatch>
{
    [ComponentName(Name = "g")]
    readonly Projection _value;

    [ComponentName(Name = "conv_out")]
    readonly ConvolutionUnit _output;

    [ComponentName(Name = "theta")]
    readonly Projection? _query;

    [ComponentName(Name = "phi")]
    readonly Projection? _key;

    [ComponentName(Name = "concat_project")]
    readonly PairProjection? _pair;

    readonly NonLocalOptions _options;
    readonly long _channels;

    public NonLocalBlock(long channels, NonLocalOptions options)
        : base(nameof(NonLocalBlock))
    {
        _options = options;
        _channels = Math.Max(channels / options.Reduction, 1);
        _value = new(channels, _channels, options.SubSample);
        _output = new(_channels, channels, ConvolutionShape.Pointwise, options.Normalize, activate: false, bias: !options.Normalize);
        if (options.Mode != NonLocalMode.Gaussian)
        {
            _query = new(channels, _channels, subSample: false);
            _key = new(channels, _channels, options.SubSample);
        }
        if (options.Mode == NonLocalMode.Concatenation) _pair = new(_channels * 2);
        RegisterComponents();
        InitializeWeights();
    }

    /// <summary>Starts as identity: projections nearly zero, and nothing let through behind them.</summary>
    public void InitializeWeights()
    {
        using var _ = no_grad();
        foreach (Projection? projection in (Projection?[])[_value, _query, _key]) projection?.InitializeWeights();
        _pair?.InitializeWeights();
        _output.InitializeWeights();
        if (_output.Normalization is { } normalization) normalization.InitializeWeights(scale: 0);
        else nn.init.zeros_(_output.Convolution.Weight);
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input.Frames;
        Tensor query = Places(_query is null ? x : _query.Apply(input), input.Clips);
        Tensor key = Places(_key is null ? _options.SubSample ? Projection.Pool(x) : x : _key.Apply(input), input.Clips);
        Tensor value = Places(_value.Apply(input), input.Clips);
        Tensor related = Weights(query, key).matmul(value);
        long[] s = x.shape;
        FrameBatch places = new(related.view(s[0], s[2], s[3], _channels).permute(0, 3, 1, 2), input.Clips);
        return new(x.add(_output.forward(places).Frames, Constants.One).MoveToOuterDisposeScope(), input.Clips);
    }

    // [N, T·H·W, C] × [N, T·h·w, C] → [N, T·H·W, T·h·w].
    Tensor Weights(Tensor query, Tensor key)
    {
        if (_options.Mode == NonLocalMode.Concatenation) return Averaged(Paired(query, key));
        Tensor products = query.matmul(key.transpose(1, 2));
        if (_options.Mode == NonLocalMode.DotProduct) return Averaged(products);
        if (_options.Mode == NonLocalMode.Gaussian || !_options.UseScale) return products.softmax(-1);
        using Scalar scale = 1 / Math.Sqrt(_channels);
        return products.mul(scale).softmax(-1);
    }

    // The learnt weighing of two vectors side by side is the sum of its halves on each, so the pairs themselves are never laid out.
    Tensor Paired(Tensor query, Tensor key)
    {
        Tensor weight = _pair!.Weight.view(2, _channels, 1).to(query.dtype);
        Tensor left = query.matmul(weight.select(0, 0)), right = key.matmul(weight.select(0, 1));
        return left.add(right.transpose(1, 2), Constants.One).relu();
    }

    static Tensor Averaged(Tensor products)
    {
        using Scalar share = 1.0 / products.shape[^1];
        return products.mul(share);
    }

    static Tensor Places(Tensor frames, long clips) => FrameBatch.ChannelsLast(frames).view(clips, -1, frames.shape[1]);

    /// <summary>The weighing of two vectors side by side. The reference computes it over pairs as over an image, so its weight (key <c>conv.weight</c>) is [1, 2C, 1, 1].</summary>
    sealed class PairProjection : nn.Module
    {
        [ComponentName(Name = "conv")]
        readonly Conv2d _convolution;

        public PairProjection(long channels)
            : base(nameof(PairProjection))
        {
            _convolution = nn.Conv2d(channels, 1, 1, bias: false);
            RegisterComponents();
            InitializeWeights();
        }

        public Parameter Weight => _convolution.weight;

        public void InitializeWeights()
        {
            using var _ = no_grad();
            nn.init.kaiming_normal_(Weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        }
    }

    /// <summary>A 1×1 convolution with bias (key <c>conv</c>, or <c>0.conv</c> where its result is pooled).</summary>
    sealed class Projection : nn.Module
    {
        [ComponentName(Name = "conv")]
        readonly Convolution? _plain;

        [ComponentName(Name = "0")]
        readonly ConvolutionUnit? _pooled;

        public Projection(long inputs, long outputs, bool subSample)
            : base(nameof(Projection))
        {
            if (subSample) _pooled = new(inputs, outputs, ConvolutionShape.Pointwise, normalize: false, activate: false, bias: true);
            else _plain = new(inputs, outputs, ConvolutionShape.Pointwise, bias: true);
            RegisterComponents();
        }

        public void InitializeWeights()
        {
            Convolution convolution = _plain ?? _pooled!.Convolution;
            nn.init.normal_(convolution.Weight, 0, 0.01);
            nn.init.zeros_(convolution.Bias!);
        }

        public Tensor Apply(FrameBatch input) => _plain is not null ? _plain.forward(input).Frames : Pool(_pooled!.forward(input).Frames);

        public static Tensor Pool(Tensor frames) => F.max_pool2d(frames, kernel_size: [2, 2], strides: [2, 2]);
    }
}
