namespace MlAva.Pickle;

/// <summary>A pickle is damaged, truncated, or asks for something that the restricted reader refuses to do.</summary>
public sealed class PickleException : FormatException
{
    /// <summary>Creates the error; the position is appended to the message.</summary>
    /// <param name="message">What is wrong, without the position.</param>
    /// <param name="position">Byte offset, counted from where the reader began, of the opcode at fault.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public PickleException(string message, long position, Exception? inner = null)
        : base($"{message} (at byte {position} of the pickle)", inner)
        => Position = position;

    /// <summary>Byte offset, counted from where the reader began, of the opcode at fault.</summary>
    public long Position { get; }
}
