using MlAva.Evaluation;
using MlAva.MiniAva;
using MlAva.Training;

namespace MlAva.Quickstart;

/// <summary>What a quickstart made and found.</summary>
public sealed record QuickstartResult
{
    /// <summary>The data set.</summary>
    public required MiniAvaDataSet Data { get; init; }

    /// <summary>The epochs.</summary>
    public required IReadOnlyList<TrainingEpoch> Epochs { get; init; }

    /// <summary>The detector on the validation set.</summary>
    public required FrameMapResult Result { get; init; }

    /// <summary>The same with every frame of a clip replaced by its keyframe.</summary>
    public required FrameMapResult KeyframeOnly { get; init; }

    /// <summary>A detector that guesses by class frequency, on the same boxes.</summary>
    public required FrameMapResult Baseline { get; init; }

    /// <summary>Ids of the classes that a single frame does not tell from another.</summary>
    public required IReadOnlyList<int> MotionOnlyClasses { get; init; }

    /// <summary>The mean AP of those classes, with motion; NaN where none has ground truth.</summary>
    public double MotionMeanAp => MeanAp(Result);

    /// <summary>The mean AP of those classes on still keyframes.</summary>
    public double StillMeanAp => MeanAp(KeyframeOnly);

    /// <summary>The trained model.</summary>
    public required string Model { get; init; }

    /// <summary>The detections on the validation set.</summary>
    public required string Results { get; init; }

    /// <summary>The figures.</summary>
    public required string Metrics { get; init; }

    /// <summary>The report.</summary>
    public required string Report { get; init; }

    /// <summary>The preview picture.</summary>
    public required string Preview { get; init; }

    /// <summary>One validation video as a file, to score.</summary>
    public required string Video { get; init; }

    /// <summary>Its id.</summary>
    public required string VideoId { get; init; }

    // Classes without ground truth in the validation set have no AP and no part in the mean.
    double MeanAp(FrameMapResult result) =>
        MotionOnlyClasses.Select(id => result.Class(id).AveragePrecision).Where(ap => !double.IsNaN(ap)).DefaultIfEmpty(double.NaN).Average();
}
