namespace MlAva.Quickstart;

/// <summary>The stages of a quickstart, in order.</summary>
public enum QuickstartStage
{
    /// <summary>The data set is drawn.</summary>
    Data,

    /// <summary>The detector is trained, and scored on the validation set after every epoch.</summary>
    Training,

    /// <summary>The trained detector is scored, on motion and on still keyframes.</summary>
    Evaluation,

    /// <summary>The report and the pictures are written.</summary>
    Report,
}
