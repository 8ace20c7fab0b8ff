using MlAva.Evaluation;
using MlAva.Networks;

namespace MlAva.Training;

/// <summary>How far a training is.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs in all.</summary>
    public required int Epochs { get; init; }

    /// <summary>The step within the epoch, counted from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>The step's learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The step's loss; NaN when no box of the batch had a label.</summary>
    public required double Loss { get; init; }

    /// <summary>The gradients' 2-norm before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Recall and precision over the step's boxes.</summary>
    public ActionMetrics? Metrics { get; init; }

    /// <summary>Clips a second since the training, or its resumption, began, without validation.</summary>
    public required double ClipsPerSecond { get; init; }

    /// <summary>Share of that time in which the network waited for clips, 0–1.</summary>
    public required double WaitingShare { get; init; }

    /// <summary>The same for the current epoch, or its part since a resumption.</summary>
    public double EpochWaitingShare { get; init; }

    /// <summary>Keyframes left out so far, as their frames cannot be read.</summary>
    public int Skipped { get; init; }

    /// <summary>Time left, at this rate, without validation.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The mean loss of the epoch so far.</summary>
    public required double MeanLoss { get; init; }

    /// <summary>Set when the epoch is over and was validated.</summary>
    public FrameMapResult? Validation { get; init; }

    /// <summary>Whether this is the epoch's last word.</summary>
    public bool EpochFinished { get; init; }
}
