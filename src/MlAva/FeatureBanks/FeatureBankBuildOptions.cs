namespace MlAva.FeatureBanks;

/// <summary>How a feature bank is built.</summary>
public sealed record FeatureBankBuildOptions
{
    /// <summary>
    /// Folder for parts of the bank, written on the way and when cancelled: the same call goes on where they end, and gives the same bank.
    /// They stay there; delete the folder once the bank is written. Null: no parts are kept.
    /// </summary>
    public string? PartsFolder { get; init; }

    /// <summary>Keyframes a part.</summary>
    public int KeyframesPerPart { get; init; } = 2000;

    /// <summary>Told after every keyframe.</summary>
    public IProgress<FeatureBankProgress>? Progress { get; init; }

    /// <summary>Ends the work.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (KeyframesPerPart >= 1) return;
        throw new ArgumentException(
            $"{nameof(FeatureBankBuildOptions)}.{nameof(KeyframesPerPart)} is {KeyframesPerPart}; expected at least 1.");
    }
}
