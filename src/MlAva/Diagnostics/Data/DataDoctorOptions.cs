using MlAva.Video;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>What <see cref="DataDoctor"/> examines. Only the annotations are needed; every further file allows further checks.</summary>
public sealed record DataDoctorOptions
{
    /// <summary>The annotation csv (<c>.csv</c>, <c>.csv.gz</c>).</summary>
    public required string AnnotationPath { get; init; }

    /// <summary>The detections csv, or null.</summary>
    public string? DetectionPath { get; init; }

    /// <summary>The label map, or null.</summary>
    public string? LabelMapPath { get; init; }

    /// <summary>The person boxes (<c>.pkl</c>, <c>.csv</c>), or null.</summary>
    public string? ProposalPath { get; init; }

    /// <summary>The excluded timestamps, or null.</summary>
    public string? ExcludePath { get; init; }

    /// <summary>The folder that holds a folder of frames or a video file for each video id, or null.</summary>
    public string? FramesFolder { get; init; }

    /// <summary>The annotation csv of the other split, looked through for videos of this one; or null.</summary>
    public string? ValAnnotationPath { get; init; }

    /// <summary>The names of frame files. Default <c>img_{:05}.jpg</c>.</summary>
    public FrameTemplate Template { get; init; } = FrameTemplate.Default;

    /// <summary>Frames a second in the frame store. Default 30.</summary>
    public double Fps { get; init; } = 30;

    /// <summary>Seconds of frame 1; null: 900 where every timestamp is at least 900, else 0 (<see cref="TimeAxis"/>).</summary>
    public double? TimestampStart { get; init; }

    /// <summary>Columns of a network's scores, the unused 0 included; null: not checked.</summary>
    public int? NumClasses { get; init; }

    /// <summary>Proposals below this score are left out of training and testing unless none reaches it; 0 to 1. Default 0.9.</summary>
    public double PersonScoreThreshold { get; init; } = 0.9;

    /// <summary>The IoU with a truth box that makes a proposal a positive sample of training; 0 to 1. Default 0.9.</summary>
    public double PositiveIoU { get; init; } = 0.9;

    /// <summary>Example rows kept for each finding. Default 3.</summary>
    public int EvidenceRows { get; init; } = 3;

    /// <summary>
    /// Detections held in memory to compute mAP. Of a file with more rows, whole keyframes are drawn by a hash of their key, and mAP
    /// figures are those of the keyframes drawn. Default 1 000 000 (60 MB).
    /// </summary>
    public int TrialRows { get; init; } = 1_000_000;

    /// <summary>Told how far the examination is; null: nobody.</summary>
    public IProgress<DataDoctorProgress>? Progress { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(AnnotationPath))
            throw new ArgumentException($"{nameof(AnnotationPath)} is empty; expected the annotation csv.");
        Require(double.IsFinite(Fps) && Fps > 0, nameof(Fps), Fps, "a positive number");
        Require(TimestampStart is not { } start || double.IsFinite(start), nameof(TimestampStart), TimestampStart, "a number of seconds");
        Require(NumClasses is null or >= 2, nameof(NumClasses), NumClasses, "at least 2 (column 0 is unused)");
        Require(PersonScoreThreshold is >= 0 and <= 1, nameof(PersonScoreThreshold), PersonScoreThreshold, "0 to 1");
        Require(PositiveIoU is >= 0 and <= 1, nameof(PositiveIoU), PositiveIoU, "0 to 1");
        Require(EvidenceRows >= 0, nameof(EvidenceRows), EvidenceRows, "at least 0");
        Require(TrialRows >= 1, nameof(TrialRows), TrialRows, "at least 1");
    }

    static void Require(bool holds, string option, object? value, string legal)
    {
        if (!holds) throw new ArgumentException(Invariant($"{option} is {value}; expected {legal}."));
    }
}
