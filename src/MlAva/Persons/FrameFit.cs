namespace MlAva.Persons;

/// <summary>How a frame comes into a detector's input of another shape.</summary>
public enum FrameFit
{
    /// <summary>Proportions kept, in the upper left corner; the rest is grey.</summary>
    TopLeft,

    /// <summary>Proportions kept, in the middle; the rest is grey.</summary>
    Centre,

    /// <summary>Stretched to fill it.</summary>
    Stretch,
}
