using MlAva.Annotations;

namespace MlAva;

/// <summary>The layout of the <c>Proposals</c> column: five numbers a box.</summary>
static class ProposalColumn
{
    public const int Width = 5;

    /// <summary>Five numbers a box. Without a person detector's scores, boxes count as certain.</summary>
    public static float[] Numbers(KeyframeProposals proposals) =>
        [.. proposals.Boxes.SelectMany((b, i) => new[] { (float)b.X1, (float)b.Y1, (float)b.X2, (float)b.Y2, (float)(proposals.Scores?[i] ?? 1) })];

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
