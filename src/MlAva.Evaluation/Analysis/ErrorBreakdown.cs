namespace MlAva.Evaluation.Analysis;

/// <summary>Kinds of errors by class and over all.</summary>
/// <param name="Classes">The classes, by id.</param>
/// <param name="Overall">Counts over all classes and gains in mAP, one figure for each <see cref="ErrorKind"/>, in its order.</param>
public sealed record ErrorBreakdown(IReadOnlyList<ClassErrors> Classes, IReadOnlyList<ErrorFigure> Overall)
{
    /// <summary>The figure of one kind over all classes.</summary>
    /// <param name="kind">The kind.</param>
    public ErrorFigure this[ErrorKind kind] => Overall[(int)kind];
}
