using System.Diagnostics;

namespace MlAva.Cli.Tests;

/// <summary>What a run of the tool, as a process of its own, left behind.</summary>
sealed record Tool(int ExitCode, string Output, string Errors)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The built tool, which lies beside the tests.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "MlAva.Cli.dll");

    public static Tool Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Finish(process, process.StandardError.ReadToEndAsync());
    }

    /// <summary>Runs the tool, and sends it a signal when it has written a line to standard error that begins in a certain way.</summary>
    public static Tool RunUntil(string beginning, PosixSignalNumber signal, params string[] arguments)
    {
        using Process process = Start(arguments);
        return Finish(process, Listen());

        async Task<string> Listen()
        {
            List<string> lines = [];
            bool sent = false;
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                lines.Add(line);
                if (sent || !line.StartsWith(beginning, StringComparison.Ordinal)) continue;
                PosixSignals.Send(process.Id, signal);
                sent = true;
            }
            return string.Join('\n', lines);
        }
    }

    /// <summary>Says what was printed when the exit code is another.</summary>
    public Tool ExitsWith(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>One message on standard error that holds all of these, no stack trace, and the exit code of bad input.</summary>
    public void Refuses(params string[] words)
    {
        ExitsWith(2);
        string message = Assert.Single(Errors.Split('\n'), l => l.StartsWith("error: ", StringComparison.Ordinal));
        foreach (string word in words) Assert.Contains(word, message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at MlAva", Errors, StringComparison.Ordinal);
    }

    static Process Start(string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true, UseShellExecute = false };
        start.Environment.Remove("MLAVA_DEBUG");
        start.Environment["OMP_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    static Tool Finish(Process process, Task<string> errors)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The tool did not end within {Patience}.\n{output.Result}\n{errors.Result}");
        }
        Tool run = new(process.ExitCode, output.Result, errors.Result);
        // Neither stream is a terminal here.
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.DoesNotContain('\u001b', run.Errors);
        return run;
    }
}
