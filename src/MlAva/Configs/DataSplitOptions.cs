namespace MlAva.Configs;

/// <summary>The files of one split; relative paths start at <see cref="DataOptions.Root"/>.</summary>
public sealed record DataSplitOptions
{
    /// <summary>The annotation csv.</summary>
    public string? AnnotationPath { get; init; }

    /// <summary>The excluded timestamps: left out of training, and of evaluation.</summary>
    public string? ExcludePath { get; init; }

    /// <summary>The person boxes (<c>.pkl</c>, <c>.csv</c>); null: the whole frame is the only box.</summary>
    public string? ProposalPath { get; init; }

    /// <summary>The folder of frames, where it is not that of <see cref="DataOptions.FramesPath"/>.</summary>
    public string? FramesPath { get; init; }
}
