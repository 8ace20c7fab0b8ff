namespace MlAva.Networks;

/// <summary>How a person's features are related to the long-term features around them (Wu et al., "Long-Term Feature Banks", CVPR 2019).</summary>
public enum FeatureBankOperator
{
    /// <summary>The mean of the long-term features.</summary>
    Average,

    /// <summary>The maximum of the long-term features.</summary>
    Max,

    /// <summary>Attention from the person to the long-term features, in residual layers.</summary>
    NonLocal,
}
