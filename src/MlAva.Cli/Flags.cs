using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Networks;

namespace MlAva.Cli;

/// <summary>Makes options, and those that several verbs share.</summary>
static class Flags
{
    /// <summary>Of every verb.</summary>
    public static Option<bool> Verbose { get; } =
        new("--verbose") { Description = "Show the stack trace of an error (also: MLAVA_DEBUG=1)", Recursive = true };

    public static Option<string> Annotations(string name = "--annotations") =>
        Required(name, "Annotation csv: video, seconds, x1, y1, x2, y2, action, person (.csv or .csv.gz)", "FILE");

    public static Option<string> Model() =>
        Required("--model", "model.zip of 'mlava train'; it holds frame rate, time axis and clip form itself", "FILE");

    public static Option<int?> NumClasses() => new("--num-classes")
    {
        Description = "Number of classes with the unused 0 [default: largest id of the label map + 1]",
        HelpName = "N",
    };

    public static Option<string> LabelMap() => Required("--label-map", "Label map (.pbtxt, or '1: name' lines)", "FILE");

    public static Option<string> Frames() =>
        Required("--frames", "Folder that holds a folder of frames, or a video file, for each video id", "FOLDER");

    public static Option<string?> Proposals(string name = "--proposals") =>
        Optional(name, "Person boxes (.pkl or .csv); without them the whole frame is the only box", "FILE");

    public static Option<string?> Exclude(string name = "--exclude") => Optional(name, "Excluded timestamps: video, seconds", "FILE");

    public static Option<double> PersonScore() =>
        WithDefault("--person-score-thr", 0.9, "Person boxes below this score are left out, unless none reaches it", "0-1");

    public static Option<int?> Gpu() =>
        new("--gpu") { Description = "Number of the CUDA device to compute on; without it the CPU", HelpName = "N" };

    public static Choice<InferencePrecision> Precision() => new("--precision", null,
        "In which numbers the backbone computes [default: the model's, float32 unless it was saved otherwise]");

    public static Choice<OnError> OnError() => new("--on-error", MlAva.Annotations.OnError.Fail,
        "What to do about rows, boxes, videos and frames that cannot be used: stop, or leave them out, count them and say so");

    public static Option<string[]> Set() =>
        new("--set") { Description = "Another value for the configuration: path=value, as often as wanted", HelpName = "PATH=VALUE" };

    public static Option<bool> AnyHash() =>
        new("--ignore-hash") { Description = "Take a file whose content is not the one that its name tells (NAME-1a2b3c4d.pth)" };

    public static Option<double> Iou() => WithDefault("--iou", 0.5, "Smallest intersection over union of a match", "0-1");

    public static Choice<TieOrder> Ties() =>
        new("--ties", TieOrder.Stable, "Order of equal scores: the same everywhere, or NumPy's (what the Python evaluators print)", t => t.Word());

    public static Choice<MatchingProtocol> Protocol() => new("--protocol", MatchingProtocol.MMAction2V0, "Whose rules", p => p.Word());

    /// <summary>The rules of evaluation that the options ask for, checked.</summary>
    public static FrameMapOptions Rules(ParseResult parsed, Option<double> iou, Choice<TieOrder> ties, Choice<MatchingProtocol> protocol)
    {
        FrameMapOptions rules = new()
        {
            IouThreshold = parsed.GetValue(iou),
            Ties = ties.Of(parsed),
            Protocol = protocol.Of(parsed),
            KeepCurves = false,
        };
        rules.Validate();
        return rules;
    }

    public static Option<string> Required(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, Required = true };

    public static Option<string?> Optional(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    /// <summary>The same option, which may be left out.</summary>
    public static Option<string?> Optional(Option<string> option) => Optional(option.Name, option.Description!, option.HelpName!);

    public static Option<T> WithDefault<T>(string name, T value, string description, string helpName)
    {
        Option<T> option = new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => value };
        if (option is Option<double> number) number.CustomParser = result => Single(result) ?? double.NaN;
        return option;
    }

    public static Option<double?> Number(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = Single };

    /// <summary>Whole numbers with commas between them.</summary>
    public static Option<int[]?> Numbers(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => List<int>(
            result, t => int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null,
            "whole numbers", helpName),
    };

    /// <summary>Decimal numbers with commas between them.</summary>
    public static Option<double[]?> Decimals(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => List(result, ParseDecimal, "numbers", helpName),
    };

    /// <summary>The numbers given; null where the option is not on the command line.</summary>
    public static T[]? Given<T>(this ParseResult parsed, Option<T[]?> option) => parsed.GetResult(option) is { Implicit: false }
        ? parsed.GetValue(option) : null;

    /// <summary>A comma is no decimal point, nor, as .NET's own parser has it, a separator of thousands to be passed over.</summary>
    static double? ParseDecimal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    static double? Single(ArgumentResult result)
    {
        string text = string.Join(' ', result.Tokens.Select(t => t.Value));
        if (ParseDecimal(text) is { } value) return value;
        result.AddError($"Option '{(result.Parent as OptionResult)?.Option.Name}' is '{text}'; expected a number with a decimal point, such as 0.5.");
        return null;
    }

    static T[]? List<T>(ArgumentResult result, Func<string, T?> parse, string what, string example)
        where T : struct
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : string.Join(' ', result.Tokens.Select(t => t.Value));
        T?[] values = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(parse)];
        if (values.All(v => v is not null)) return [.. values.Select(v => v!.Value)];
        string? name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"Option '{name}' is '{text}'; expected {what} with commas between them, such as {example}.");
        return null;
    }
}
