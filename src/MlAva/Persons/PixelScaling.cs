namespace MlAva.Persons;

/// <summary>The range of the numbers that a detector takes for pixels.</summary>
public enum PixelScaling
{
    /// <summary>0 to 255.</summary>
    Bytes,

    /// <summary>0 to 1.</summary>
    Unit,

    /// <summary>0 to 1, less ImageNet's mean, by its deviation, channel by channel.</summary>
    ImageNet,
}
