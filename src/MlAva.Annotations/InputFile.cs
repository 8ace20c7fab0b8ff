using System.Text;

namespace MlAva.Annotations;

/// <summary>Opens the text files of AVA: unpacks gzip, takes pipes, and names what is often found in the place of such a file.</summary>
public static class InputFile
{
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Opens a file or pipe, unpacked if it is gzip (told by its first bytes, not its name).</summary>
    /// <param name="path">The file. A pipe is read whole into a temporary file, and is empty when it is opened again.</param>
    /// <returns>A stream that throws <see cref="InvalidDataException"/> where packed data is damaged or breaks off.</returns>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static Stream Open(string path) => Open(path, out _);

    /// <summary>Opens a file, and gives the one on disk too, whose position tells how far the reading is.</summary>
    internal static Stream Open(string path, out FileStream file)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (!file.CanSeek) file = Keep(file);
        try
        {
            int first = file.ReadByte(), second = file.ReadByte();
            file.Position = 0;
            return first == 0x1f && second == 0x8b ? new WholeGzipStream(file) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What comes out of a pipe, in a file that goes when it is closed: reading takes looking at the start first.</summary>
    static FileStream Keep(FileStream pipe)
    {
        using (pipe)
        {
            FileStream kept = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite,
                FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            try
            {
                pipe.CopyTo(kept);
                kept.Position = 0;
                return kept;
            }
            catch
            {
                kept.Dispose();
                throw;
            }
        }
    }

    /// <summary>Reads a small text file whole, without a byte order mark.</summary>
    internal static string ReadText(string path)
    {
        using Stream stream = Open(path);
        using MemoryStream memory = new();
        try
        {
            stream.CopyTo(memory);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(path, e);
        }
        ReadOnlySpan<byte> bytes = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        CheckStart(path, bytes);
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw NotUtf8(path, 0, e);
        }
    }

    /// <summary>Refuses what only looks like a text file of AVA by its name: a Git LFS pointer, an archive, a web page, a pickle.</summary>
    /// <param name="path">What the error calls the file.</param>
    /// <param name="start">The file's first bytes, unpacked.</param>
    /// <exception cref="AnnotationFormatException">It is something else; says what, and what to do.</exception>
    public static void CheckStart(string path, ReadOnlySpan<byte> start)
    {
        (string Found, string Mend)? wrong =
            start.StartsWith("version https://git-lfs"u8)
                ? ("a Git LFS pointer in place of the data", "run 'git lfs pull' where the file came from, then copy it again")
            : start.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || start.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])
                ? ("UTF-16 text", "save the file as UTF-8")
            : start.StartsWith("PK\u0003\u0004"u8) ? ("a zip archive", "unpack it first")
            : start.TrimStart(" \t\r\n"u8).StartsWith("<!"u8) || start.TrimStart(" \t\r\n"u8).StartsWith("<html"u8)
                ? ("a web page", "download the file itself, not the page that shows it")
            : start.StartsWith((ReadOnlySpan<byte>)[0x80, 2]) || start.StartsWith((ReadOnlySpan<byte>)[0x80, 4])
                ? ("a Python pickle", "give the file as proposals, named .pkl")
            : null;
        if (wrong is { } found) throw new AnnotationFormatException(path, 1, found.Found, "plain UTF-8 text", found.Mend);
    }

    internal static AnnotationFormatException Damaged(string path, InvalidDataException e) =>
        new(path, 0, "damaged gzip data", "a whole gzip file", "download or pack the file again", e);

    internal static AnnotationFormatException NotUtf8(string path, long row, Exception? e) =>
        new(path, row, "bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8", e);
}
