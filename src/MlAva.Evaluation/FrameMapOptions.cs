using System.Globalization;

namespace MlAva.Evaluation;

/// <summary>How frame-mAP is computed. The defaults are MMAction2 0.24.1's, but for a tie order that every machine agrees on.</summary>
public sealed record FrameMapOptions
{
    /// <summary>The smallest intersection over union of a match, inclusive; more than 0, at most 1. Default 0.5.</summary>
    public double IouThreshold { get; init; } = 0.5;

    /// <summary>Whose rules. Default <see cref="MatchingProtocol.MMAction2V0"/>.</summary>
    public MatchingProtocol Protocol { get; init; } = MatchingProtocol.MMAction2V0;

    /// <summary>Which keyframes. Default <see cref="EvaluationSet.Protocol"/>.</summary>
    public EvaluationSet EvaluationSet { get; init; } = EvaluationSet.Protocol;

    /// <summary>The order of equal scores. Default <see cref="TieOrder.Stable"/>.</summary>
    public TieOrder Ties { get; init; } = TieOrder.Stable;

    /// <summary>
    /// The classes to evaluate, of those in the label map; null (default) for all. MMAction2's data sets of custom classes hold only
    /// keyframes with ground truth of these: its figures need <see cref="EvaluationSet.GroundTruth"/> besides.
    /// </summary>
    public IReadOnlyList<int>? CustomClasses { get; init; }

    /// <summary>Blocks of a file read, and classes evaluated, at once: −1 (default) for all processors, or at least 1. Never changes figures.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>Keep each class's precision–recall curve (12 bytes a detection). Default true.</summary>
    public bool KeepCurves { get; init; } = true;

    /// <summary>Keep what became of each detection and each ground truth (about 37 bytes a detection). Default false.</summary>
    public bool KeepMatches { get; init; }

    /// <summary>IoU thresholds, at most 32, at which AP is found besides in the same pass; see <see cref="FrameMapResult.FurtherPrecisions"/>.</summary>
    internal IReadOnlyList<double> FurtherThresholds { get; init; } = [];

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Check(IouThreshold is > 0 and <= 1, nameof(IouThreshold), IouThreshold, "more than 0 and at most 1");
        Check(Enum.IsDefined(Protocol), nameof(Protocol), Protocol, OneOf<MatchingProtocol>(p => p.Word()));
        Check(Enum.IsDefined(EvaluationSet), nameof(EvaluationSet), EvaluationSet, OneOf<EvaluationSet>(s => s.Word()));
        Check(Enum.IsDefined(Ties), nameof(Ties), Ties, OneOf<TieOrder>(t => t.Word()));
        Check(MaxDegreeOfParallelism is -1 or > 0, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "-1 (all) or at least 1");
        if (CustomClasses is null) return;
        Check(CustomClasses.Count > 0, nameof(CustomClasses), "an empty list", "null, or a list of class ids");
        Check(CustomClasses.All(id => id > 0), nameof(CustomClasses), string.Join(',', CustomClasses), "a list of class ids of at least 1");
    }

    static string OneOf<T>(Func<T, string> word) where T : struct, Enum => $"one of {string.Join(", ", Enum.GetValues<T>().Select(word))}";

    static void Check(bool legal, string option, object value, string range)
    {
        if (!legal) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {range}."));
    }
}
