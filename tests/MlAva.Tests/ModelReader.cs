using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using MlAva.TestSupport;

namespace MlAva.Tests;

/// <summary>Loads models in a process of its own, which names no type of ours, and scores a keyframe of the small set: video "video" at 902 s.</summary>
static class ModelReader
{
    /// <summary>The lines that it prints: types, columns, scores, class names.</summary>
    public static string[] Run(SmallSet set, string model)
    {
        string reader = Path.Combine(SharedData.RepositoryRoot, "tests", "MlAva.ModelReader", "bin",
            AppContext.BaseDirectory.Contains("Debug", StringComparison.Ordinal) ? "Debug" : "Release", "net10.0", new DirectoryInfo(AppContext.BaseDirectory).Name,
            "MlAva.ModelReader.dll");
        ProcessStartInfo start = new("dotnet", [reader, model, set.Source(0), "902"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static float[] ScoresIn(string[] lines) =>
        [.. lines.Single(l => l.StartsWith("score ", StringComparison.Ordinal))[6..].Split(',').Select(s => float.Parse(s, CultureInfo.InvariantCulture))];

    /// <summary>The scores of the same keyframe in this process.</summary>
    public static float[] ScoreHere(SmallSet set, MLContext context, ITransformer model)
    {
        using PredictionEngine<Keyframe, Scored> engine = context.Model.CreatePredictionEngine<Keyframe, Scored>(model, new PredictionEngineOptions { OwnsTransformer = false });
        return engine.Predict(new() { VideoId = "video", Timestamp = 902, Source = set.Source(0), Proposals = [0.1f, 0.1f, 0.6f, 0.9f, 1, 0.3f, 0.2f, 0.9f, 0.8f, 0.95f] }).Score;
    }

    sealed class Keyframe
    {
        public string VideoId { get; set; } = "";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";

        public float[] Proposals { get; set; } = [];
    }

    sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
