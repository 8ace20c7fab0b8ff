using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MlAva.Video;

/// <summary>Reads small files into pooled memory; on Unix without leaving garbage behind, for a clip may be 32 of them.</summary>
static partial class FrameFile
{
    const int PathLimit = 1024, CloseOnExec = 0x80000, MacCloseOnExec = 0x1000000;

    /// <summary>Reads a whole file.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">Its name in there.</param>
    /// <param name="buffer">Empty, or from an earlier call; exchanged for a longer one from the shared pool where needed. To be given back by the caller.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ReadOnlySpan<byte> Read(string folder, scoped ReadOnlySpan<char> name, ref byte[] buffer)
    {
        if (!OperatingSystem.IsWindows() && TryReadNatively(folder, name, ref buffer, out int length)) return buffer.AsSpan(0, length);
        using SafeFileHandle handle = File.OpenHandle(Path.Combine(folder, name.ToString()));
        int read = 0, whole = checked((int)RandomAccess.GetLength(handle));
        Enlarge(ref buffer, whole);
        while (read < whole && RandomAccess.Read(handle, buffer.AsSpan(read, whole - read), read) is var more and > 0) read += more;
        return buffer.AsSpan(0, read);
    }

    /// <summary>Makes the buffer at least that long; what was in it is kept.</summary>
    public static void Enlarge(ref byte[] buffer, int length)
    {
        if (buffer.Length >= length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        buffer.CopyTo(larger, 0);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    // Any failure is left to the managed way, which knows how to say it.
    static unsafe bool TryReadNatively(string folder, ReadOnlySpan<char> name, ref byte[] buffer, out int length)
    {
        length = 0;
        Span<byte> path = stackalloc byte[PathLimit];
        if (!Encoding.UTF8.TryGetBytes(folder, path, out int at) || at + 2 > path.Length) return false;
        path[at++] = (byte)'/';
        if (!Encoding.UTF8.TryGetBytes(name, path[at..^1], out int more)) return false;
        path[at + more] = 0;
        int file;
        fixed (byte* start = path) file = Open(start, OperatingSystem.IsMacOS() ? MacCloseOnExec : CloseOnExec);
        if (file < 0) return false;
        try
        {
            while (true)
            {
                if (length == buffer.Length) Enlarge(ref buffer, Math.Max(64 << 10, checked(buffer.Length * 2)));
                nint read;
                fixed (byte* start = buffer) read = Read(file, start + length, (nuint)(buffer.Length - length));
                if (read < 0) return false;
                if (read == 0) return true;
                length += (int)read;
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "open")]
    private static unsafe partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
