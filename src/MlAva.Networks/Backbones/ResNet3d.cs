using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>One pathway: stem, pooling and residual stages. SlowOnly is one of them; keys are MMAction2's (<c>conv1</c>, <c>layer1.0.conv1</c>, …).</summary>
sealed class ResNet3d : nn.Module<FrameBatch, FrameBatch>
{
    readonly ResNet3dOptions _options;
    readonly ConvolutionUnit _stem;
    readonly ModuleList<Bottleneck>[] _stages;

    public ResNet3d(ResNet3dOptions options)
        : base(nameof(ResNet3d))
    {
        options.Validate();
        _options = options;
        (int kt, int kh, int kw) = (options.StemKernel[0], options.StemKernel[1], options.StemKernel[2]);
        _stem = new(options.InputChannels, options.BaseChannels, ConvolutionShape.Same((kt, kh, kw), (options.StemTemporalStride, 2, 2)));
        register_module("conv1", _stem);

        long channels = options.BaseChannels;
        IReadOnlyList<int> blocks = options.Blocks();
        _stages = new ModuleList<Bottleneck>[blocks.Count];
        for (int i = 0; i < _stages.Length; i++)
        {
            long planes = (long)options.BaseChannels << i;
            _stages[i] = [];
            for (int b = 0; b < blocks[i]; b++)
            {
                _stages[i].Add(new Bottleneck(channels, planes, b == 0 ? options.SpatialStrides[i] : 1, b == 0 ? options.TemporalStrides[i] : 1,
                    options.Dilations[i], options.Inflate[i], options.InflateStyle));
                channels = planes * Bottleneck.Expansion;
            }
            register_module($"layer{i + 1}", _stages[i]);
        }
        Freeze();
    }

    public int StageCount => _stages.Length;

    public void InitializeWeights()
    {
        _stem.InitializeWeights();
        foreach (Bottleneck block in _stages.SelectMany(s => s)) block.InitializeWeights(_options.ZeroInitResidual);
    }

    public override FrameBatch forward(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = Stem(input);
        for (int i = 0; i < StageCount; i++) features = Stage(i, features);
        features.Frames.MoveToOuterDisposeScope();
        return features;
    }

    public FrameBatch Stem(FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = _stem.forward(input);
        Tensor frames = features.Frames;
        if (_options.PoolTemporalStride > 1)
        {
            long[] s = frames.shape;
            frames = FrameBatch.ChannelsLast(frames).view(input.Clips, features.Length, s[2], s[3], s[1])
                .slice(1, 0, features.Length, _options.PoolTemporalStride).contiguous().view(-1, s[2], s[3], s[1]).permute(0, 3, 1, 2);
        }
        Tensor pooled = F.max_pool2d(frames, kernel_size: [3, 3], strides: [2, 2], padding: [1, 1]);
        return new(pooled.MoveToOuterDisposeScope(), input.Clips);
    }

    public FrameBatch Stage(int index, FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = input;
        foreach (Bottleneck block in _stages[index]) features = block.forward(features);
        features.Frames.MoveToOuterDisposeScope();
        return features;
    }

    /// <summary>Keeps frozen stages, and all normalisation under NormEval, in evaluation mode whatever is asked of the whole.</summary>
    public override void train(bool train = true)
    {
        base.train(train);
        if (!train) return;
        foreach (nn.Module part in FrozenParts()) part.eval();
        if (!_options.NormEval) return;
        foreach (nn.Module module in modules())
        {
            if (module is BatchNormalization) module.eval();
        }
    }

    void Freeze()
    {
        foreach (Parameter parameter in FrozenParts().SelectMany(p => p.parameters())) parameter.requires_grad = false;
        train();
    }

    IEnumerable<nn.Module> FrozenParts() => _options.FrozenStages < 0 ? [] : [_stem, .. _stages.Take(_options.FrozenStages)];
}
