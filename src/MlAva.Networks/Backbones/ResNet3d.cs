using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>
/// One pathway: stem, pooling, residual stages, and the laterals into them where there are any. It is no module itself: the backbone that owns
/// it registers its <see cref="Children"/> where the checkpoint's keys want them (<c>conv1</c>, <c>layer1.0.conv1</c>, …).
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The backbone that registers the children disposes of them.")]
sealed class ResNet3d
{
    readonly ResNet3dOptions _options;
    readonly ConvolutionUnit _stem;
    readonly ModuleList<Bottleneck>[] _stages;
    readonly ConvolutionUnit[] _laterals = [];

    public ResNet3d(ResNet3dOptions options, Lateral? lateral = null)
    {
        options.Validate();
        _options = options;
        (int kt, int kh, int kw) = (options.StemKernel[0], options.StemKernel[1], options.StemKernel[2]);
        _stem = new(options.InputChannels, options.BaseChannels, ConvolutionShape.Same((kt, kh, kw), (options.StemTemporalStride, options.StemSpatialStride, options.StemSpatialStride)));

        long channels = options.BaseChannels;
        IReadOnlyList<int> blocks = options.Blocks();
        _stages = new ModuleList<Bottleneck>[blocks.Count];
        if (lateral is not null) _laterals = new ConvolutionUnit[blocks.Count];
        for (int i = 0; i < _stages.Length; i++)
        {
            _stages[i] = [];
            if (lateral is not null)
            {
                _laterals[i] = lateral.Create(channels);
                channels += lateral.Channels(channels);
            }
            for (int b = 0; b < blocks[i]; b++)
            {
                _stages[i].Add(new Bottleneck(channels, options, i, b));
                channels = ((long)options.BaseChannels << i) * Bottleneck.Expansion;
            }
        }
        foreach (Parameter parameter in FrozenParts().SelectMany(p => p.parameters())) parameter.requires_grad = false;
        if (!options.FrozenNorm) return;
        foreach (BatchNormalization normalization in Units().Select(u => u.Normalization).OfType<BatchNormalization>())
            (normalization.Weight.requires_grad, normalization.Bias.requires_grad) = (false, false);
    }

    public int StageCount => _stages.Length;

    /// <summary>The modules and their keys, in the reference's order.</summary>
    public IEnumerable<(string Key, nn.Module Module)> Children =>
    [
        ("conv1", _stem), .. _stages.Select((s, i) => ($"layer{i + 1}", (nn.Module)s)), .. _laterals.Select((l, i) => (LateralKey(i), (nn.Module)l)),
    ];

    static string LateralKey(int stage) => stage == 0 ? "conv1_lateral" : $"layer{stage}_lateral";

    public void InitializeWeights()
    {
        _stem.InitializeWeights();
        foreach (Bottleneck block in _stages.SelectMany(s => s)) block.InitializeWeights(_options.ZeroInitResidual);
        foreach (ConvolutionUnit lateral in _laterals) lateral.InitializeWeights();
    }

    public void InflateImageWeights(ImageWeights weights, string prefix = "")
    {
        weights.Inflate(_stem, "conv1", prefix);
        for (int i = 0; i < _stages.Length; i++)
        {
            foreach ((string name, nn.Module module) in _stages[i].SelectMany((block, b) => block.named_modules().Select(m => ($"layer{i + 1}.{b}.{m.name}", m.module))))
            {
                if (module is ConvolutionUnit unit) weights.Inflate(unit, name, prefix);
            }
        }
    }

    public FrameBatch Forward(FrameBatch input)
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
        if (!_options.StemPooling) return new(features.Frames.MoveToOuterDisposeScope(), input.Clips);
        Tensor frames = features.EveryFrame(_options.PoolTemporalStride);
        long stride = _options.PoolSpatialStride;
        Tensor pooled = F.max_pool2d(frames, kernel_size: [3, 3], strides: [stride, stride], padding: [1, 1]);
        return new(pooled.MoveToOuterDisposeScope(), input.Clips);
    }

    public FrameBatch Stage(int index, FrameBatch input)
    {
        using DisposeScope scope = NewDisposeScope();
        FrameBatch features = input;
        foreach (Bottleneck block in _stages[index]) features = block.forward(features);
        if (index == 0 && _options.FramePooling) features = InPairs(features);
        features.Frames.MoveToOuterDisposeScope();
        return features;
    }

    static FrameBatch InPairs(FrameBatch features) => features.Length > 1
        ? FrameBatch.FromClips(F.max_pool3d(features.ToClips(), kernel_size: [2, 1, 1], strides: [2, 1, 1]))
        : throw new ArgumentException($"The clips have 1 frame behind the first stage; {nameof(ResNet3dOptions.FramePooling)} takes 2 at least.");

    /// <summary>What goes into a stage: this pathway's features and, behind them, the other pathway's, brought to the same length.</summary>
    public FrameBatch Joined(int stage, FrameBatch own, FrameBatch other)
    {
        if (_laterals.Length == 0) return own;
        using DisposeScope scope = NewDisposeScope();
        FrameBatch lateral = _laterals[stage].forward(other);
        if (lateral.Length != own.Length)
        {
            throw new ArgumentException(
                $"The slow pathway brings {own.Length} frames to stage {stage + 1} and the fast one {lateral.Length}; expected as many " +
                $"of each. To mend: give both pathways the same {nameof(ResNet3dOptions.TemporalStrides)}, " +
                $"{nameof(ResNet3dOptions.StemTemporalStride)} and {nameof(ResNet3dOptions.PoolTemporalStride)}.");
        }
        return new(cat([own.Frames, lateral.Frames], 1).MoveToOuterDisposeScope(), own.Clips);
    }

    /// <summary>Call after the owner's mode changed: frozen stages, and all normalisation under NormEval, stay in evaluation mode.</summary>
    public void KeepFrozen()
    {
        foreach (nn.Module part in FrozenParts()) part.eval();
        if (!_options.NormEval) return;
        foreach (BatchNormalization normalization in Children.SelectMany(c => c.Module.modules()).OfType<BatchNormalization>()) normalization.eval();
    }

    // What a non-local block normalises is its own affair.
    IEnumerable<ConvolutionUnit> Units() => ((IEnumerable<ConvolutionUnit>)[_stem, .. _laterals]).Concat(_stages.SelectMany(s => s).SelectMany(b => b.Units));

    // The blocks, not their lists: a ModuleList has no parameters before it is registered itself. With stage i goes the lateral behind it; the
    // one behind the stem is never frozen (reference specification §2.5).
    IEnumerable<nn.Module> FrozenParts() => _options.FrozenStages < 0 ? [] :
        [_stem, .. _stages.Take(_options.FrozenStages).SelectMany(s => s), .. _laterals.Skip(1).Take(_options.FrozenStages)];
}
