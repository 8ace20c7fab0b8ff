using MlAva.Networks;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="AssignBoxesTransformer"/>.</summary>
public sealed record AssignBoxesOptions
{
    /// <summary>When a proposal takes over a ground truth's labels.</summary>
    public BoxAssignerOptions Assigner { get; init; } = new();

    /// <summary>How many boxes are kept.</summary>
    public BoxSamplerOptions Sampler { get; init; } = new();

    /// <summary>Whether only boxes with labels are kept; the others have no part in the loss.</summary>
    public bool PositivesOnly { get; init; } = true;

    /// <summary>
    /// Whether labelled boxes that a crop has cut away wholly are left out. False as in the reference (reference specification §10, G9).
    /// </summary>
    public bool DropCroppedBoxes { get; init; }

    /// <summary>Where chance starts, for keyframes with more boxes than are wanted.</summary>
    public int Seed { get; init; }
}
