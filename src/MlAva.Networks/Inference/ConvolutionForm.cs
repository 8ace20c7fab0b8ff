namespace MlAva.Networks;

/// <summary>How a prepared convolution is computed. All forms give the same numbers but for rounding.</summary>
public enum ConvolutionForm
{
    /// <summary>By torch's own convolution, on any device and in any precision.</summary>
    Library,

    /// <summary>By this library's kernel, tile by tile in registers: CPUs with AVX-512, or AVX2 and FMA.</summary>
    Direct,

    /// <summary>By Winograd's minimal filtering, two outputs at a time along an axis: kernels (3,1,1) and (1,3,3), on the same CPUs.</summary>
    Winograd2,

    /// <summary>By Winograd's minimal filtering, four outputs at a time along an axis: fewer products, and about ten times the rounding of <see cref="Direct"/>.</summary>
    Winograd4,
}
