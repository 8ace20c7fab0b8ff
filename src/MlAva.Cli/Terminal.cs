using Spectre.Console;

namespace MlAva.Cli;

/// <summary>Where the tool writes: results to standard output, everything else to standard error.</summary>
sealed class Terminal
{
    /// <summary>Wide enough that no table wraps in a file or a pipe.</summary>
    const int WidthOfFiles = 240;

    public Terminal()
    {
        Results = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) Results.Profile.Width = WidthOfFiles;
        Log = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        ShowsBars = !Console.IsErrorRedirected && Log.Profile.Capabilities is { Ansi: true, Interactive: true };
    }

    /// <summary>Standard output.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Log { get; }

    /// <summary>Whether standard error is a terminal on which bars can move.</summary>
    public bool ShowsBars { get; }

    /// <summary>A line of the result, never wrapped.</summary>
    public static void WriteResult(string line) => Console.Out.WriteLine(line);

    /// <summary>
    /// A line about the work, never wrapped, so that a command in it can be copied. While a bar moves, <see cref="ConsoleProgress.Line"/>
    /// takes its place.
    /// </summary>
    public static void Note(string line) => Console.Error.WriteLine(line);
}
