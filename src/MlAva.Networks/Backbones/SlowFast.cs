using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A pathway with few frames and many channels, one with all frames and few channels, and connections from the fast one into the slow one
/// (Feichtenhofer et al., "SlowFast Networks for Video Recognition", ICCV 2019): [N, 3, T, H, W] → slow [N, 2048, T/8, ⌈H/16⌉, ⌈W/16⌉]
/// and fast [N, 256, T, ⌈H/16⌉, ⌈W/16⌉] at the default width. Reference specification §2.3.
/// </summary>
public sealed class SlowFast : Backbone
{
    readonly ResNet3d _slow, _fast;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public SlowFast(SlowFastOptions options)
        : base(nameof(SlowFast))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _slow = new ResNet3d(options.Slow, options.Lateral ? new(options.ChannelRatio, options.FusionKernel, options.SpeedRatio, options.LateralNorm) : null);
        _fast = new ResNet3d(options.Fast);
        register_module("slow_path", new Pathway(_slow));
        register_module("fast_path", new Pathway(_fast));
        train();
    }

    /// <summary>The shape of the network.</summary>
    public SlowFastOptions Options { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> OutputChannels => Options.OutputChannels();

    /// <inheritdoc/>
    public override void InitializeWeights()
    {
        _slow.InitializeWeights();
        _fast.InitializeWeights();
    }

    /// <inheritdoc/>
    public override StateReport InflateImageWeights(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ImageWeights image = new(weights);
        _slow.InflateImageWeights(image, "slow_path.");
        _fast.InflateImageWeights(image, "fast_path.");
        return image.Report();
    }

    /// <param name="input">[N, 3, T, H, W] float32, T a multiple of <see cref="SlowFastOptions.ResampleRate"/>.</param>
    /// <returns>Two tensors: slow [N, C, T/rate, H', W'], fast [N, C', T, H', W'].</returns>
    /// <exception cref="ArgumentException">The clips have another number of channels, or a length that the pathways do not divide.</exception>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        ClipShape.Check(input, Options.Slow.InputChannels);
        if (input.shape[2] % Options.ResampleRate != 0)
            throw new ArgumentException($"The clips have {input.shape[2]} frames; this network takes a multiple of {Options.ResampleRate} ({nameof(SlowFastOptions)}.{nameof(Options.ResampleRate)}).", nameof(input));
        using DisposeScope scope = NewDisposeScope();
        FrameBatch clips = FrameBatch.FromClips(input);
        FrameBatch slow = _slow.Stem(Every(clips, Options.ResampleRate)), fast = _fast.Stem(Every(clips, Options.ResampleRate / Options.SpeedRatio));
        for (int i = 0; i < _slow.StageCount; i++)
        {
            // The lateral into a stage sees the fast pathway before its own stage.
            slow = _slow.Stage(i, _slow.Joined(i, slow, fast));
            fast = _fast.Stage(i, fast);
        }
        return [slow.ToClips().MoveToOuterDisposeScope(), fast.ToClips().MoveToOuterDisposeScope()];
    }

    static FrameBatch Every(FrameBatch clips, int step) => new(clips.EveryFrame(step), clips.Clips);

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        if (!train) return;
        _slow.KeepFrozen();
        _fast.KeepFrozen();
    }
}
