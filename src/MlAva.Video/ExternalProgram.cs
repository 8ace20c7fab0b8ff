using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace MlAva.Video;

/// <summary>A program that runs for one task and writes its result to standard output. Killed when cancelled or disposed early.</summary>
sealed class ExternalProgram : IDisposable
{
    const int MaximumErrorLength = 600;

    readonly Process _process = new();
    readonly StringBuilder _errors = new();

    public ExternalProgram(string program, IEnumerable<string> arguments)
    {
        _process.StartInfo = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                if (line.Data is { Length: > 0 } text && _errors.Length < MaximumErrorLength) _errors.Append(_errors.Length > 0 ? "; " : "").Append(text);
        };
        try
        {
            _process.Start();
        }
        catch (Win32Exception missing)
        {
            _process.Dispose();
            throw new FrameStoreException(program, null, $"no such program ({missing.Message})", "FFmpeg, which reads video files other than Motion JPEG AVI",
                "install it (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg), or set "
                + $"{nameof(FrameStoreOptions)}.{nameof(FrameStoreOptions.FfmpegPath)} and {nameof(FrameStoreOptions.FfprobePath)}, or use a folder of frames", missing);
        }

        _process.StandardInput.Close();
        _process.BeginErrorReadLine();
    }

    /// <summary>What the program wrote to standard error, shortened; complete after <see cref="Finish"/>.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Fills the span from standard output; false when the output ends before.</summary>
    public bool TryReadExactly(Span<byte> destination, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(Kill);
        int read = _process.StandardOutput.BaseStream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        cancellationToken.ThrowIfCancellationRequested();
        return read == destination.Length;
    }

    /// <summary>All of standard output as text.</summary>
    public string ReadAll(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(Kill);
        string text = _process.StandardOutput.ReadToEnd();
        cancellationToken.ThrowIfCancellationRequested();
        return text;
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    public int Finish()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    void Kill()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in between: nothing left to stop.
        }
    }
}
