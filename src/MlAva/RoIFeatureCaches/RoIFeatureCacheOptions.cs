namespace MlAva.RoIFeatureCaches;

/// <summary>How RoI features are written to a file.</summary>
public sealed record RoIFeatureCacheOptions
{
    /// <summary>Whether features are kept in half precision: half the space, each number rounded to 11 bits.</summary>
    public bool HalfPrecision { get; init; }

    /// <summary>Told after every keyframe.</summary>
    public IProgress<RoIFeatureCacheProgress>? Progress { get; init; }

    /// <summary>Ends the work; what was computed stays beside the file, and the same call goes on from there.</summary>
    public CancellationToken CancellationToken { get; init; }
}
