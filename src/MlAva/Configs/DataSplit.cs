namespace MlAva.Configs;

/// <summary>A part of a data set.</summary>
public enum DataSplit
{
    /// <summary>What is trained on.</summary>
    Train,

    /// <summary>What is scored after every epoch.</summary>
    Val,

    /// <summary>What is scored in the end; AVA's configurations use the validation set.</summary>
    Test,
}
