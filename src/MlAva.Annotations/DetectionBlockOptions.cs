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

    /// <summary>Told of a byte order mark at the file's start, which is passed over; null (default) for nobody. What it throws ends the reading.</summary>
    public Action? OnByteOrderMark { get; init; }

    /// <summary>Blocks parsed at once: −1 (default) for all processors, or at least 1. Never changes what is read.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>Bytes of a block, more where a row is longer: at least 64. Default 1 MiB.</summary>
    public int BlockLength { get; init; } = 1 << 20;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Check(MaxDegreeOfParallelism is -1 or > 0, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "-1 (all) or at least 1");
        Check(BlockLength >= 64, nameof(BlockLength), BlockLength, "at least 64");
    }

    static void Check(bool legal, string option, int value, string range)
    {
        if (!legal) throw new ArgumentException(FormattableString.Invariant($"{option} is {value}; it must be {range}."));
    }
}
