namespace MlAva.Networks;

/// <summary>What each proposal was assigned to.</summary>
/// <param name="Assigned">For each proposal: 0 negative, i + 1 the i-th ground truth, <see cref="Ignored"/> neither.</param>
/// <param name="BestIoU">For each proposal its highest IoU with a ground truth, 0 when there is none.</param>
public sealed record BoxAssignment(int[] Assigned, float[] BestIoU)
{
    /// <summary>The proposal is neither positive nor negative.</summary>
    public const int Ignored = -1;
}
