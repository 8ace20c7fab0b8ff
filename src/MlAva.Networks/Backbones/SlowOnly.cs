using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// The slow pathway of SlowFast (Feichtenhofer et al., "SlowFast Networks for Video Recognition", ICCV 2019) as a network of its own:
/// [N, 3, T, H, W] → one map [N, 2048, T, ⌈H/16⌉, ⌈W/16⌉] at the default width. Reference specification §2.2.
/// </summary>
public sealed class SlowOnly : Backbone
{
    readonly ResNet3d _pathway;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public SlowOnly(SlowOnlyOptions options)
        : base(nameof(SlowOnly))
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _pathway = new ResNet3d(options.Pathway);
        foreach ((string key, nn.Module module) in _pathway.Children) register_module(key, module);
        train();
    }

    /// <summary>The shape of the network.</summary>
    public SlowOnlyOptions Options { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> OutputChannels => Options.OutputChannels();

    /// <inheritdoc/>
    public override void InitializeWeights() => _pathway.InitializeWeights();

    /// <inheritdoc/>
    public override StateReport InflateImageWeights(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ImageWeights image = new(weights);
        _pathway.InflateImageWeights(image);
        return image.Report();
    }

    /// <param name="input">[N, 3, T, H, W] float32.</param>
    /// <returns>One tensor [N, C, T, H', W'].</returns>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        ClipShape.Check(input, Options.Pathway.InputChannels);
        using DisposeScope scope = NewDisposeScope();
        return [_pathway.Forward(FrameBatch.FromClips(input)).ToClips().MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        if (train) _pathway.KeepFrozen();
    }
}
