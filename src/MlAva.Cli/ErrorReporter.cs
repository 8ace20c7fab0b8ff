using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using MlAva.Annotations;
using MlAva.Configs;
using MlAva.Networks;
using MlAva.Pickle;
using MlAva.Video;

namespace MlAva.Cli;

/// <summary>Turns exceptions into one message on standard error and an exit code.</summary>
static partial class ErrorReporter
{
    /// <summary>The options of the command line that set a property of the libraries' options.</summary>
    static readonly Dictionary<string, string> OptionOf = new()
    {
        ["Epochs"] = "--epochs", ["BatchSize"] = "--batch-size", ["LearningRate"] = "--lr", ["Steps"] = "--steps",
        ["Warmup"] = "--warmup-epochs", ["ClipLength"] = "--clip-len", ["FrameInterval"] = "--frame-interval", ["Fps"] = "--fps",
        ["TimestampStart"] = "--timestamp-start", ["TimestampEnd"] = "--timestamp-end", ["ShortSide"] = "--short-side",
        ["ShortEdgeMinimum"] = "--rescale", ["ShortEdgeMaximum"] = "--rescale", ["CropSize"] = "--crop", ["FlipProbability"] = "--flip",
        ["Depth"] = "--depth", ["BaseChannels"] = "--base-channels", ["StageBlocks"] = "--stage-blocks", ["Inflate"] = "--inflate",
        ["NumClasses"] = "--num-classes", ["PersonScoreThreshold"] = "--person-score-thr", ["LoaderThreads"] = "--threads",
        ["CheckpointInterval"] = "--checkpoint-interval", ["IouThreshold"] = "--iou",
        ["Samples"] = "--bootstrap", ["Confidence"] = "--confidence", ["TrainVideos"] = "--train-videos",
        ["ValVideos"] = "--val-videos", ["KeyframeStep"] = "--keyframe-step", ["FirstFrame"] = "--first-frame", ["Start"] = "--start", ["End"] = "--end",
        ["Quality"] = "--quality", ["Workers"] = "--workers", ["MaxKeyframes"] = "--max", ["Parallel"] = "--parallel", ["BaseUrl"] = "--base-url",
        ["CacheMegabytes"] = "--frame-cache",
        ["Validation"] = "--val-video", ["MinIoU"] = "--link-iou", ["MaxGap"] = "--link-gap", ["ScoreThreshold"] = "--score-thr", ["NmsIoU"] = "--nms-iou",
        ["MaxBoxes"] = "--max-boxes", ["PersonClass"] = "--detector-class",
    };

    /// <summary>Whether stack traces are asked for by the environment.</summary>
    public static bool IsDebugging => Environment.GetEnvironmentVariable("MLAVA_DEBUG") is { Length: > 0 } and not "0";

    public static int Report(Exception exception, bool verbose)
    {
        bool isInput = IsBadInput(exception);
        Console.Error.WriteLine($"error: {Describe(exception)}");
        if (verbose || IsDebugging) Console.Error.WriteLine(exception);
        else if (!isInput) Console.Error.WriteLine("Run again with --verbose for the stack trace; 'mlava doctor' checks this machine.");
        return isInput ? ExitCodes.BadInput : ExitCodes.Failed;
    }

    /// <summary>Whether files or arguments are at fault.</summary>
    public static bool IsBadInput(Exception exception) =>
        Cause(exception) is FormatException or IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException;

    /// <summary>What went wrong, in words for the user.</summary>
    public static string Describe(Exception exception) => Message(Cause(exception));

    public static int ReportUsage(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> messages = command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var word, ..] && !word.StartsWith('-')
            ? [UnknownVerb(word, command)] : parsed.Errors.Select(e => e.Message).Distinct();
        foreach (string message in messages) Console.Error.WriteLine($"error: {message}");
        string verb = string.Concat(Line(command).Select(c => c.Name + " "));
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
        UnauthorizedAccessException when e.Message.StartsWith("Access to", StringComparison.Ordinal) =>
            $"{e.Message} To mend: change the permissions, or run as a user who may read and write there",
        ArgumentException => WithFlag(ParameterName().Replace(e.Message, "")),
        _ => e.Message,
    };

    /// <summary>Names the option of the command line before the property of a library's options.</summary>
    static string WithFlag(string message) =>
        Property().Match(message) is { Success: true } match && OptionOf.TryGetValue(match.Groups[1].Value, out string? flag)
            ? $"{flag}: {message}" : message;

    /// <summary>A verb and those that it belongs to, the tool itself left out.</summary>
    static IEnumerable<Command> Line(Command command) =>
        command is RootCommand ? [] : command.Parents.OfType<Command>().SelectMany(Line).Append(command);

    static string UnknownVerb(string word, Command parent)
    {
        string[] verbs = [.. parent.Subcommands.Select(c => c.Name)];
        return $"There is no verb '{word}'{(parent is RootCommand ? "" : $" of '{parent.Name}'")}; "
            + (NearestName.Of(word, verbs) is { } nearest ? $"did you mean '{nearest}'?" : $"expected one of {string.Join(", ", verbs)}.");
    }

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"^(?:\w+\.)?(\w+) (?:is|has|holds|names) ")]
    private static partial Regex Property();
}
