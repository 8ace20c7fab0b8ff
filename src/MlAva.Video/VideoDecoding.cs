namespace MlAva.Video;

/// <summary>How video files other than Motion JPEG AVI are decoded. Both ways give the same frames.</summary>
public enum VideoDecoding
{
    /// <summary>In this process where FFmpeg's libraries load and can index the file, through the <c>ffmpeg</c> program elsewhere.</summary>
    Automatic,

    /// <summary>In this process (<see cref="LibavStore"/>); an error where that cannot be.</summary>
    InProcess,

    /// <summary>Through the <c>ffmpeg</c> and <c>ffprobe</c> programs (<see cref="FfmpegStore"/>).</summary>
    Program,
}
