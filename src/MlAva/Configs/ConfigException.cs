namespace MlAva.Configs;

/// <summary>A configuration cannot be read or makes no sense. The message names file, line, place, what was found and what was expected, for each problem.</summary>
public sealed class ConfigException : FormatException
{
    /// <param name="problems">What is wrong; at least one.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public ConfigException(IReadOnlyList<ConfigProblem> problems, Exception? inner = null)
        : base(string.Join('\n', problems), inner) => Problems = problems;

    /// <param name="problem">What is wrong.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public ConfigException(ConfigProblem problem, Exception? inner = null)
        : this([problem], inner)
    {
    }

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }
}
