namespace MlAva.Evaluation;

/// <summary>How frame-mAP is computed. The defaults are those of MMAction2 0.24.1, with the tie order that does not depend on a sort's inner workings.</summary>
public sealed record FrameMapOptions
{
    /// <summary>The smallest intersection over union of a match, inclusive; more than 0, at most 1. Default 0.5.</summary>
    public double IouThreshold { get; init; } = 0.5;

    /// <summary>Whose matching rules. Default <see cref="MatchingProtocol.MMAction2"/>.</summary>
    public MatchingProtocol Protocol { get; init; } = MatchingProtocol.MMAction2;

    /// <summary>The order of equal scores. Default <see cref="TieOrder.Stable"/>.</summary>
    public TieOrder Ties { get; init; } = TieOrder.Stable;

    /// <summary>How many classes are evaluated at once: −1 for as many as there are processors, else at least 1. Never changes the figures. Default −1.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>Keep each class's precision–recall curve (12 bytes a detection). Default true.</summary>
    public bool KeepCurves { get; init; } = true;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (!(IouThreshold is > 0 and <= 1)) throw new ArgumentException($"{nameof(IouThreshold)} is {IouThreshold}; it must be more than 0 and at most 1.");
        if (!Enum.IsDefined(Protocol)) throw new ArgumentException($"{nameof(Protocol)} is {Protocol}; it must be one of {string.Join(", ", Enum.GetNames<MatchingProtocol>())}.");
        if (!Enum.IsDefined(Ties)) throw new ArgumentException($"{nameof(Ties)} is {Ties}; it must be one of {string.Join(", ", Enum.GetNames<TieOrder>())}.");
        if (MaxDegreeOfParallelism is 0 or < -1)
        {
            throw new ArgumentException($"{nameof(MaxDegreeOfParallelism)} is {MaxDegreeOfParallelism}; it must be -1 (all processors) or at least 1.");
        }
    }
}
