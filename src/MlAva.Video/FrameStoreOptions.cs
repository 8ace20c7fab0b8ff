using static System.FormattableString;

namespace MlAva.Video;

/// <summary>How a frame store is opened.</summary>
public sealed record FrameStoreOptions
{
    /// <summary>Names of the frame files in a folder: see <see cref="FrameTemplate"/>.</summary>
    public FrameTemplate Template { get; init; } = FrameTemplate.Default;

    /// <summary>
    /// The rate at which indices count, frames a second. For a video file of another rate, frames are repeated or left out as FFmpeg's <c>fps</c> filter does it; for a
    /// folder it is only noted. Null: the video's own frames, one by one.
    /// </summary>
    public double? Fps { get; init; }

    /// <summary>
    /// Index of a video file's first frame. 1 by default, so that a video file and the files that FFmpeg extracts from it count alike. Folders number their frames themselves.
    /// </summary>
    public int FirstIndex { get; init; } = 1;

    /// <summary>What decodes JPEG frames; the pixels are the same.</summary>
    public JpegDecoder Decoder { get; init; }

    /// <summary>How video files other than Motion JPEG AVI are decoded; the frames are the same.</summary>
    public VideoDecoding VideoDecoding { get; init; }

    /// <summary>The <c>ffmpeg</c> program: a name on the search path, or a path.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>The <c>ffprobe</c> program: a name on the search path, or a path.</summary>
    public string FfprobePath { get; init; } = "ffprobe";

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (Template is null) throw new ArgumentException($"{nameof(Template)} is null; it must be a template such as img_{{:05}}.jpg.");
        if (Fps is { } fps && !(fps > 0 && double.IsFinite(fps))) throw new ArgumentException(Invariant($"{nameof(Fps)} is {fps}; it must be positive."));
        if (FirstIndex < 0) throw new ArgumentException(Invariant($"{nameof(FirstIndex)} is {FirstIndex}; it must be at least 0."));
        if (!Enum.IsDefined(Decoder)) throw new ArgumentException(Invariant($"{nameof(Decoder)} is {Decoder}; it must be {string.Join(", ", Enum.GetNames<JpegDecoder>())}."));
        if (!Enum.IsDefined(VideoDecoding))
            throw new ArgumentException(Invariant($"{nameof(VideoDecoding)} is {VideoDecoding}; it must be {string.Join(", ", Enum.GetNames<VideoDecoding>())}."));
        if (string.IsNullOrWhiteSpace(FfmpegPath)) throw new ArgumentException($"{nameof(FfmpegPath)} is empty; it must name a program.");
        if (string.IsNullOrWhiteSpace(FfprobePath)) throw new ArgumentException($"{nameof(FfprobePath)} is empty; it must name a program.");
    }
}
