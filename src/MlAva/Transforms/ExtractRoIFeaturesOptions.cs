using MlAva.Annotations;
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

    /// <summary>
    /// How the network is made fast. Default: float32, forms of convolutions chosen by rule, so that the same clip gives the same bits; measuring may be faster.
    /// </summary>
    public InferenceOptions Inference { get; init; } = new() { Measure = false };

    /// <summary>The mean of the red, green and blue values, 0–255.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [123.675f, 116.28f, 103.53f];

    /// <summary>Their standard deviation.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [58.395f, 57.12f, 57.375f];

    /// <summary>
    /// Whether known faults of the reference are mirrored: colours in the order blue, green, red (its demo), or proposals of data without
    /// the column <c>Boxes</c> taken for pixels (its testing).
    /// </summary>
    public Compatibility Compatibility { get; init; }
}
