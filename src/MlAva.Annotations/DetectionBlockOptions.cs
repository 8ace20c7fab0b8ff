namespace MlAva.Annotations;

/// <summary>Which rows <see cref="DetectionFile.EnumerateBlocks"/> keeps, and how many threads read them.</summary>
public sealed record DetectionBlockOptions
{
    /// <summary>The actions whose rows are kept; null (default) for all. Other rows are checked and counted.</summary>
    public IReadOnlySet<int>? ActionIds { get; init; }

    /// <summary>
    /// Says of a keyframe whether its rows are kept; null (default) for all. Called from several threads at once, about once for each
    /// keyframe of a block. Other rows are checked and counted.
    /// </summary>
    public Func<KeyframeKey, bool>? Keyframes { get; init; }

    /// <summary>Blocks parsed at once: −1 (default) for all processors, or at least 1. Never changes what is read.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (MaxDegreeOfParallelism is -1 or > 0) return;
        throw new ArgumentException(
            FormattableString.Invariant($"{nameof(MaxDegreeOfParallelism)} is {MaxDegreeOfParallelism}; it must be -1 (all) or at least 1."));
    }
}
