namespace MlAva.Preparation;

/// <summary>A video whose frames are there; kept beside them as <c>.extracted.json</c>.</summary>
public sealed record ExtractedVideo
{
    /// <summary>The video's id, and its folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>The source's file name.</summary>
    public required string Source { get; init; }

    /// <summary>The source's bytes.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>SHA-256 of the source, 64 hexadecimal digits.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>The settings with which the frames were made.</summary>
    public required string Settings { get; init; }

    /// <summary>FFmpeg's version, as it tells itself.</summary>
    public required string Ffmpeg { get; init; }

    /// <summary>Number of frames, from <c>img_00001.jpg</c> on.</summary>
    public required int Frames { get; init; }

    /// <summary>SHA-256 over all frames' bytes in order.</summary>
    public required string FramesSha256 { get; init; }

    /// <summary>Frames a second.</summary>
    public double? Fps { get; init; }

    /// <summary>Width of the frames in pixels, upright.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the frames in pixels, upright.</summary>
    public required int Height { get; init; }

    /// <summary>Whether the video ends before the end that was asked for.</summary>
    public bool IsShort { get; init; }

    /// <summary>What FFmpeg complained of, shortened; null: nothing.</summary>
    public string? Warning { get; init; }
}
