namespace MlAva.Networks;

/// <summary>How feature maps lose their time axis.</summary>
public enum TemporalPooling
{
    /// <summary>The mean over time.</summary>
    Average,

    /// <summary>The maximum over time.</summary>
    Max,
}
