namespace MlAva.Networks;

/// <summary>What the length of the warm-up counts.</summary>
public enum WarmupUnit
{
    /// <summary>Epochs.</summary>
    Epochs,

    /// <summary>Iterations.</summary>
    Iterations,
}
