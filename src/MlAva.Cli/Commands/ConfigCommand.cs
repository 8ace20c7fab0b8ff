using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlAva.Configs;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava config</c>: the configurations of published models, and those made from them.</summary>
static class ConfigCommand
{
    static readonly JsonSerializerOptions Settings =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() => new Verb("config", "Lists, shows and compares configurations of detectors.",
        "mlava config list", "mlava config show slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb --origins",
        "mlava config diff mine.json slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb")
    {
        List(), Show(), Diff(), Schema(),
    };

    static Verb List()
    {
        Option<bool> json = Json();
        return new Verb("list", "Lists the configurations that travel with this tool, under MMAction2's names.",
            "mlava config list", "mlava config list --json")
        {
            json,
        }.Does((parsed, terminal, token) =>
        {
            IEnumerable<DetectionConfig> all = DetectionConfig.Names.Select(n => DetectionConfig.Load(n));
            if (parsed.GetValue(json)) Terminal.WriteResult(new JsonArray([.. all.Select(Describe)]).ToJsonString(Settings));
            else terminal.Results.Write(Table(all));
            return ExitCodes.Fine;
        });
    }

    static Verb Show()
    {
        Argument<string> config = Config("CONFIG");
        Option<string[]> set = Set("Give a value, such as training.batchSize=8 or model.sharedHead=null; may be repeated");
        Option<bool> json = Json();
        Option<bool> origins = new("--origins") { Description = "Show where each value was written" };
        return new Verb("show", "Shows a whole configuration: what it extends, what it gives, and the defaults.",
            "mlava config show slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb --json > whole.json",
            "mlava config show mine.json --set training.batchSize=8 --set clip.mean=[114,114,114] --origins")
        {
            config, set, origins, json,
        }.Does((parsed, terminal, token) =>
        {
            DetectionConfig shown = DetectionConfig.Load(parsed.GetRequiredValue(config), parsed.GetValue(set));
            bool withOrigins = parsed.GetValue(origins);
            if (!parsed.GetValue(json))
            {
                foreach (ConfigValue value in shown.Values)
                    Terminal.WriteResult($"{value.Path} = {value.Json}{(withOrigins ? $"  # {value.Origin}" : "")}");
            }
            else if (withOrigins) Terminal.WriteResult(new JsonArray([.. shown.Values.Select(WithOrigin)]).ToJsonString(Settings));
            else Terminal.WriteResult(shown.ToJson());
            return ExitCodes.Fine;
        });
    }

    static Verb Diff()
    {
        Argument<string> first = Config("A"), second = Config("B");
        second.Arity = ArgumentArity.ZeroOrOne;
        second.Description = "The other configuration [default: A again, so that only what --set changes differs]";
        Option<string[]> set = Set("Give a value to B; may be repeated");
        Option<bool> json = Json();
        return new Verb("diff", "Shows where two configurations differ: A's values with a minus, B's with a plus.",
            "mlava config diff slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb slowfast_kinetics_pretrained_r50_8x8x1_20e_ava_rgb",
            "mlava config diff mine.json --set model.roIExtractor.withGlobal=true")
        {
            first, second, set, json,
        }.Does((parsed, terminal, token) =>
        {
            string a = parsed.GetRequiredValue(first), b = parsed.GetValue(second) ?? a;
            DetectionConfig changed = DetectionConfig.Load(b, parsed.GetValue(set));
            IReadOnlyList<ConfigDifference> differences = DetectionConfig.Compare(DetectionConfig.Load(a), changed);
            if (parsed.GetValue(json)) Terminal.WriteResult(new JsonArray([.. differences.Select(Describe)]).ToJsonString(Settings));
            else if (differences.Count == 0) Terminal.WriteResult("no differences");
            else
            {
                foreach (ConfigDifference difference in differences)
                {
                    Write('-', difference.First);
                    Write('+', difference.Second);
                }
            }
            return ExitCodes.Fine;
        });
    }

    static Verb Schema() => new Verb("schema", "Prints the JSON schema of configurations, from which editors know keys and defaults.",
        "mlava config schema > detection.schema.json").Does((parsed, terminal, token) =>
    {
        Terminal.WriteResult(DetectionConfig.Schema.TrimEnd('\n'));
        return ExitCodes.Fine;
    });

    static Argument<string> Config(string name) =>
        new(name) { Description = "MMAction2's name of a configuration, or the path of a JSON file" };

    static Option<string[]> Set(string description) => new("--set") { Description = description, HelpName = "PATH=VALUE" };

    static Option<bool> Json() => new("--json") { Description = "Print JSON" };

    static JsonNode Describe(DetectionConfig config) => new JsonObject
    {
        ["name"] = config.Name,
        ["path"] = config.Path,
        ["ava"] = config.Data.Version,
        ["network"] = config.Summary,
        ["clip"] = config.ClipForm,
        ["meanAveragePrecision"] = config.Published?.MeanAveragePrecision,
        ["parameters"] = config.Published?.Parameters,
    };

    static JsonNode Describe(ConfigDifference difference)
    {
        JsonObject described = new() { ["path"] = difference.Path };
        // A place that one has not is left out; null is a value.
        if (difference.First is { } a) described["a"] = JsonNode.Parse(a.Json);
        if (difference.Second is { } b) described["b"] = JsonNode.Parse(b.Json);
        return described;
    }

    static JsonNode WithOrigin(ConfigValue value) => new JsonObject
    {
        ["path"] = value.Path,
        ["value"] = JsonNode.Parse(value.Json),
        ["source"] = value.Origin.Source,
        ["line"] = value.Origin.Line > 0 ? value.Origin.Line : null,
    };

    static Table Table(IEnumerable<DetectionConfig> configs)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("name"), new TableColumn("AVA"), new TableColumn("network"), new TableColumn("clip"),
            new TableColumn("published mAP").RightAligned(), new TableColumn("parameters").RightAligned());
        foreach (DetectionConfig config in configs)
        {
            string[] cells =
            [
                config.Name, config.Data.Version ?? "", config.Summary, config.ClipForm,
                Invariant($"{config.Published?.MeanAveragePrecision:F4}"), Invariant($"{config.Published?.Parameters:N0}"),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        return table;
    }

    static void Write(char sign, ConfigValue? value)
    {
        if (value is not null) Terminal.WriteResult($"{sign} {value.Path} = {value.Json}");
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
