namespace MlAva.Evaluation.Analysis;

/// <summary>
/// Which classes persons have and which they are given. Rows with one box are one person; annotated and detected persons of a keyframe
/// are paired by overlap, the best first, down to the IoU of a match. Immutable.
/// </summary>
public sealed class CoOccurrence
{
    readonly int[,] _predicted, _annotated;
    readonly int[] _numPredicted;

    internal CoOccurrence(int[] classIds, int persons, int[,] predicted, int[,] annotated, int[] numPredicted)
    {
        ClassIds = Array.AsReadOnly(classIds);
        (NumPersons, _predicted, _annotated, _numPredicted) = (persons, predicted, annotated, numPredicted);
    }

    /// <summary>Ids of the classes, ascending: what the indices of the other members stand for.</summary>
    public IReadOnlyList<int> ClassIds { get; }

    /// <summary>Persons annotated and detected.</summary>
    public int NumPersons { get; }

    /// <summary>Persons annotated with a class.</summary>
    /// <param name="truth">Index of the class.</param>
    public int NumAnnotated(int truth) => _annotated[truth, truth];

    /// <summary>Persons given a class.</summary>
    /// <param name="prediction">Index of the class.</param>
    public int NumPredicted(int prediction) => _numPredicted[prediction];

    /// <summary>Persons annotated with one class and given the other (or the same).</summary>
    /// <param name="truth">Index of the annotated class.</param>
    /// <param name="prediction">Index of the predicted class.</param>
    public int Count(int truth, int prediction) => _predicted[truth, prediction];

    /// <summary>Persons annotated with both classes.</summary>
    /// <param name="a">Index of a class.</param>
    /// <param name="b">Index of a class.</param>
    public int CountAnnotated(int a, int b) => _annotated[a, b];

    /// <summary>Of the persons annotated with a class, the share that is given the other (or the same); NaN when nobody is.</summary>
    /// <param name="truth">Index of the annotated class.</param>
    /// <param name="prediction">Index of the predicted class.</param>
    public double Share(int truth, int prediction) =>
        NumAnnotated(truth) == 0 ? double.NaN : (double)Count(truth, prediction) / NumAnnotated(truth);
}
