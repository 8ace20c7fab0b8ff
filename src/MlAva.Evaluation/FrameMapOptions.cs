using System.Globalization;

namespace MlAva.Evaluation;

/// <summary>How frame-mAP is computed. The defaults are MMAction2 0.24.1's, but for a tie order that every machine agrees on.</summary>
public sealed record FrameMapOptions
{
    /// <summary>The smallest intersection over union of a match, inclusive; more than 0, at most 1. Default 0.5.</summary>
    public double IouThreshold { get; init; } = 0.5;

    /// <summary>Whose matching rules. Default <see cref="MatchingProtocol.MMAction2"/>.</summary>
    public MatchingProtocol Protocol { get; init; } = MatchingProtocol.MMAction2;

    /// <summary>The order of equal scores. Default <see cref="TieOrder.Stable"/>.</summary>
    public TieOrder Ties { get; init; } = TieOrder.Stable;

    /// <summary>Classes evaluated at once: −1 (default) for all processors, or at least 1. Never changes figures.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>Keep each class's precision–recall curve (12 bytes a detection). Default true.</summary>
    public bool KeepCurves { get; init; } = true;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Check(IouThreshold is > 0 and <= 1, nameof(IouThreshold), IouThreshold, "more than 0 and at most 1");
        Check(Enum.IsDefined(Protocol), nameof(Protocol), Protocol, $"one of {string.Join(", ", Enum.GetNames<MatchingProtocol>())}");
        Check(Enum.IsDefined(Ties), nameof(Ties), Ties, $"one of {string.Join(", ", Enum.GetNames<TieOrder>())}");
        Check(MaxDegreeOfParallelism is -1 or > 0, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "-1 (all) or at least 1");
    }

    static void Check(bool legal, string option, object value, string range)
    {
        if (!legal) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {range}."));
    }
}
