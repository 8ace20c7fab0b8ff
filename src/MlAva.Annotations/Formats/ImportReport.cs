namespace MlAva.Annotations.Formats;

/// <summary>What an import did with what it found: every box is counted in one of the numbers.</summary>
public sealed record ImportReport
{
    /// <summary>Boxes of keyframes that were taken over.</summary>
    public int Boxes { get; init; }

    /// <summary>Of these, how many reached out of the frame and were clipped to it.</summary>
    public int Clipped { get; init; }

    /// <summary>Of these, how many have no action: they are proposals, but no annotation row.</summary>
    public int WithoutAction { get; init; }

    /// <summary>Boxes of frames that are no keyframes; left out.</summary>
    public int BetweenKeyframes { get; init; }

    /// <summary>Shapes that are no boxes (polygons, points, tags); left out.</summary>
    public int OtherShapes { get; init; }

    /// <summary>Elements that could not be used, and were left out.</summary>
    public int Skipped { get; init; }

    /// <summary>The errors of the first of them, at most <see cref="MaxErrors"/>.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>So many errors are kept at most.</summary>
    public const int MaxErrors = 20;
}
