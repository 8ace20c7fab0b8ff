namespace MlAva.Training;

/// <summary>What is remembered of a finished epoch.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="LearningRate">The last step's rate.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="MeanAveragePrecision">mAP on the validation set, 0–1; NaN where there is none.</param>
/// <param name="Seconds">Time it took, with validation.</param>
/// <param name="WaitingShare">Share of the training, without validation, in which the network waited for clips, 0–1; NaN where nothing was
/// loaded.</param>
public sealed record TrainingEpoch(
    int Epoch, double LearningRate, double Loss, double MeanAveragePrecision, double Seconds, double WaitingShare = double.NaN);
