namespace MlAva.Configs;

/// <summary>
/// A configuration cannot be read or makes no sense. The message names file, line, place, what was found and what was expected, for each
/// problem.
/// </summary>
public sealed class ConfigException : FormatException
{
    /// <param name="problems">What is wrong; at least one.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public ConfigException(IReadOnlyList<ConfigProblem> problems, Exception? inner = null)
        : base(string.Join('\n', problems), inner) => Problems = problems;

    /// <param name="origin">Where it was written.</param>
    /// <param name="path">The value's place; empty where the fault is in no value.</param>
    /// <param name="found">What stands there.</param>
    /// <param name="expected">What should stand there.</param>
    /// <param name="mend">What the user can do about it, where there is more to say.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public ConfigException(
        ConfigOrigin origin, string path, string found, string expected, string? mend = null, Exception? inner = null)
        : this([new(origin, path, found, expected, mend)], inner)
    {
    }

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }
}
