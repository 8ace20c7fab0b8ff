namespace MlAva.RoIFeatureCaches;

/// <summary>How far the writing of RoI features is.</summary>
/// <param name="Keyframes">Keyframes done, those of an earlier run too.</param>
/// <param name="Resumed">How many of them an earlier run did.</param>
/// <param name="Total">Keyframes in all.</param>
public sealed record RoIFeatureCacheProgress(long Keyframes, long Resumed, long Total);
