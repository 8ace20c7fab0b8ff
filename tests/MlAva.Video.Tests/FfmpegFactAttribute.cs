using MlAva.TestSupport;

namespace MlAva.Video.Tests;

/// <summary>A fact that needs FFmpeg, and perhaps reference data; skipped, with the reason, where they are absent.</summary>
public sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute(string path = "") => Skip = Ffmpeg.WhyNot(path);
}

/// <summary>A theory that needs FFmpeg, and perhaps reference data; skipped, with the reason, where they are absent.</summary>
public sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute(string path = "") => Skip = Ffmpeg.WhyNot(path);
}

static class Ffmpeg
{
    static readonly Lazy<bool> Available = new(() => FfmpegStore.IsAvailable());

    public static string? WhyNot(string path) => !Available.Value ? "needs ffmpeg and ffprobe on the search path"
        : path.Length == 0 ? null
        : SharedData.Root is null ? "needs the reference data folder 'shared' beside the repository"
        : Path.Exists(SharedData.Path(path)) ? null : $"needs {path} in the reference data";

    /// <summary>Runs ffmpeg and gives its standard output.</summary>
    public static byte[] Run(params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardOutput = true })!;
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
