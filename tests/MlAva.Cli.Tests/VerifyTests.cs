using System.Text.Json;
using MlAva.Networks;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

public sealed class VerifyTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static string Shipped(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    [Fact]
    public void A_folder_of_cases_agrees_and_each_quantity_is_shown()
    {
        Tool run = Tool.Run("verify", Path.Combine(AppContext.BaseDirectory, "Golden")).ExitsWith(0);
        foreach (string word in (string[])["tiny_slowonly", "tiny_slowonly_nl", "tiny_slowfast", "slow features", "RoI features", "logits", "scores", "loss", "gradients", "4 of 4 cases agree"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_off_is_named_and_fails()
    {
        string file = CopyCase("cls_score.npy");
        byte[] bytes = File.ReadAllBytes(file);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), 1000f);
        File.WriteAllBytes(file, bytes);

        Tool run = Tool.Run("verify", _folder.Path, "--json").ExitsWith(1);

        using JsonDocument report = JsonDocument.Parse(run.Output);
        JsonElement only = Assert.Single(report.RootElement.EnumerateArray());
        Assert.False(only.GetProperty("isWithin").GetBoolean());
        JsonElement logits = only.GetProperty("quantities").EnumerateArray().Single(q => q.GetProperty("name").GetString() == "logits");
        Assert.False(logits.GetProperty("isWithin").GetBoolean());
        Assert.InRange(logits.GetProperty("maxAbsoluteDifference").GetDouble(), 900, 1100);
        Assert.Contains("reference 1000", logits.GetProperty("remark").GetString(), StringComparison.Ordinal);
        Assert.Contains("OVER", Tool.Run("verify", _folder.Path).ExitsWith(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reduced_precision_is_compared_in_scoring_only()
    {
        Tool run = Tool.Run("verify", Shipped("tiny_slowonly"), "--precision", "bfloat16").ExitsWith(0);
        Assert.Contains("not compared: training", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("gradients", run.Output, StringComparison.Ordinal);
        Assert.Equal(Processor.MultipliesBFloat16 == false, run.Errors.Contains("does not multiply bfloat16", StringComparison.Ordinal));
        Assert.DoesNotContain("bfloat16", Tool.Run("verify", Shipped("tiny_slowonly"), "--scoring-only").ExitsWith(0).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_refused_in_words()
    {
        Tool.Run("verify", _folder.File("none")).Refuses("none", "no such folder");
        Tool.Run("verify", _folder.Path).Refuses("config.json", "no such file");
        Tool.Run("verify", Shipped("tiny_slowonly"), "--device", "tpu").Refuses("--device", "cpu, cuda or cuda:N");
        Tool.Run("verify", Shipped("tiny_slowonly"), "--slack", "0").Refuses("Slack", "above 0");
        string checkpoint = CopyCase("checkpoint.pth");
        File.WriteAllBytes(checkpoint, File.ReadAllBytes(checkpoint)[..5000]);
        Tool.Run("verify", _folder.Path).Refuses("checkpoint.pth", "expected");
    }

    /// <summary>Cases that cannot be read hide nothing of the others, and exit code 2 has the last word.</summary>
    [Fact]
    public void All_cases_are_told_where_some_cannot_be_read()
    {
        File.WriteAllText(CopyCase("config.json"), "{");
        string[] arguments = ["verify", _folder.Path, Shipped("tiny_slowonly_nl"), _folder.File("none"), "--scoring-only"];

        Tool run = Tool.Run(arguments).ExitsWith(2);

        foreach (string word in (string[])["config.json", "expected JSON", "none", "no such folder"]) Assert.Contains(word, run.Errors, StringComparison.Ordinal);
        Assert.Contains("logits", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 3 cases cannot be run", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 3 cases agree", run.Output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(Tool.Run([.. arguments, "--json"]).ExitsWith(2).Output);
        Assert.Equal([false, true, false], report.RootElement.EnumerateArray().Select(c => c.GetProperty("isWithin").GetBoolean()));
        Assert.Contains("config.json", report.RootElement[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, report.RootElement[1].GetProperty("error").ValueKind);
    }

    string CopyCase(string file)
    {
        foreach (string source in Directory.GetFiles(Shipped("tiny_slowonly"))) File.Copy(source, _folder.File(Path.GetFileName(source)), overwrite: true);
        return _folder.File(file);
    }
}
