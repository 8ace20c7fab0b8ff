using MlAva.MiniAva;
using MlAva.Networks;
using MlAva.Training;

namespace MlAva.Quickstart;

/// <summary>Settings of <see cref="QuickstartRunner"/>.</summary>
public sealed record QuickstartOptions
{
    /// <summary>The folder that everything is written to.</summary>
    public string Output { get; init; } = "mlava-quickstart";

    /// <summary>Where chance starts, for the training; the data has a seed of its own in <see cref="Data"/>.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Passes over the training data.</summary>
    public int Epochs { get; init; } = 14;

    /// <summary>The data set that is made.</summary>
    public MiniAvaOptions Data { get; init; } = new();

    /// <summary>Whether to go on from the checkpoint of a run that was stopped.</summary>
    public bool Resume { get; init; }

    /// <summary>The command line, for the report.</summary>
    public string Command { get; init; } = "mlava quickstart";

    /// <summary>Told how far the run is.</summary>
    public IProgress<QuickstartProgress>? Progress { get; init; }

    /// <summary>Ends the run; a checkpoint is left.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Output)) throw new ArgumentException($"{nameof(QuickstartOptions)}.{nameof(Output)} is empty; expected a folder.");
        if (Epochs < 1) throw new ArgumentException($"{nameof(QuickstartOptions)}.{nameof(Epochs)} is {Epochs}; expected at least 1.");
        Data.Validate();
    }

    /// <summary>
    /// The training: a SlowOnly small enough for two processor cores, on clips of 8 frames. Three stages instead of four leave a cell of the feature
    /// map for every 8 pixels, fine enough for hands; all stages are inflated, since here motion matters from the start.
    /// </summary>
    public ActionDetectorOptions Training() => new()
    {
        Epochs = Epochs,
        BatchSize = 4,
        Seed = Seed,
        Network = new()
        {
            Backbone = new SlowOnlyOptions
            {
                Pathway = new() { BaseChannels = 16, StageBlocks = [1, 1, 1], SpatialStrides = [1, 2, 1], Inflate = [true, true, true], ZeroInitResidual = false },
            },
            RoIExtractor = new() { FeatureStride = 8 },
            Head = new() { DropoutRatio = 0 },
        },
        Clip = new()
        {
            Sampling = new()
            {
                ClipLength = 8,
                FrameInterval = 2,
                Fps = Data.Fps,
                TimestampStart = MiniAvaOptions.FirstSecond,
                TimestampEnd = Data.LastSecond + 1,
            },
            ShortSide = 112,
            Augmentation = new() { ShortEdgeMinimum = 112, ShortEdgeMaximum = 128, CropSize = 112 },
        },
        Optimizer = new() { WeightDecay = 1e-4 },
        Schedule = new() { LearningRate = 0.15, Policy = SchedulePolicy.Cosine, Warmup = 50, WarmupUnit = WarmupUnit.Iterations },
    };
}
