using MlAva.Training;

namespace MlAva.Quickstart;

/// <summary>How far a quickstart is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Share">How much of the stage is done, 0–1.</param>
/// <param name="Text">What there is to say, with rate and time left where they are known.</param>
public sealed record QuickstartProgress(QuickstartStage Stage, double Share, string Text)
{
    /// <summary>Set while the detector is trained.</summary>
    public TrainingProgress? Training { get; init; }
}
