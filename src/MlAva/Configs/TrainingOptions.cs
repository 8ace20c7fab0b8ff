using MlAva.Networks;
using MlAva.Training;

namespace MlAva.Configs;

/// <summary>
/// How a detector is trained: the settings of <see cref="ActionDetectorOptions"/> that are not of a single run. Defaults are its.
/// </summary>
public sealed record TrainingOptions
{
    static readonly ActionDetectorOptions Defaults = new();

    /// <summary>When a proposal takes over a ground truth's labels.</summary>
    public BoxAssignerOptions Assigner { get; init; } = new();

    /// <summary>How many boxes of a keyframe are trained on.</summary>
    public BoxSamplerOptions Sampler { get; init; } = new();

    /// <summary>Momentum, decay, clipping.</summary>
    public SgdOptions Optimizer { get; init; } = new();

    /// <summary>The learning rate over the training.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = Defaults.Epochs;

    /// <summary>Clips a step (<c>videos_per_gpu</c>).</summary>
    public int BatchSize { get; init; } = Defaults.BatchSize;

    /// <summary>Where chance starts; null: from the ML.NET context's seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Scores at or below this are not detections.</summary>
    public float ActionThreshold { get; init; } = Defaults.ActionThreshold;

    /// <summary>Where checkpoints and results go; null: <c>work_dirs/</c> and the configuration's name.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Steps between checkpoints within an epoch; 0: only after epochs and when stopped.</summary>
    public int CheckpointInterval { get; init; } = Defaults.CheckpointInterval;

    /// <summary>Threads that read and augment clips ahead of the network; 0: one less than there are processors, at least one.</summary>
    public int LoaderThreads { get; init; } = Defaults.LoaderThreads;

    /// <summary>
    /// Megabytes of decoded frames that are kept in memory for clips that share them, such as those of later epochs; 0: none.
    /// </summary>
    public int CacheMegabytes { get; init; } = Defaults.CacheMegabytes;

    /// <summary>The settings as the trainer takes them, with its defaults for the network and for clips.</summary>
    public ActionDetectorOptions ToTrainerOptions() => new()
    {
        Assigner = Assigner,
        Sampler = Sampler,
        Optimizer = Optimizer,
        Schedule = Schedule,
        Epochs = Epochs,
        BatchSize = BatchSize,
        Seed = Seed,
        ActionThreshold = ActionThreshold,
        WorkDirectory = WorkDirectory,
        CheckpointInterval = CheckpointInterval,
        LoaderThreads = LoaderThreads,
        CacheMegabytes = CacheMegabytes,
    };

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate() => ToTrainerOptions().Validate();
}
