namespace MlAva.Cli.Tests;

/// <summary>A data set on which the tool has trained for two epochs.</summary>
public sealed class TrainedSet : IDisposable
{
    public TrainedSet()
    {
        Tool run = Tool.Run(Set.Train(2)).ExitsWith(0);
        (Output, Errors) = (run.Output, run.Errors);
    }

    public TinySet Set { get; } = new();

    public string Output { get; }

    public string Errors { get; }

    public string Model => Path.Combine(Set.WorkDirectory, "model.zip");

    public string Results => Path.Combine(Set.WorkDirectory, "results.csv");

    public void Dispose() => Set.Dispose();
}
