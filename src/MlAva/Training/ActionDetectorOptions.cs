using Microsoft.ML;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;

namespace MlAva.Training;

/// <summary>
/// Settings of <see cref="ActionDetectorTrainer"/>. Defaults are those of MMAction2's SlowOnly R50 4×16 for AVA 2.1 (reference specification §1.2, §1.3).
/// </summary>
public sealed record ActionDetectorOptions
{
    /// <summary>The network. The number of classes and the head's input channels are set from the data and the backbone.</summary>
    public DetectorOptions Network { get; init; } = new();

    /// <summary>Where a network with a <see cref="FeatureBankHead"/> takes its long-term features from; null for all others.</summary>
    public FeatureBankSource? FeatureBank { get; init; }

    /// <summary>
    /// A checkpoint (<c>.pth</c> or <c>.safetensors</c>) to start from, as far as it fits, such as a recogniser trained on Kinetics; null: at random. What it lacks starts at random; a SlowFast
    /// network takes the kernel of its laterals from it. A resumed training goes on from its own checkpoint instead. Reference specification §2.7.
    /// </summary>
    public string? WarmStart { get; init; }

    /// <summary>How keyframes become clips.</summary>
    public ClipOptions Clip { get; init; } = new();

    /// <summary>When a proposal takes over a ground truth's labels.</summary>
    public BoxAssignerOptions Assigner { get; init; } = new();

    /// <summary>How many boxes of a keyframe are trained on.</summary>
    public BoxSamplerOptions Sampler { get; init; } = new();

    /// <summary>Momentum, decay, clipping.</summary>
    public SgdOptions Optimizer { get; init; } = new();

    /// <summary>The learning rate over the training.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Clips a step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Where chance starts; null: from the <see cref="MLContext"/>'s seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Rows that are scored after every epoch; null: none.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Scores at or below this are not detections.</summary>
    public float ActionThreshold { get; init; } = 0.002f;

    /// <summary>Where checkpoints are kept; null: none are.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Whether to go on from the checkpoint in <see cref="WorkDirectory"/>, where there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>Steps between checkpoints within an epoch; 0: only after epochs and when cancelled.</summary>
    public int CheckpointInterval { get; init; }

    /// <summary>Threads that read and augment clips ahead of the network; 0: one less than there are processors, at least one.</summary>
    public int LoaderThreads { get; init; }

    /// <summary>
    /// Megabytes of decoded frames that are kept in memory for clips that share them, such as those of later epochs; 0: none.
    /// </summary>
    public int CacheMegabytes { get; init; }

    /// <summary>
    /// What becomes of keyframes whose frames cannot be read: the error, or they are left out, counted and named
    /// (<see cref="ActionDetectorTrainer.Skipped"/>). In validation nobody is found in them.
    /// </summary>
    public OnError OnError { get; init; }

    /// <summary>Told after every step and every epoch.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Ends the training; a checkpoint is left in <see cref="WorkDirectory"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Network.WithMatchingHead().Validate();
        FeatureBankSource.Validate(FeatureBank, Network, nameof(ActionDetectorOptions));
        Clip.Validate();
        int length = Clip.Sampling.ClipLength, multiple = Network.Backbone.FrameMultiple();
        if (length % multiple != 0) throw new ArgumentException($"{nameof(Video.ClipSamplerOptions.ClipLength)} is {length}; expected a multiple of {multiple}, which this backbone's pathways need.");
        Assigner.Validate();
        Sampler.Validate();
        Optimizer.Validate();
        Schedule.Validate();
        Check(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        Check(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Check(CheckpointInterval >= 0, nameof(CheckpointInterval), CheckpointInterval, "0 or more");
        Check(LoaderThreads >= 0, nameof(LoaderThreads), LoaderThreads, "0 (automatic) or more");
        Check(CacheMegabytes >= 0, nameof(CacheMegabytes), CacheMegabytes, "0 or more");
        Check(Enum.IsDefined(OnError), nameof(OnError), OnError, "Fail or Skip");
        Check(ActionThreshold is >= 0 and < 1, nameof(ActionThreshold), ActionThreshold, "0 to below 1");
        if (Resume && WorkDirectory is null) throw new ArgumentException($"{nameof(ActionDetectorOptions)}.{nameof(Resume)} is set without {nameof(WorkDirectory)}; expected the folder that holds the checkpoint.");
    }

    static void Check(bool legal, string option, object value, string expected)
    {
        if (!legal) throw new ArgumentException(FormattableString.Invariant($"{nameof(ActionDetectorOptions)}.{option} is {value}; expected {expected}."));
    }
}
