using static System.FormattableString;

namespace MlAva.Annotations;

/// <summary>What <see cref="AvaDataset"/> loads and how. The defaults are the reference's (specification §6.2).</summary>
public sealed record AvaDatasetOptions
{
    /// <summary>The annotation csv.</summary>
    public required string AnnotationPath { get; init; }

    /// <summary>The excluded timestamps, or null. They count in training only; see <see cref="TestMode"/>.</summary>
    public string? ExcludePath { get; init; }

    /// <summary>
    /// The label map, or null. With one, actions above its largest id are refused and <see cref="CustomClasses"/> must be in it.
    /// </summary>
    public string? LabelMapPath { get; init; }

    /// <summary>The person boxes (<c>.pkl</c>, <c>.csv</c>), or null for a set without proposals.</summary>
    public string? ProposalPath { get; init; }

    /// <summary>
    /// Proposals below this score are left out, unless none reaches it; 0 to 1. Default 0.9 (<c>person_det_score_thr</c>).
    /// </summary>
    public double PersonScoreThreshold { get; init; } = 0.9;

    /// <summary>At most so many proposals a keyframe, the first in file order. Default 1000 (<c>num_max_proposals</c>).</summary>
    public int MaxProposals { get; init; } = 1000;

    /// <summary>Columns of a label vector: the largest action id + 1, as column 0 is unused. Default 81.</summary>
    public int NumClasses { get; init; } = 81;

    /// <summary>
    /// The action ids to keep, or null for all. New class i is the i-th of the list, counted from 1; rows of other actions are
    /// skipped, and keyframes without any row left disappear. Needs <see cref="NumClasses"/> = their number + 1.
    /// </summary>
    public IReadOnlyList<int>? CustomClasses { get; init; }

    /// <summary>
    /// Whether the set is for validation or test: nothing is excluded then (the evaluation leaves the excluded keyframes out).
    /// Default false.
    /// </summary>
    public bool TestMode { get; init; }

    /// <summary>What to do with actions in the gaps of the label map. Default: keep them.</summary>
    public UnlistedActions UnlistedActions { get; init; } = UnlistedActions.Keep;

    /// <summary>
    /// Whether boxes far outside the frame (a coordinate below −1 or above 2) are refused: they are in pixels, and would train
    /// and score as nothing. Default true; the reference does not look.
    /// </summary>
    public bool RefusePixelBoxes { get; init; } = true;

    /// <summary>
    /// Whether labelled boxes and proposals whose corners are in the wrong order (x1 above x2, or y1 above y2) are refused: their features
    /// are zeros. Default true; the reference does not look.
    /// </summary>
    public bool RefuseInvertedBoxes { get; init; } = true;

    /// <summary>
    /// What to do with rows and proposals that cannot be used: numbers that are none, boxes in pixels or inverted, actions without a class,
    /// rows of another width. Default: the first is an error. See <see cref="AvaDataset.Skipped"/>.
    /// </summary>
    public OnError OnError { get; init; }

    /// <summary>Whether known faults of the reference are mirrored. Default: none.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>Checks the options against each other.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(AnnotationPath))
        {
            throw new ArgumentException($"{nameof(AnnotationPath)} is empty; expected the annotation csv.");
        }
        if (!(PersonScoreThreshold is >= 0 and <= 1))
        {
            throw new ArgumentException(Invariant($"{nameof(PersonScoreThreshold)} is {PersonScoreThreshold}; expected 0 to 1."));
        }
        if (MaxProposals < 1) throw new ArgumentException(Invariant($"{nameof(MaxProposals)} is {MaxProposals}; expected at least 1."));
        if (NumClasses < 2) throw new ArgumentException(Invariant($"{nameof(NumClasses)} is {NumClasses}; expected at least 2 (column 0 is unused)."));
        if (!Enum.IsDefined(OnError)) throw new ArgumentException(Invariant($"{nameof(OnError)} is {OnError}; expected Fail or Skip."));
        if (!Enum.IsDefined(Compatibility))
        {
            throw new ArgumentException(
                Invariant($"{nameof(Compatibility)} is {Compatibility}; expected {string.Join(", ", Enum.GetNames<Compatibility>())}."));
        }
        if (CustomClasses is null) return;
        if (CustomClasses.FirstOrDefault(c => c < 1, 1) is < 1 and int low)
        {
            throw new ArgumentException(Invariant($"{nameof(CustomClasses)} holds {low}; expected action ids of at least 1."));
        }
        if (CustomClasses.Distinct().Count() != CustomClasses.Count)
        {
            throw new ArgumentException($"{nameof(CustomClasses)} names an action twice.");
        }
        if (NumClasses != CustomClasses.Count + 1)
        {
            throw new ArgumentException(Invariant(
                $"{nameof(NumClasses)} is {NumClasses}; expected {CustomClasses.Count + 1}, one more than the {CustomClasses.Count} {nameof(CustomClasses)}."));
        }
    }
}
