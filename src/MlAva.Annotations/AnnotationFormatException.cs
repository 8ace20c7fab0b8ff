namespace MlAva.Annotations;

/// <summary>An AVA file holds something that cannot be read. The message names file, row, what was found, what was expected and the mend.</summary>
public sealed class AnnotationFormatException : FormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="row">1-based row, or 0 when the fault is not in a row.</param>
    /// <param name="found">What stands there.</param>
    /// <param name="expected">What should stand there.</param>
    /// <param name="mend">What the user can do about it.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public AnnotationFormatException(string file, long row, string found, string expected, string mend, Exception? inner = null)
        : base($"{file}{(row > 0 ? $":{row}" : "")}: found {found}; expected {expected}. To mend: {mend}", inner)
    {
        File = file;
        Row = row;
        Found = found;
        Expected = expected;
        Mend = mend;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>1-based row, or 0 when the fault is not in a row.</summary>
    public long Row { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }

    /// <summary>What should stand there.</summary>
    public string Expected { get; }

    /// <summary>What the user can do about it.</summary>
    public string Mend { get; }
}
