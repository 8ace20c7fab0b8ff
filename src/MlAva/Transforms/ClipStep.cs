namespace MlAva.Transforms;

/// <summary>What a <see cref="ClipStepTransformer"/> does to a clip.</summary>
public enum ClipStep
{
    /// <summary>Resizes to a short side, keeping the proportions.</summary>
    Resize,

    /// <summary>Resizes to a short side drawn from a range.</summary>
    RandomRescale,

    /// <summary>Cuts out a square at a random place.</summary>
    RandomCrop,

    /// <summary>Mirrors left and right with a probability.</summary>
    RandomFlip,

    /// <summary>Resizes to a width and a height, whatever the proportions.</summary>
    ResizeTo,
}
