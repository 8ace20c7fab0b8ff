namespace MlAva.Evaluation.Analysis;

/// <summary>The evaluation of a part of the data: boxes of one size, keyframes with so many persons, one video.</summary>
/// <param name="Name">What the part is: <c>small</c>, <c>2 persons</c>, a video's id.</param>
/// <param name="MeanAveragePrecision">Mean over the classes with ground truth in the slice; NaN without any.</param>
/// <param name="Classes">The classes, by id.</param>
public sealed record SliceResult(string Name, double MeanAveragePrecision, IReadOnlyList<SliceClass> Classes)
{
    /// <summary>Ground truth of all classes.</summary>
    public int NumGroundTruth => Classes.Sum(c => c.NumGroundTruth);

    /// <summary>Detections of all classes.</summary>
    public int NumDetections => Classes.Sum(c => c.NumDetections);

    /// <summary>How many classes enter the mean.</summary>
    public int NumClassesAveraged => Classes.Count(c => !double.IsNaN(c.AveragePrecision));
}
