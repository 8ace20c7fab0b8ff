using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Frame-mAP of a set of detections, with everything it was made from.</summary>
public sealed record FrameMapResult
{
    /// <summary>Mean AP over the classes that are averaged, 0–1; NaN when none is (see <see cref="UndefinedReason"/>).</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>Between which values <see cref="MeanAveragePrecision"/> lies when equal scores may come in any order.</summary>
    public required TieBounds MeanAveragePrecisionBounds { get; init; }

    /// <summary>Why <see cref="MeanAveragePrecision"/> is NaN; null when it is a number.</summary>
    public string? UndefinedReason { get; init; }

    /// <summary>Every class asked for, by ascending id.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init; }

    /// <summary>Means by group, for the groups that occur among the classes.</summary>
    public required IReadOnlyList<GroupResult> Groups { get; init; }

    /// <summary>What became of every row.</summary>
    public required FrameMapCounts Counts { get; init; }

    /// <summary>What looks wrong with the input, in plain words with the mend; empty when nothing does.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>The options that the figures were computed with.</summary>
    public required FrameMapOptions Options { get; init; }

    /// <summary>The keyframes evaluated: what the options ask for, never <see cref="EvaluationSet.Protocol"/>.</summary>
    public required EvaluationSet EvaluationSet { get; init; }

    /// <summary>What became of each detection and each ground truth; null unless <see cref="FrameMapOptions.KeepMatches"/> is on.</summary>
    public FrameMapMatches? Matches { get; init; }

    /// <summary>Of each class, AP at each of <see cref="FrameMapOptions.FurtherThresholds"/>.</summary>
    internal IReadOnlyList<double[]> FurtherPrecisions { get; init; } = [];

    /// <summary>How many classes enter the mean.</summary>
    public int NumClassesAveraged => Classes.Count(c => c.IsAveraged);

    /// <summary>The result of one class.</summary>
    /// <param name="id">The class id.</param>
    /// <exception cref="KeyNotFoundException">The class was not evaluated.</exception>
    public ClassResult Class(int id) => Classes.FirstOrDefault(c => c.Id == id)
        ?? throw new KeyNotFoundException($"Class {id} was not evaluated; the classes are {string.Join(", ", Classes.Select(c => c.Id))}.");

    /// <summary>The result of one group.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="KeyNotFoundException">No class of the group was evaluated.</exception>
    public GroupResult Group(ActionGroup group) => Groups.FirstOrDefault(g => g.Group == group)
        ?? throw new KeyNotFoundException($"No class of {group} was evaluated, only {string.Join(", ", Groups.Select(g => g.Group))}.");
}
