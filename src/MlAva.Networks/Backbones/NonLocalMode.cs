namespace MlAva.Networks;

/// <summary>How a non-local block weighs pairs of positions (Wang et al., "Non-local Neural Networks", CVPR 2018).</summary>
public enum NonLocalMode
{
    /// <summary>Softmax over the products of two projections: the published configurations' choice.</summary>
    EmbeddedGaussian,

    /// <summary>Softmax over the products of the features themselves.</summary>
    Gaussian,

    /// <summary>Products of two projections, divided by the number of positions.</summary>
    DotProduct,

    /// <summary>A learnt, rectified weighing of two projections side by side, divided by the number of positions.</summary>
    Concatenation,
}
