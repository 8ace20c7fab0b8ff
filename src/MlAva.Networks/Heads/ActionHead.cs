using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>
/// From RoI features to action logits (keys <c>fc_cls.weight</c>, <c>fc_cls.bias</c>): dropout, mean over time, maximum over the grid, a
/// linear layer. Reference specification §4.1. Not thread-safe.
/// </summary>
public sealed class ActionHead : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc_cls")]
    readonly Linear _classifier;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public ActionHead(ActionHeadOptions options)
        : base(nameof(ActionHead))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _classifier = nn.Linear(options.InputChannels, options.NumClasses);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public ActionHeadOptions Options { get; }

    /// <summary>Starts the linear layer anew: weights normal with deviation 0.01, bias 0 (reference specification §2.5).</summary>
    public void InitializeWeights()
    {
        using var _ = no_grad();
        nn.init.normal_(_classifier.weight, 0, 0.01);
        nn.init.zeros_(_classifier.bias);
    }

    /// <param name="input">RoI features [R, C, T, P, P], or pooled ones [R, C].</param>
    /// <returns>Logits [R, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.shape[1] != Options.InputChannels)
            throw new ArgumentException($"The features have {input.shape[1]} channels; this head expects {Options.InputChannels}.", nameof(input));
        using DisposeScope scope = NewDisposeScope();
        bool onGrid = input.dim() == 5;
        Tensor features = onGrid && Options.DropoutBeforePooling ? Drop(input) : input;
        if (onGrid) features = Pool(features);
        if (!onGrid || !Options.DropoutBeforePooling) features = Drop(features);
        return _classifier.forward(features).MoveToOuterDisposeScope();
    }

    /// <summary>Pools over time and grid, without dropout.</summary>
    /// <param name="features">[R, C, T, P, P].</param>
    /// <returns>[R, C]: the vectors that <c>forward</c> also takes.</returns>
    public Tensor Pool(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using DisposeScope scope = NewDisposeScope();
        Tensor still = Options.TemporalPooling == TemporalPooling.Average ? features.mean([2L]) : features.max(2).values;
        Tensor vector = Options.SpatialPooling == SpatialPooling.Max ? Maximum(still) : still.mean([2L, 3L]);
        return vector.MoveToOuterDisposeScope();
    }

    // Not amax: among equal maxima it shares the gradient out, where adaptive max-pooling gives it to the first.
    static Tensor Maximum(Tensor grid) => F.adaptive_max_pool2d(grid, [1, 1]).flatten(1);

    /// <summary>Probabilities from logits: sigmoid, or softmax where each person has one label.</summary>
    /// <param name="logits">[R, classes].</param>
    public Tensor Probabilities(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return Options.MultiLabel ? logits.sigmoid() : logits.softmax(1);
    }

    Tensor Drop(Tensor features) => F.dropout(features, Options.DropoutRatio, training);
}
