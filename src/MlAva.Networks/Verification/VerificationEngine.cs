namespace MlAva.Networks;

/// <summary>What computes scores in a verification.</summary>
public enum VerificationEngine
{
    /// <summary>The network as it is trained, layer by layer.</summary>
    Modules,

    /// <summary>The network as <see cref="Detector.PrepareForInference"/> makes it: normalisation folded, the fastest forms.</summary>
    Prepared,
}
