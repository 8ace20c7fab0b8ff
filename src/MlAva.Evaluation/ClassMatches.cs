namespace MlAva.Evaluation;

/// <summary>One class's detections in rank order, as columns; each can be taken out once, which lets its memory go.</summary>
sealed class ClassMatches
{
    /// <summary>The number of detections.</summary>
    public required int Count { get; init; }

    /// <summary>Places in the <see cref="BoxTable"/>.</summary>
    public required int[] Boxes { get; set; }

    public required double[] Scores { get; set; }

    /// <summary>1-based rows of the input.</summary>
    public required long[] Rows { get; set; }

    /// <summary>Whether each is a true positive.</summary>
    public required bool[] Hits { get; set; }

    /// <summary>The ground truth that each overlaps most; −1 where there is none in its keyframe.</summary>
    public required int[] Best { get; set; }

    /// <summary>By how much; NaN where there is none.</summary>
    public required double[] Overlaps { get; set; }
}
