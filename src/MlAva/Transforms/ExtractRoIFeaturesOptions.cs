using MlAva.FeatureBanks;
using MlAva.Networks;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="ExtractRoIFeaturesTransformer"/>.</summary>
public sealed record ExtractRoIFeaturesOptions
{
    /// <summary>The network; its head gives the pooling over time and grid, its classes are not used here.</summary>
    public DetectorOptions Network { get; init; } = new();

    /// <summary>Where a network with a <see cref="FeatureBankHead"/> takes its long-term features from; null for all others.</summary>
    public FeatureBankSource? FeatureBank { get; init; }

    /// <summary>The mean of the red, green and blue values, 0–255.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [123.675f, 116.28f, 103.53f];

    /// <summary>Their standard deviation.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [58.395f, 57.12f, 57.375f];
}
