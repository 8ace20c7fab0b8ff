namespace MlAva.FeatureBanks;

/// <summary>How far the building of a feature bank is.</summary>
/// <param name="Keyframes">Keyframes done, those of an earlier run too.</param>
/// <param name="Resumed">How many of them an earlier run did.</param>
/// <param name="Total">Keyframes in all; null where the data does not say.</param>
/// <param name="Features">Features in the bank.</param>
public sealed record FeatureBankProgress(long Keyframes, long Resumed, long? Total, long Features);
