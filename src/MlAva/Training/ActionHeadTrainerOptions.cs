using Microsoft.ML;
using MlAva.Networks;

namespace MlAva.Training;

/// <summary>Settings of <see cref="ActionHeadTrainer"/>.</summary>
public sealed record ActionHeadTrainerOptions
{
    /// <summary>The head. The number of classes and the input channels are set from the data; dropout falls on the pooled features.</summary>
    public ActionHeadOptions Head { get; init; } = new();

    /// <summary>Momentum, decay, clipping.</summary>
    public SgdOptions Optimizer { get; init; } = new();

    /// <summary>The learning rate over the training.</summary>
    public ScheduleOptions Schedule { get; init; } = new() { LearningRate = 0.1, Policy = SchedulePolicy.Cosine, Warmup = 1 };

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Boxes a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Where chance starts; null: from the <see cref="MLContext"/>'s seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Ends the training.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Told the mean loss after every epoch.</summary>
    public IProgress<TrainingEpoch>? Progress { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Head.Validate();
        Optimizer.Validate();
        Schedule.Validate();
        if (Epochs < 1) throw new ArgumentException($"{nameof(ActionHeadTrainerOptions)}.{nameof(Epochs)} is {Epochs}; expected at least 1.");
        if (BatchSize < 1) throw new ArgumentException($"{nameof(ActionHeadTrainerOptions)}.{nameof(BatchSize)} is {BatchSize}; expected at least 1.");
    }
}
