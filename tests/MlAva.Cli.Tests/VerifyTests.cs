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

    string CopyCase(string file)
    {
        foreach (string source in Directory.GetFiles(Shipped("tiny_slowonly"))) File.Copy(source, _folder.File(Path.GetFileName(source)), overwrite: true);
        return _folder.File(file);
    }
}
