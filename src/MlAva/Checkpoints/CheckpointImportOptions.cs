using MlAva.FeatureBanks;
using MlAva.Networks;

namespace MlAva.Checkpoints;

/// <summary>How a checkpoint becomes a model.</summary>
public sealed record CheckpointImportOptions
{
    /// <summary>The checkpoint: <c>.pth</c> (zip or legacy) or <c>.safetensors</c>, a detector's or a recogniser's.</summary>
    public required string Path { get; init; }

    /// <summary>The network that it was made for. The laterals' kernel is taken from the checkpoint; the head's input channels follow from the parts before it.</summary>
    public DetectorOptions Network { get; init; } = new();

    /// <summary>Where a network with a <see cref="FeatureBankHead"/> takes its long-term features from; null for all others.</summary>
    public FeatureBankSource? FeatureBank { get; init; }

    /// <summary>How keyframes become clips.</summary>
    public ClipOptions Clip { get; init; } = new();

    /// <summary>Class names by column of <c>Score</c>, the first for column 0; none: classes have no names.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>
    /// Whether a checkpoint that does not hold exactly the network's parameters is taken as far as it fits, as MMAction2 does. What it lacks keeps its random start:
    /// right for a warm start, wrong for scoring.
    /// </summary>
    public bool AllowPartial { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Path)) throw new ArgumentException($"{nameof(CheckpointImportOptions)}.{nameof(Path)} is empty; expected a checkpoint's path.");
        Network.WithMatchingHead().Validate();
        FeatureBankSource.Validate(FeatureBank, Network, nameof(CheckpointImportOptions));
        Clip.Validate();
        if (ClassNames.Count > 0 && ClassNames.Count != Network.Head.NumClasses)
            throw new ArgumentException($"{nameof(CheckpointImportOptions)}.{nameof(ClassNames)} has {ClassNames.Count} names; expected {Network.Head.NumClasses}, one a column of the scores.");
    }
}
