namespace MlAva.Networks;

/// <summary>Where an inflated bottleneck has its temporal kernel.</summary>
public enum InflateStyle
{
    /// <summary>conv1 is (3,1,1), conv2 is (1,3,3): MMAction2's default.</summary>
    Kernel3x1x1,

    /// <summary>conv1 is (1,1,1), conv2 is (3,3,3).</summary>
    Kernel3x3x3,
}
