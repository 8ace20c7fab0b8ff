namespace MlAva.Video;

/// <summary>A frame is there but cannot be decoded, or not as the rest of its clip. The message names file, frame, what was found, what was expected and the mend.</summary>
public sealed class FrameDecodeException : FormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="frame">The frame's index, where it is one of several in the file; null otherwise.</param>
    /// <param name="found">What is there.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="mend">What the user can do about it.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public FrameDecodeException(string file, int? frame, string found, string expected, string mend, Exception? inner = null)
        : base($"{file}{(frame is { } index ? $", frame {index}" : "")}: found {found}; expected {expected}. To mend: {mend}", inner) =>
        (File, Frame, Found, Expected, Mend) = (file, frame, found, expected, mend);

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The frame's index, where it is one of several in the file; null otherwise.</summary>
    public int? Frame { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What the user can do about it.</summary>
    public string Mend { get; }
}
