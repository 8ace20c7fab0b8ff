using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>One class's detections, sorted into hits and kinds of errors.</summary>
/// <param name="Id">The class id.</param>
/// <param name="Name">The class name.</param>
/// <param name="Group">The class's group.</param>
/// <param name="NumTruePositives">Detections that took ground truth.</param>
/// <param name="TopTruePositives">Of those, how many are among the best-ranked detections, as many as there is ground truth.</param>
/// <param name="Kinds">One figure for each <see cref="ErrorKind"/>, in the order of the enumeration.</param>
public sealed record ClassErrors(
    int Id, string Name, ActionGroup Group, int NumTruePositives, int TopTruePositives, IReadOnlyList<ErrorFigure> Kinds)
{
    /// <summary>The figure of one kind.</summary>
    /// <param name="kind">The kind.</param>
    public ErrorFigure this[ErrorKind kind] => Kinds[(int)kind];
}
