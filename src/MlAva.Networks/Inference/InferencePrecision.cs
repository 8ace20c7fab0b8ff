using System.Diagnostics.CodeAnalysis;

namespace MlAva.Networks;

/// <summary>The numbers in which a prepared backbone computes.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The field's names of these numbers.")]
public enum InferencePrecision
{
    /// <summary>32 bits, as trained.</summary>
    Float32,

    /// <summary>16 bits with the range of 32 (8 bits of significance): half the memory, and faster where the processor multiplies such numbers itself.</summary>
    BFloat16,
}
