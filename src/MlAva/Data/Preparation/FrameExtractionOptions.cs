using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Preparation;

/// <summary>What <see cref="FrameExtraction"/> cuts out of which videos, and where the frames go.</summary>
public sealed record FrameExtractionOptions
{
    /// <summary>The folder of videos; a video's id is its file's name without the ending.</summary>
    public required string Videos { get; init; }

    /// <summary>The folder that gets a folder of frames (<c>img_00001.jpg</c>, …) for each video, and <c>manifest.json</c>.</summary>
    public required string Output { get; init; }

    /// <summary>Only these videos, by id; null: all.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }

    /// <summary>Seconds in the video at which the first frame is taken; null: the beginning.</summary>
    public double? Start { get; init; }

    /// <summary>Seconds in the video at which frames end; null: the video's end.</summary>
    public double? End { get; init; }

    /// <summary>Frames a second, repeated or left out as FFmpeg's <c>fps</c> filter does it; null: the video's own frames.</summary>
    public double? Fps { get; init; }

    /// <summary>Short side of the frames in pixels; null: as in the video.</summary>
    public int? ShortSide { get; init; }

    /// <summary>FFmpeg's JPEG quality, 1 (best) to 31. Default 1, as in MMAction2's own preparation of AVA.</summary>
    public int Quality { get; init; } = 1;

    /// <summary>Videos extracted at once; 0: one for each processor.</summary>
    public int Workers { get; init; }

    /// <summary>What to do about a video that cannot be used. A full disk always ends the work.</summary>
    public OnError OnError { get; init; }

    /// <summary>The <c>ffmpeg</c> program: a name on the search path, or a path.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>Told of every video that is done.</summary>
    public IProgress<ExtractionProgress>? Progress { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Videos)) throw new ArgumentException($"{nameof(Videos)} is empty; expected the folder of the videos.");
        if (string.IsNullOrEmpty(Output)) throw new ArgumentException($"{nameof(Output)} is empty; expected a folder for the frames.");
        if (Start is { } start && !(start >= 0 && double.IsFinite(start))) throw new ArgumentException(Invariant($"{nameof(Start)} is {start}; expected seconds, at least 0."));
        if (End is { } end && !(end > (Start ?? 0) && double.IsFinite(end)))
            throw new ArgumentException(Invariant($"{nameof(End)} is {end}; expected seconds behind the start, {Start ?? 0}."));
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; expected a positive number."));
        if (ShortSide is < 16 or > 8192) throw new ArgumentException(Invariant($"{nameof(ShortSide)} is {ShortSide}; expected 16 to 8192 pixels."));
        if (Quality is < 1 or > 31) throw new ArgumentException(Invariant($"{nameof(Quality)} is {Quality}; expected 1 to 31."));
        if (Workers is < 0 or > 1024) throw new ArgumentException(Invariant($"{nameof(Workers)} is {Workers}; expected 0 to 1024."));
        if (string.IsNullOrWhiteSpace(FfmpegPath)) throw new ArgumentException($"{nameof(FfmpegPath)} is empty; expected a program.");
        if (!Enum.IsDefined(OnError)) throw new ArgumentException(Invariant($"{nameof(OnError)} is {OnError}; expected Fail or Skip."));
    }

    /// <summary>All that the frames of a video depend on, but the video itself.</summary>
    internal string Settings() => Invariant($"start={Start ?? 0} end={End?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} fps={Fps?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} short={ShortSide?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} quality={Quality}");
}
