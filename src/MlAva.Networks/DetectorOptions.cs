using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>A whole detector: backbone, RoI extraction, heads. Defaults are SlowOnly R50 as configured for AVA.</summary>
public sealed record DetectorOptions
{
    /// <summary>The backbone.</summary>
    public BackboneOptions Backbone { get; init; } = new SlowOnlyOptions();

    /// <summary>The RoI extraction.</summary>
    public RoIExtractorOptions RoIExtractor { get; init; } = new();

    /// <summary>What relates RoI features to more than the person, before the action head; null: nothing.</summary>
    public SharedHeadOptions? SharedHead { get; init; }

    /// <summary>The head. Its <see cref="ActionHeadOptions.InputChannels"/> must be what the parts before it give; see <see cref="WithMatchingHead"/>.</summary>
    public ActionHeadOptions Head { get; init; } = new();

    /// <summary>The same detector with the head's input channels set to what the parts before it give.</summary>
    public DetectorOptions WithMatchingHead() => this with { Head = Head with { InputChannels = FeatureChannels() } };

    /// <summary>
    /// The same detector with the laterals' kernel that a checkpoint has: published SlowFast networks have 5 or 7, and their configurations did not always say so
    /// (reference specification §1.8).
    /// </summary>
    /// <param name="state">Names and tensors of a detector or a recogniser.</param>
    public DetectorOptions WithFusionKernelOf(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (Backbone is not SlowFastOptions { Lateral: true } backbone) return this;
        Tensor? lateral = state.FirstOrDefault(p => p.Key.EndsWith("backbone.slow_path.conv1_lateral.conv.weight", StringComparison.Ordinal)).Value;
        return lateral is null || lateral.dim() != 5 ? this : this with { Backbone = backbone with { FusionKernel = (int)lateral.shape[2] } };
    }

    /// <summary>Channels of what goes into the head.</summary>
    public int FeatureChannels()
    {
        int channels = new RoIExtractor(RoIExtractor).OutputChannels(Backbone.OutputChannels());
        return SharedHead?.OutputChannels(channels) ?? channels;
    }

    /// <exception cref="ArgumentException">An option has an impossible value, or the parts do not fit together.</exception>
    public void Validate()
    {
        Backbone.Validate();
        RoIExtractor.Validate();
        SharedHead?.Validate();
        Head.Validate();
        if (!RoIExtractor.WithTemporalPooling && SharedHead is ActorRelationOptions)
            throw new ArgumentException($"{nameof(RoIExtractor)}.{nameof(RoIExtractorOptions.WithTemporalPooling)} is False; expected True with {nameof(ActorRelationOptions)}, which relates persons to one map without time.");
        int channels = FeatureChannels();
        if (Head.InputChannels != channels)
            throw new ArgumentException($"{nameof(Head)}.{nameof(ActionHeadOptions.InputChannels)} is {Head.InputChannels}; the parts before the head give {channels}.");
    }
}
