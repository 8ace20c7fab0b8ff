namespace MlAva.Networks;

/// <summary>How the grid of a RoI becomes one vector.</summary>
public enum SpatialPooling
{
    /// <summary>The mean over the grid.</summary>
    Average,

    /// <summary>The maximum over the grid: MMAction2's default.</summary>
    Max,
}
