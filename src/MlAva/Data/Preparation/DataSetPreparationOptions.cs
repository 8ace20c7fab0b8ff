using MlAva.Annotations;
using MlAva.Annotations.Formats;
using MlAva.Persons;
using static System.FormattableString;

namespace MlAva.Preparation;

/// <summary>From which videos and annotations <see cref="DataSetPreparation"/> makes a data set.</summary>
public sealed record DataSetPreparationOptions
{
    /// <summary>The folder of videos; a file's name without its ending is the video's id.</summary>
    public required string Videos { get; init; }

    /// <summary>The files of annotations.</summary>
    public required IReadOnlyList<string> Annotations { get; init; }

    /// <summary>Whose files they are.</summary>
    public AnnotationFormat Format { get; init; }

    /// <summary>The folder that gets the set.</summary>
    public required string Output { get; init; }

    /// <summary>How annotations become AVA's; sizes and rates come from the videos.</summary>
    public ImportOptions Import { get; init; } = new();

    /// <summary>The videos to validate on, by id; the rest is trained on. Empty: no validation.</summary>
    public IReadOnlyCollection<string> Validation { get; init; } = [];

    /// <summary>Person boxes (<c>.pkl</c>, <c>.csv</c>) of the keyframes; null: those of <see cref="Detector"/>, else the annotated boxes.</summary>
    public string? Proposals { get; init; }

    /// <summary>Finds person boxes in the frames where <see cref="Proposals"/> are not given; null: the annotated boxes are taken. Stays the caller's.</summary>
    public IPersonDetector? Detector { get; init; }

    /// <summary>Frames a second of the frames; null: the videos' own where all have one, else 30.</summary>
    public double? Fps { get; init; }

    /// <summary>Short side of the frames in pixels; null: as in the videos. Default 256, at which the network scores.</summary>
    public int? ShortSide { get; init; } = 256;

    /// <summary>FFmpeg's JPEG quality, 1 (best) to 31.</summary>
    public int Quality { get; init; } = 1;

    /// <summary>Videos extracted at once; 0: one for each processor.</summary>
    public int Workers { get; init; }

    /// <summary>The <c>ffmpeg</c> program: a name on the search path, or a path.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>What to do about an element of the annotations or a video that cannot be used.</summary>
    public OnError OnError { get; init; }

    /// <summary>The configuration that the set's own one extends.</summary>
    public string Extends { get; init; } = "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";

    /// <summary>Told of every video that is done.</summary>
    public IProgress<ExtractionProgress>? Progress { get; init; }

    /// <summary>Told of every keyframe in which persons were looked for.</summary>
    public IProgress<PersonDetectionProgress>? DetectionProgress { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (Annotations is not { Count: > 0 }) throw new ArgumentException($"{nameof(Annotations)} is empty; expected at least one file.");
        if (Proposals is not null && Detector is not null)
            throw new ArgumentException($"{nameof(Proposals)} is {Proposals}, and {nameof(Detector)} is given; expected one of them.");
        if (string.IsNullOrEmpty(Extends)) throw new ArgumentException($"{nameof(Extends)} is empty; expected the name of a configuration.");
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        Extraction([], Fps).Validate();
        Import.Validate();
    }

    internal FrameExtractionOptions Extraction(IReadOnlyCollection<string> ids, double? fps) => new()
    {
        Videos = Videos, Output = Path.Combine(Output, "rawframes"), Ids = ids, Fps = fps, ShortSide = ShortSide, Quality = Quality, Workers = Workers,
        FfmpegPath = FfmpegPath, OnError = OnError, Progress = Progress,
    };
}
