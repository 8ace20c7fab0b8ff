namespace MlAva.Checkpoints;

/// <summary>A download failed. The message names the address or the file, what was found, what was expected and the mend.</summary>
public sealed class CheckpointDownloadException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="place">The address, or the file at fault.</param>
    /// <param name="found">What came.</param>
    /// <param name="expected">What should have come.</param>
    /// <param name="mend">What the user can do about it.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public CheckpointDownloadException(string place, string found, string expected, string mend, Exception? inner = null)
        : base($"{place}: found {found}; expected {expected}. To mend: {mend}", inner)
    {
        Place = place;
        Found = found;
        Expected = expected;
        Mend = mend;
    }

    /// <summary>The address, or the file at fault.</summary>
    public string Place { get; }

    /// <summary>What came.</summary>
    public string Found { get; }

    /// <summary>What should have come.</summary>
    public string Expected { get; }

    /// <summary>What the user can do about it.</summary>
    public string Mend { get; }
}
