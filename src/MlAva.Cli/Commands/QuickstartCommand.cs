using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MlAva.Annotations;
using MlAva.MiniAva;
using MlAva.Quickstart;
using MlAva.Training;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava quickstart</c>: makes data, trains, evaluates, saves, draws, and scores a video in a fresh process.</summary>
static class QuickstartCommand
{
    static readonly QuickstartOptions Defaults = new();

    public static Command Create()
    {
        Option<string> output = Flags.WithDefault("--output", Defaults.Output, "Where everything goes", "FOLDER");
        Option<int> seed = Flags.WithDefault("--seed", Defaults.Seed, "Where the training's chance starts; the same seed gives the same results.csv on one machine", "N");
        Option<int> epochs = Flags.WithDefault("--epochs", Defaults.Epochs, "Passes over the training data", "N");
        Option<bool> resume = new("--resume") { Description = "Go on from the checkpoint of a run that was stopped" };
        Option<int> trainVideos = Flags.WithDefault("--train-videos", Defaults.Data.TrainVideos, "Videos to train on", "N");
        Option<int> valVideos = Flags.WithDefault("--val-videos", Defaults.Data.ValVideos, "Videos to validate on", "N");
        Option<int> dataSeed = Flags.WithDefault("--data-seed", (int)Defaults.Data.Seed, "Where the data's chance starts", "N");
        return new Verb("quickstart", "Makes mini-ava, a small data set in AVA's formats, trains a detector on it, evaluates it, saves and reloads it, and draws a report.",
            "mlava quickstart", "mlava quickstart --seed 7 --output first-try", "mlava quickstart --resume")
        {
            output, seed, epochs, resume, trainVideos, valVideos, dataSeed,
        }.Does((parsed, terminal, token) =>
        {
            if (parsed.GetValue(dataSeed) is var chance and < 0)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"--data-seed is {chance}; expected at least 0."));
            QuickstartOptions options = Defaults with
            {
                Output = parsed.GetRequiredValue(output),
                Seed = parsed.GetValue(seed),
                Epochs = parsed.GetValue(epochs),
                Resume = parsed.GetValue(resume),
                Data = Defaults.Data with { TrainVideos = parsed.GetValue(trainVideos), ValVideos = parsed.GetValue(valVideos), Seed = (ulong)parsed.GetValue(dataSeed) },
                Command = "mlava " + Shell.Line(parsed.Tokens.Select(t => t.Value)),
                CancellationToken = token,
            };
            return Run(terminal, options, token);
        });
    }

    static int Run(Terminal terminal, QuickstartOptions options, CancellationToken token)
    {
        QuickstartResult result;
        try
        {
            result = ConsoleProgress.Run(terminal, "quickstart", progress => new QuickstartRunner(options with { Progress = new Reporter(progress) }).Run());
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            bool checkpoint = File.Exists(Path.Combine(options.Output, "training", ActionDetectorTrainer.CheckpointFileName));
            Terminal.Note(checkpoint ? $"stopped; go on with: {options.Command}{(options.Resume ? "" : " --resume")}" : "stopped before anything was learnt");
            return ExitCodes.Interrupted;
        }
        Print(terminal, result);
        int rescored = ScoreInFreshProcess(terminal, result, token);
        if (rescored != ExitCodes.Fine) return rescored;
        Terminal.WriteResult("");
        Terminal.WriteResult($"report:  {result.Report}");
        Terminal.WriteResult($"preview: {result.Preview}");
        Terminal.WriteResult($"model:   {result.Model}");
        Terminal.WriteResult($"results: {result.Results}, {result.Metrics}");
        return ExitCodes.Fine;
    }

    static void Print(Terminal terminal, QuickstartResult result)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("class"), new TableColumn("AP").RightAligned(), new TableColumn("keyframe only").RightAligned(), new TableColumn("by frequency").RightAligned(), new TableColumn("gt").RightAligned());
        foreach (Evaluation.ClassResult c in result.Result.Classes)
        {
            string[] cells = [c.Name + (result.MotionOnlyClasses.Contains(c.Id) ? " *" : ""), Figure(c.AveragePrecision), Figure(result.KeyframeOnly.Class(c.Id).AveragePrecision),
                Figure(result.Baseline.Class(c.Id).AveragePrecision), c.NumGroundTruth.ToString(CultureInfo.InvariantCulture)];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        terminal.Results.Write(table);
        Terminal.WriteResult($"mAP@0.5IOU: {Figure(result.Result.MeanAveragePrecision)}   (guessing by class frequency: {Figure(result.Baseline.MeanAveragePrecision)})");
        Terminal.WriteResult($"classes that only motion tells apart (*): {Figure(result.MotionMeanAp)} with motion, {Figure(result.StillMeanAp)} on still keyframes");
    }

    /// <summary>Starts the tool anew on the saved model and a video file, and holds what it finds against the results of this process.</summary>
    static int ScoreInFreshProcess(Terminal terminal, QuickstartResult result, CancellationToken token)
    {
        string scored = Path.Combine(Path.GetDirectoryName(result.Results)!, "video-results.csv");
        string[] arguments = ["score", "--model", result.Model, "--source", result.Video, "--video-id", result.VideoId, "--proposals", result.Data.Proposals(MiniAvaSplit.Val), "--out", scored];
        ProcessStartInfo start = Self(arguments);
        Terminal.Note($"a fresh process loads {Path.GetFileName(result.Model)} and scores {Path.GetFileName(result.Video)}");
        using Process process = Process.Start(start) ?? throw new IOException($"{start.FileName} could not be started again.");
        using CancellationTokenRegistration stop = token.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(token), errors = process.StandardError.ReadToEndAsync(token);
        process.WaitForExit();
        token.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            Console.Error.WriteLine(errors.Result);
            return ExitCodes.Failed;
        }
        Terminal.WriteResult("");
        foreach (string line in output.Result.Split('\n').Take(8)) Terminal.WriteResult(line.TrimEnd());

        DetectionRow[] here = [.. DetectionFile.Enumerate(result.Results, token).Where(d => d.VideoId == result.VideoId)], there = [.. DetectionFile.Enumerate(scored, token)];
        if (!here.AsSpan().SequenceEqual(there))
        {
            Console.Error.WriteLine($"error: {scored} differs from {result.Results}: the reloaded model does not score as the trained one did.");
            return ExitCodes.Failed;
        }
        Terminal.WriteResult($"the reloaded model scores {Path.GetFileName(result.Video)} exactly as before: {there.Length} detections in {scored}");
        return ExitCodes.Fine;
    }

    static ProcessStartInfo Self(string[] arguments)
    {
        string program = Environment.ProcessPath ?? throw new IOException("The path of this program is not known.");
        // 'dotnet mlava.dll' has to name the assembly again; an application host is the program itself.
        bool host = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new(program, host ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    static string Figure(double value) => double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture);

    /// <summary>Shows the stages one after another; a line for every epoch.</summary>
    sealed class Reporter(ConsoleProgress progress) : IProgress<QuickstartProgress>
    {
        readonly TrainingReporter _training = new(progress);
        QuickstartStage? _stage;

        public void Report(QuickstartProgress value)
        {
            if (_stage != value.Stage) progress.Line($"{Name(value.Stage)} …");
            _stage = value.Stage;
            if (value.Training is { } training) _training.Report(training);
            else progress.Report(value.Share, $"{Name(value.Stage)}: {value.Text}");
        }

        static string Name(QuickstartStage stage) => stage switch
        {
            QuickstartStage.Data => "drawing mini-ava",
            QuickstartStage.Training => "training",
            QuickstartStage.Evaluation => "evaluating",
            _ => "report",
        };
    }
}
