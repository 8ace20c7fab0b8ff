using System.Diagnostics;
using MlAva.Video;

namespace MlAva.Tests.Preparation;

/// <summary>Small videos made for a test, of Motion JPEG: any FFmpeg reads them, and so does this library alone.</summary>
static class Clips
{
    public const int Width = 96, Height = 64, Fps = 5;

    /// <summary>A block that goes from left to right on grey, a step a frame.</summary>
    public static void Write(string path, int frames, byte shade = 230)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        VideoClip clip = new(frames, new(Width, Height));
        for (int i = 0; i < frames; i++)
        {
            new FramePainter(clip.Frame(i), clip.Size).Fill(0, 0, Width, Height, new(70, 70, 70));
            new FramePainter(clip.Frame(i), clip.Size).Fill(8 + i, 16, 32, 32, new(shade, 40, 40));
        }
        MotionJpegAviWriter.WriteClip(clip, path, Fps);
    }

    public static bool HasFfmpeg { get; } = FfmpegStore.IsAvailable();

    /// <summary>Runs FFmpeg; what it says when it fails is the message.</summary>
    public static void Ffmpeg(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
