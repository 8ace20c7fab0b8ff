namespace MlAva.Networks;

/// <summary>How features of boxes are taken from feature maps (reference specification §3.2; defaults are MMAction2's).</summary>
public sealed record RoIExtractorOptions
{
    /// <summary>Side of the grid laid over each box.</summary>
    public int OutputSize { get; init; } = 8;

    /// <summary>Pixels of the network's input per cell of the feature map.</summary>
    public int FeatureStride { get; init; } = 16;

    /// <summary>Sampling points per bin and axis; 0: as many as the bin has cells, rounded up.</summary>
    public int SamplingRatio { get; init; }

    /// <summary>Whether pixel centres lie at half coordinates: 1.3 then has the neighbours 0 and 1, as 1.3 − 0.5 = 0.8.</summary>
    public bool Aligned { get; init; } = true;

    /// <summary>Whether feature maps lose their time axis before boxes are laid over them; otherwise each frame is pooled over the boxes by itself.</summary>
    public bool WithTemporalPooling { get; init; } = true;

    /// <summary>How feature maps lose their time axis.</summary>
    public TemporalPooling TemporalPooling { get; init; } = TemporalPooling.Average;

    /// <summary>Whether the pooled whole map is put behind each box's features (the "context" configurations); doubles the channels.</summary>
    public bool WithGlobal { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (OutputSize < 1) throw new ArgumentException($"{nameof(RoIExtractorOptions)}.{nameof(OutputSize)} is {OutputSize}; expected at least 1.");
        if (FeatureStride < 1) throw new ArgumentException($"{nameof(RoIExtractorOptions)}.{nameof(FeatureStride)} is {FeatureStride}; expected at least 1.");
        if (SamplingRatio < 0) throw new ArgumentException($"{nameof(RoIExtractorOptions)}.{nameof(SamplingRatio)} is {SamplingRatio}; expected 0 (adaptive) or more.");
        EnumOption.Check(TemporalPooling, $"{nameof(RoIExtractorOptions)}.{nameof(TemporalPooling)}");
    }
}
