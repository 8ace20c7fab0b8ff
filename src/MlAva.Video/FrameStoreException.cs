namespace MlAva.Video;

/// <summary>A frame store cannot be opened, or lacks a frame, or its helper program is missing. The message names place, what was found, what was expected and the mend.</summary>
public sealed class FrameStoreException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The folder, file or program.</param>
    /// <param name="frame">The index of the frame that is missing; null when the fault lies elsewhere.</param>
    /// <param name="found">What is there.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="mend">What the user can do about it.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public FrameStoreException(string path, int? frame, string found, string expected, string mend, Exception? inner = null)
        : base($"{path}{(frame is { } index ? $", frame {index}" : "")}: found {found}; expected {expected}. To mend: {mend}", inner) =>
        (Path, Frame, Found, Expected, Mend) = (path, frame, found, expected, mend);

    /// <summary>The folder, file or program.</summary>
    public string Path { get; }

    /// <summary>The index of the frame that is missing; null when the fault lies elsewhere.</summary>
    public int? Frame { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What the user can do about it.</summary>
    public string Mend { get; }
}
