using System.Diagnostics;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary><c>mlava quickstart</c>: the whole way, small for what it leaves behind and in full for what it promises.</summary>
public sealed class QuickstartTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_small_run_leaves_everything_and_the_same_seed_gives_the_same_results_to_the_byte()
    {
        Tool run = Tool.Run(Small("first run")).ExitsWith(0);
        foreach (string name in (string[])["model.zip", "results.csv", "metrics.json", "report.html", "preview.png", "video-results.csv", "training/checkpoint.safetensors",
            "mini-ava/annotations/mini_ava_train.csv", "mini-ava/annotations/mini_ava_val_excluded_timestamps.csv", "mini-ava/annotations/mini_ava_proposals_val.pkl"])
            Assert.True(new FileInfo(In("first run", name)) is { Exists: true, Length: > 0 }, name);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), f => f.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Contains("guessing by class frequency", run.Output, StringComparison.Ordinal);
        Assert.Contains("exactly as before", run.Output, StringComparison.Ordinal);
        string report = File.ReadAllText(In("first run", "report.html"));
        Assert.DoesNotContain("http", report.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);

        // The last epoch's mAP is the final one: the same keyframes, the same exclusions.
        using JsonDocument metrics = Metrics("first run");
        Assert.Contains($"epoch 2/2: ", run.Errors, StringComparison.Ordinal);
        string last = run.Errors.Split('\n').Last(l => l.StartsWith("epoch 2/2: ", StringComparison.Ordinal));
        double epoch = double.Parse(last.Split("mAP ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(metrics.RootElement.GetProperty("mAP").GetDouble(), epoch, 0.005);

        Tool.Run(Small("again")).ExitsWith(0);
        Assert.Equal(File.ReadAllBytes(In("first run", "results.csv")), File.ReadAllBytes(In("again", "results.csv")));
        Tool.Run([.. Small("other seed"), "--seed", "2"]).ExitsWith(0);
        Assert.NotEqual(File.ReadAllBytes(In("first run", "results.csv")), File.ReadAllBytes(In("other seed", "results.csv")));
    }

    [SignalTheory]
    [InlineData(PosixSignalNumber.Interrupt)]
    public void A_stopped_run_goes_on_and_ends_as_one_that_was_not_stopped(PosixSignalNumber signal)
    {
        Tool.Run(Small("whole")).ExitsWith(0);
        Tool stopped = Tool.RunUntil("epoch 1/", signal, Small("stopped")).ExitsWith(130);
        Assert.Contains("--resume", stopped.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(In("stopped", "training/checkpoint.safetensors")));
        Assert.False(File.Exists(In("stopped", "model.zip")));
        Tool.Run([.. Small("stopped"), "--resume"]).ExitsWith(0);
        Assert.Equal(File.ReadAllBytes(In("whole", "results.csv")), File.ReadAllBytes(In("stopped", "results.csv")));
    }

    [Fact]
    public void A_checkpoint_of_other_data_is_refused()
    {
        Tool.Run(Small("mixed")).ExitsWith(0);
        Tool.Run([.. Small("mixed"), "--data-seed", "5", "--resume"]).Refuses("checkpoint.safetensors", "data");
    }

    [Fact]
    public async Task The_full_run_learns_what_it_promises()
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "MlAva.Cli.dll"), "quickstart", "--output", In("full", "")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.HasExited)
        {
            process.Refresh();
            if (!process.HasExited) peak = Math.Max(peak, process.PeakWorkingSet64);
            await Task.Delay(500);
        }
        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.InRange(peak, 1, 2_000_000_000);

        using JsonDocument metrics = Metrics("full");
        JsonElement root = metrics.RootElement, motion = root.GetProperty("motionOnlyClasses");
        Assert.InRange(root.GetProperty("mAP").GetDouble(), 0.8, 1);
        Assert.True(root.GetProperty("baselineMAP").GetDouble() < 0.3, "guessing by frequency is far below");
        Assert.True(motion.GetProperty("drop").GetDouble() >= 0.3, $"motion is worth {motion.GetProperty("drop")}");
        Assert.True(motion.GetProperty("ids").GetArrayLength() >= 4);
        Assert.True(root.GetProperty("classes").GetArrayLength() >= 8);
        Assert.Equal(3, root.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("group").GetString()).Distinct().Count());

        // The tool's own evaluation of the written file gives the same mean.
        string annotations = In("full", "mini-ava/annotations/");
        Tool.Run("evaluate", "--annotations", annotations + "mini_ava_val.csv", "--detections", In("full", "results.csv"), "--label-map", annotations + "mini_ava_action_list.pbtxt",
            "--exclude", annotations + "mini_ava_val_excluded_timestamps.csv", "--json", In("full", "again.json")).ExitsWith(0);
        using JsonDocument again = JsonDocument.Parse(File.ReadAllText(In("full", "again.json")));
        Assert.Equal(root.GetProperty("mAP").GetDouble(), again.RootElement.GetProperty("mAP").GetDouble(), 12);
        Assert.True(DetectionFile.Enumerate(In("full", "results.csv")).All(d => d.Score > 0.002 - 0.0005));
    }

    string In(string run, string name) => Path.Combine(_folder.Path, run, name);

    JsonDocument Metrics(string run) => JsonDocument.Parse(File.ReadAllText(In(run, "metrics.json")));

    string[] Small(string run) => ["quickstart", "--output", In(run, ""), "--train-videos", "3", "--val-videos", "2", "--epochs", "2"];
}
