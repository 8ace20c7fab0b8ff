using MlAva.Networks;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="ScoreActionsTransformer"/>.</summary>
public sealed record ScoreActionsOptions
{
    /// <summary>The head's shape.</summary>
    public ActionHeadOptions Head { get; init; } = new();

    /// <summary>The names of the columns of <c>Score</c>; entry 0 stands for the column that is never used. Empty where they are not known.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];
}
