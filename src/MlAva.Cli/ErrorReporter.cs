using System.CommandLine;
using System.Reflection;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.Pickle;
using MlAva.Video;

namespace MlAva.Cli;

/// <summary>Turns exceptions into one message on standard error and an exit code.</summary>
static class ErrorReporter
{
    /// <summary>Whether stack traces are asked for by the environment.</summary>
    public static bool IsDebugging => Environment.GetEnvironmentVariable("MLAVA_DEBUG") is { Length: > 0 } and not "0";

    public static int Report(Exception exception, bool verbose)
    {
        Exception cause = Cause(exception);
        bool isInput = cause is FormatException or IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException;
        Console.Error.WriteLine($"error: {Message(cause)}");
        if (verbose || IsDebugging) Console.Error.WriteLine(exception);
        else if (!isInput) Console.Error.WriteLine("Run again with --verbose for the stack trace; 'mlava doctor' checks this machine.");
        return isInput ? ExitCodes.BadInput : ExitCodes.Failed;
    }

    public static int ReportUsage(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        foreach (string message in parsed.Errors.Select(e => e.Message).Distinct()) Console.Error.WriteLine($"error: {message}");
        Command command = parsed.CommandResult.Command;
        string verb = command is RootCommand ? "" : command.Name + " ";
        Console.Error.WriteLine($"See 'mlava {verb}--help'{(arguments.Count == 0 ? ", or begin with 'mlava doctor'" : "")}.");
        return ExitCodes.BadInput;
    }

    /// <summary>What really went wrong: ML.NET and thread pools wrap what a row's computation throws.</summary>
    static Exception Cause(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is AnnotationFormatException or PickleException or FrameDecodeException) return e;
            if (e is FrameStoreException or CheckpointFormatException) return e;
        }
        while (exception is AggregateException or TargetInvocationException or TypeInitializationException
            && exception.InnerException is { } inner) exception = inner;
        return exception;
    }

    static string Message(Exception e) => e switch
    {
        FileNotFoundException { FileName: { Length: > 0 } file } when !file.Contains(", Version=", StringComparison.Ordinal) =>
            $"{file}: no such file. To mend: check the path",
        DirectoryNotFoundException when e.Message.StartsWith("Could not find", StringComparison.Ordinal) =>
            $"{e.Message} To mend: check the path",
        _ => e.Message,
    };
}
