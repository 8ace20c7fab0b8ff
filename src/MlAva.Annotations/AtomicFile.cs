namespace MlAva.Annotations;

/// <summary>
/// Writes files so that a killed process leaves the last good one: to a temporary name beside it, flushed, then moved into place.
/// A symbolic link stays and its target is replaced; a device, pipe or socket is written to, never replaced.
/// </summary>
public static class AtomicFile
{
    const int MaxLinks = 40; // as Linux follows at most

    /// <summary>
    /// Writes a file; its folder is made where it is missing. On any error the temporary file is removed and the old file stays.
    /// </summary>
    /// <param name="path">The file to write or replace; links are followed. Devices and pipes get the content once it is whole.</param>
    /// <param name="write">Writes the content; the stream can seek.</param>
    /// <exception cref="IOException">The file cannot be written, or links lead in a circle.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = FollowLinks(Path.GetFullPath(path));
        string folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        using (FileStream? special = OpenUnlessReplaceable(full))
        {
            if (special is not null)
            {
                WriteThrough(special, write);
                return;
            }
        }
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Writes a text file as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file to write or replace; see <see cref="Write"/>.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    static string FollowLinks(string path)
    {
        string at = path;
        for (int links = 0; IsLink(at); links++)
        {
            if (links == MaxLinks) throw new IOException($"'{path}' is a symbolic link that leads through more than {MaxLinks} others.");
            // Links of /proc (so /dev/stdout, /dev/fd/3) may name what has no path, such as pipe:[123]; only the link itself opens it.
            string next = File.ResolveLinkTarget(at, returnFinalTarget: false)!.FullName;
            bool ofProcess = at.StartsWith("/proc/", StringComparison.Ordinal) || at.StartsWith("/dev/fd/", StringComparison.Ordinal);
            if (ofProcess && !File.Exists(next)) return at;
            at = next;
        }
        return at;
    }

    static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null; // false where there is nothing, too

    /// <summary>
    /// Null for a regular file and for none; otherwise the open device, pipe or socket (opened once: a pipe's reader sees its end when
    /// a writer closes). .NET does not tell the kinds apart, but only a regular file can be given a length.
    /// </summary>
    static FileStream? OpenUnlessReplaceable(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        bool link = IsLink(path);
        if (!link && new FileInfo(path).Length > 0) return null;
        FileStream stream;
        try
        {
            stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (UnauthorizedAccessException) when (!link)
        {
            return null; // an empty read-only file may be replaced; in a device's folder the temporary file fails with the reason
        }
        if (link || !TryTruncate(stream)) return stream;
        stream.Dispose();
        return null;
    }

    static bool TryTruncate(FileStream stream)
    {
        try
        {
            stream.SetLength(0);
            return true;
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            return false;
        }
    }

    static void WriteThrough(FileStream target, Action<Stream> write)
    {
        string temporary = Path.Combine(Path.GetTempPath(), $"mlava-{Guid.NewGuid():N}.tmp");
        using FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        write(stream);
        stream.Position = 0;
        TryTruncate(target); // what only a link leads to may be a regular file after all
        stream.CopyTo(target);
        target.Flush();
    }

    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller is to hear of the error that led here, not of this one.
        }
    }
}
