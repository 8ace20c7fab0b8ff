namespace MlAva;

/// <summary>The layout of the <c>Proposals</c> column: five numbers a box.</summary>
static class ProposalColumn
{
    public const int Width = 5;

    /// <summary>n×4 boxes out of n×5 numbers.</summary>
    public static float[] Boxes(ReadOnlySpan<float> proposals)
    {
        if (proposals.Length % Width != 0)
            throw new ArgumentException($"Column '{AvaColumns.Proposals}' holds {proposals.Length} numbers; expected five a box (x1, y1, x2, y2, score).");
        float[] boxes = new float[proposals.Length / Width * 4];
        for (int i = 0; i < boxes.Length; i++) boxes[i] = proposals[i / 4 * Width + i % 4];
        return boxes;
    }
}
