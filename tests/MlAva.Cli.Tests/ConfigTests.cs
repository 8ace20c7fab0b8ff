using System.Text.Json;
using MlAva.Configs;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary><c>mlava config</c>: what there is, what it says, where it differs.</summary>
public sealed class ConfigTests : IDisposable
{
    const string SlowOnly = "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";
    const string Omni = "slowonly_omnisource_pretrained_r50_4x16x1_20e_ava_rgb";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static string[] Run(params string[] arguments)
    {
        Tool run = Tool.Run(["config", .. arguments]).ExitsWith(0);
        Assert.Equal("", run.Errors);
        return run.Output.TrimEnd('\n').Split('\n');
    }

    static JsonElement Json(params string[] arguments)
    {
        using JsonDocument document = JsonDocument.Parse(string.Join('\n', Run([.. arguments, "--json"])));
        return document.RootElement.Clone();
    }

    [Fact]
    public void The_list_has_a_line_for_each_published_configuration()
    {
        string[] lines = Run("list");

        foreach (string name in DetectionConfig.Names) Assert.Single(lines, l => l.Contains($" {name} ", StringComparison.Ordinal));
        string[] words = lines.Single(l => l.Contains($" {SlowOnly} ", StringComparison.Ordinal))
            .Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal([SlowOnly, "2.1", "SlowOnly R50", "4x16", "0.2010", "31,800,465"], words);
        Assert.Contains("published mAP", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_is_there_as_JSON()
    {
        JsonElement[] all = [.. Json("list").EnumerateArray()];

        Assert.Equal(DetectionConfig.Names, all.Select(c => c.GetProperty("name").GetString()));
        JsonElement infer = all.Single(c => c.GetProperty("name").GetString() == "lfb_slowonly_r50_ava_infer");
        Assert.Equal(JsonValueKind.Null, infer.GetProperty("meanAveragePrecision").ValueKind);
        Assert.Equal("configs/detection/lfb/lfb_slowonly_r50_ava_infer.json", infer.GetProperty("path").GetString());
    }

    [Fact]
    public void A_configuration_is_shown_in_the_form_that_set_takes()
    {
        string[] lines = Run("show", $"configs/detection/ava/{SlowOnly}.py");

        Assert.Contains("training.batchSize = 16", lines);
        Assert.Contains("model.backbone.pathway.spatialStrides = [1,2,2,1]", lines);
        Assert.Contains("model.sharedHead = null", lines);
        Assert.Contains("training.optimizer.weightDecay = 1e-05", lines);
    }

    [Fact]
    public void Origins_are_file_and_line_override_or_default()
    {
        string mine = _folder.Write("mine.json", $"{{\n  \"extends\": \"{SlowOnly}\",\n  \"training\": {{\n    \"epochs\": 7\n  }}\n}}");

        string[] lines = Run("show", mine, "--origins", "--set", "training.batchSize=8", "--set", "clip.mean=[1,2,3]");

        Assert.Contains($"training.epochs = 7  # {mine}:4", lines);
        Assert.Contains("training.batchSize = 8  # override 'training.batchSize=8'", lines);
        Assert.Contains("clip.mean = [1,2,3]  # override 'clip.mean=[1,2,3]'", lines);
        Assert.Contains("model.sharedHead = null  # default", lines);
        string[] shipped = File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "configs", "detection", "ava", SlowOnly + ".json"));
        int line = Array.FindIndex(shipped, l => l.Contains("\"clipLength\"", StringComparison.Ordinal)) + 1;
        Assert.Contains($"clip.sampling.clipLength = 4  # configs/detection/ava/{SlowOnly}.json:{line}", lines);
        JsonElement[] values = [.. Json("show", mine, "--origins").EnumerateArray()];
        JsonElement epochs = values.Single(v => v.GetProperty("path").GetString() == "training.epochs");
        Assert.Equal((7, mine, 4), (epochs.GetProperty("value").GetInt32(), epochs.GetProperty("source").GetString(),
            epochs.GetProperty("line").GetInt32()));
        JsonElement head = values.Single(v => v.GetProperty("path").GetString() == "model.sharedHead");
        Assert.Equal(("default", JsonValueKind.Null), (head.GetProperty("source").GetString(), head.GetProperty("line").ValueKind));
    }

    [Fact]
    public void What_is_shown_as_JSON_is_a_configuration()
    {
        string whole = _folder.Write("whole.json", string.Join('\n', Run("show", SlowOnly, "--json", "--set", "training.epochs=3")));

        Assert.Equal(3, DetectionConfig.Load(whole).Training!.Epochs);
        Assert.Equal(["no differences"], Run("diff", SlowOnly, whole, "--set", "training.epochs=20"));
    }

    [Fact]
    public void Differences_are_lines_with_minus_and_plus()
    {
        Assert.Equal(["- training.epochs = 20", "+ training.epochs = 3"], Run("diff", SlowOnly, "--set", "training.epochs=3"));
        string[] lines = Run("diff", SlowOnly, Omni);
        Assert.Contains("- published.meanAveragePrecision = 0.201", lines);
        Assert.Contains("+ published.meanAveragePrecision = 0.218", lines);
        Assert.Equal(lines.Count(l => l.StartsWith('-')), lines.Count(l => l.StartsWith('+')));
    }

    [Fact]
    public void A_place_that_one_has_not_is_left_out_of_the_JSON()
    {
        JsonElement[] differences = [.. Json("diff", SlowOnly, "--set", "model.sharedHead.type=ActorRelation").EnumerateArray()];

        JsonElement gone = differences.Single(d => d.GetProperty("path").GetString() == "model.sharedHead");
        Assert.Equal(JsonValueKind.Null, gone.GetProperty("a").ValueKind);
        Assert.False(gone.TryGetProperty("b", out _));
        Assert.Equal(2304, differences.Single(d =>
            d.GetProperty("path").GetString() == "model.sharedHead.channels").GetProperty("b").GetInt32());
    }

    [Fact]
    public void The_schema_is_printed_as_it_is_committed() => Assert.Equal(
        File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "configs", "schema", "detection.schema.json")), Run("schema"));

    [Fact]
    public void What_is_wrong_is_refused_with_its_place()
    {
        string mine = _folder.Write("mine.json", $"{{\n  \"extends\": \"{SlowOnly}\",\n  \"trainig\": {{}}\n}}");

        Tool.Run("config", "show", mine).Refuses($"{mine}:3: trainig: found an unknown key", "did you mean 'training'?");
        Tool.Run("config", "show", "slowonly_r50_4x16x1").Refuses("slowonly_r50_4x16x1", "did you mean slowonly_");
        Tool.Run("config", "diff", SlowOnly, "--set", "training.epochs=x").Refuses("override 'training.epochs=x'", "a whole number");
        Tool.Run("config", "show", SlowOnly, "--set", "model.head.focalGamma=-1").Refuses("focalGamma: found -1; expected 0 or more");
    }
}
