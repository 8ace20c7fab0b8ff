namespace MlAva.Networks;

/// <summary>
/// A checkpoint cannot be read, or does not fit the network. The message names the file, what was found and what was expected.
/// </summary>
public sealed class CheckpointFormatException : FormatException
{
    const string UsualMend = "fetch or write the file again, or choose the network that it was made for.";

    /// <summary>Creates the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="found">What stands there.</param>
    /// <param name="expected">What should stand there.</param>
    /// <param name="inner">The error underneath, if any.</param>
    /// <param name="mend">What the user can do about it; null: fetch the file again, or choose another network.</param>
    public CheckpointFormatException(string file, string found, string expected, Exception? inner = null, string? mend = null)
        : base($"{file}: found {found}; expected {expected}. To mend: {mend ?? UsualMend}", inner)
    {
        File = file;
        Found = found;
        Expected = expected;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }

    /// <summary>What should stand there.</summary>
    public string Expected { get; }
}
