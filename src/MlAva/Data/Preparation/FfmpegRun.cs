using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MlAva.Video;

namespace MlAva.Preparation;

/// <summary>Runs FFmpeg to its end; it is killed when the work is cancelled.</summary>
static class FfmpegRun
{
    const int MaximumErrorLength = 600;

    public static (int Code, string Output, string Errors) Run(string program, string? folder, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using Process process = new()
        {
            StartInfo = new(program, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, CreateNoWindow = true,
                WorkingDirectory = folder ?? "",
            },
        };
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                if (line.Data is { Length: > 0 } text && errors.Length < MaximumErrorLength) errors.Append(errors.Length > 0 ? "; " : "").Append(text);
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw new FrameStoreException(program, null, $"no such program ({missing.Message})", "FFmpeg",
                "install it (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg)", missing);
        }
        using CancellationTokenRegistration registration = cancellation.Register(() => Kill(process));
        process.StandardInput.Close();
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        lock (errors) return (process.ExitCode, output, errors.ToString());
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in between: nothing left to stop.
        }
    }
}
