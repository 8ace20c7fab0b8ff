namespace MlAva.Networks;

/// <summary>Which convolution of a bottleneck has its stride.</summary>
public enum BottleneckStyle
{
    /// <summary>The 3×3 one.</summary>
    PyTorch,

    /// <summary>The first 1×1 one.</summary>
    Caffe,
}
