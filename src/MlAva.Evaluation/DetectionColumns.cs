namespace MlAva.Evaluation;

/// <summary>One class's detections, in file order or, behind a cap, by keyframe.</summary>
/// <param name="keepRows">Whether the rows of the input are wanted.</param>
sealed class DetectionColumns(bool keepRows)
{
    /// <summary>Places in the <see cref="BoxTable"/>.</summary>
    public Chunked<int> Boxes { get; } = new();

    public Chunked<double> Scores { get; } = new();

    /// <summary>1-based rows of the input; empty where they are not kept.</summary>
    public Chunked<long> Rows { get; } = new();

    public int Count { get; private set; }

    public void Add(int box, double score, long row)
    {
        Boxes.Add(box);
        Scores.Add(score);
        if (keepRows) Rows.Add(row);
        Count++;
    }
}
