namespace MlAva.Networks;

/// <summary>A whole detector: backbone, RoI extraction, head. Defaults are SlowOnly R50 as configured for AVA.</summary>
public sealed record DetectorOptions
{
    /// <summary>The backbone.</summary>
    public ResNet3dOptions Backbone { get; init; } = new();

    /// <summary>The RoI extraction.</summary>
    public RoIExtractorOptions RoIExtractor { get; init; } = new();

    /// <summary>The head. Its <see cref="ActionHeadOptions.InputChannels"/> must be what backbone and extraction give; see <see cref="WithMatchingHead"/>.</summary>
    public ActionHeadOptions Head { get; init; } = new();

    /// <summary>The same detector with the head's input channels set to what backbone and extraction give.</summary>
    public DetectorOptions WithMatchingHead() => this with
    {
        Head = Head with { InputChannels = new RoIExtractor(RoIExtractor).OutputChannels([Backbone.OutputChannels()]) },
    };

    /// <exception cref="ArgumentException">An option has an impossible value, or the parts do not fit together.</exception>
    public void Validate()
    {
        Backbone.Validate();
        RoIExtractor.Validate();
        Head.Validate();
        int channels = new RoIExtractor(RoIExtractor).OutputChannels([Backbone.OutputChannels()]);
        if (Head.InputChannels != channels)
            throw new ArgumentException($"{nameof(Head)}.{nameof(ActionHeadOptions.InputChannels)} is {Head.InputChannels}; this backbone and RoI extraction give {channels}.");
    }
}
