namespace MlAva.Networks;

/// <summary>Shape of a <see cref="FeatureBankHead"/>; defaults are those of MMAction2's LFB configurations (reference specification §1.6, §10.1).</summary>
public sealed record FeatureBankHeadOptions : SharedHeadOptions
{
    /// <summary>How features are related.</summary>
    public FeatureBankOperator Operator { get; init; } = FeatureBankOperator.NonLocal;

    /// <summary>Channels of the bank's features.</summary>
    public int BankChannels { get; init; } = 2048;

    /// <summary>Seconds of the bank that are looked at, half of them before the keyframe.</summary>
    public int WindowSize { get; init; } = 60;

    /// <summary>Features taken from each second at most; missing ones are zero.</summary>
    public int FeaturesPerSecond { get; init; } = 5;

    /// <summary>Channels inside the <see cref="FeatureBankOperator.NonLocal"/> operator.</summary>
    public int LatentChannels { get; init; } = 512;

    /// <summary>Layers of the <see cref="FeatureBankOperator.NonLocal"/> operator.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Dropout of the person's projected features, 0 to below 1.</summary>
    public double PersonDropout { get; init; } = 0.2;

    /// <summary>Dropout of the bank's projected features, 0 to below 1.</summary>
    public double BankDropout { get; init; } = 0.2;

    /// <summary>Dropout of each layer's result, 0 to below 1.</summary>
    public double LayerDropout { get; init; } = 0.2;

    /// <summary>
    /// Whether a layer normalises and rectifies before its last convolution; otherwise it normalises after it and its sum is rectified.
    /// </summary>
    public bool PreActivate { get; init; } = true;

    /// <summary>How the RoI features lose their time axis.</summary>
    public TemporalPooling TemporalPooling { get; init; } = TemporalPooling.Average;

    /// <summary>How the RoI features lose their grid.</summary>
    public SpatialPooling SpatialPooling { get; init; } = SpatialPooling.Max;

    /// <summary>Long-term features for each person: <see cref="WindowSize"/> times <see cref="FeaturesPerSecond"/>.</summary>
    public int BankFeatures() => WindowSize * FeaturesPerSecond;

    /// <inheritdoc/>
    public override int OutputChannels(int featureChannels) => featureChannels + (Operator == FeatureBankOperator.NonLocal ? LatentChannels : BankChannels);

    /// <inheritdoc/>
    public override SharedHead Create(int featureChannels, int mapChannels) => new FeatureBankHead(this, featureChannels);

    /// <inheritdoc/>
    public override void Validate()
    {
        EnumOption.Check(Operator, $"{nameof(FeatureBankHeadOptions)}.{nameof(Operator)}");
        EnumOption.Check(TemporalPooling, $"{nameof(FeatureBankHeadOptions)}.{nameof(TemporalPooling)}");
        EnumOption.Check(SpatialPooling, $"{nameof(FeatureBankHeadOptions)}.{nameof(SpatialPooling)}");
        Check(BankChannels >= 1, nameof(BankChannels), BankChannels, "at least 1");
        Check(WindowSize >= 1, nameof(WindowSize), WindowSize, "at least 1");
        Check(FeaturesPerSecond >= 1, nameof(FeaturesPerSecond), FeaturesPerSecond, "at least 1");
        Check(LatentChannels >= 1, nameof(LatentChannels), LatentChannels, "at least 1");
        Check(Layers >= 1, nameof(Layers), Layers, "at least 1");
        Check(PersonDropout is >= 0 and < 1, nameof(PersonDropout), PersonDropout, "0 to below 1");
        Check(BankDropout is >= 0 and < 1, nameof(BankDropout), BankDropout, "0 to below 1");
        Check(LayerDropout is >= 0 and < 1, nameof(LayerDropout), LayerDropout, "0 to below 1");
    }

    static void Check(bool legal, string option, double value, string expected)
    {
        if (!legal) throw new ArgumentException(FormattableString.Invariant($"{nameof(FeatureBankHeadOptions)}.{option} is {value}; expected {expected}."));
    }
}
