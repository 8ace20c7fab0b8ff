namespace MlAva.Networks;

/// <summary>The boxes of one image that are trained on: positives (truths first), then negatives.</summary>
/// <param name="Boxes">m×4 pixels.</param>
/// <param name="Labels">m×C entries; negatives have none set.</param>
/// <param name="Positives">Their indices among truths followed by proposals, ascending.</param>
/// <param name="Negatives">Their indices, ascending.</param>
public sealed record SampledBoxes(float[] Boxes, float[] Labels, int[] Positives, int[] Negatives)
{
    /// <summary>m.</summary>
    public int Count => Boxes.Length / 4;
}
