namespace MlAva.Annotations;

/// <summary>What to do with a row whose action lies within the label map's range but in one of its gaps.</summary>
public enum UnlistedActions
{
    /// <summary>
    /// Keep it, as the reference does: AVA's own csv files label 80 actions, while the label maps of its evaluation list 60 of
    /// them, and the published models were trained on all.
    /// </summary>
    Keep,

    /// <summary>Refuse the file, naming the row: for sets whose label map lists every action.</summary>
    Refuse,
}
