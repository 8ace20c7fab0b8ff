using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace MlAva.Networks;

/// <summary>
/// Makes TorchSharp's native library loadable where the system's libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04, RHEL 9).
/// Executables built in this repository carry a mended copy already; notebooks and file-based apps load the library from the package
/// cache, so there a mended private copy is loaded first. Runs by itself before anything of MlAva.Networks is used.
/// </summary>
public static class TorchRuntime
{
    const string Library = "libLibTorchSharp.so";
    const string MissingVersion = "GLIBCXX_3.4.32";
    static readonly Lazy<string> State = new(Try);

    /// <summary>
    /// Does the work once; later calls return at once. Call it before using TorchSharp without MlAva.Networks. Never throws: where the
    /// library cannot be made loadable, TorchSharp itself fails at its first use.
    /// </summary>
    /// <returns>What was done, or why it could not be, in words (<c>mlava doctor</c> prints it).</returns>
    public static string EnsureLoadable() => State.Value;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The library must be mended before TorchSharp's own static constructor looks for it.")]
    internal static void Initialise()
    {
        OpenMpWaiting.Configure();
        MemoryReuse.Configure();
        EnsureLoadable();
    }

    // Runs in the module initialiser, where an error would keep all of MlAva.Networks from use, even what needs no native code.
    static string Try()
    {
        try
        {
            return Prepare();
        }
        catch (Exception e)
        {
            return $"native library left as shipped, as it could not be mended: {e.Message}";
        }
    }

    static string Prepare()
    {
        if (!OperatingSystem.IsLinux()) return "native library as shipped";
        IReadOnlyList<string> folders = SearchFolders();
        string? library = folders.Select(f => Path.Combine(f, Library)).FirstOrDefault(File.Exists);
        if (library is null) return $"{Library} not found beside the program; add the package TorchSharp-cpu (or TorchSharp-cuda-linux)";
        byte[] image = File.ReadAllBytes(library);
        if (!ElfVersionNeed.Relax(image, MissingVersion)) return $"native library mended at build time: {library}";

        string? torch = folders.FirstOrDefault(f => File.Exists(Path.Combine(f, "libtorch_cpu.so")));
        if (torch is null) return $"libtorch_cpu.so not found; add the package TorchSharp-cpu (or TorchSharp-cuda-linux)";
        // libLibTorchSharp.so names these as needed, and its private copy lies in another folder.
        foreach (string dependency in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"]) NativeLibrary.Load(Path.Combine(torch, dependency));
        if (NativeLibrary.TryLoad(library, out _)) return $"native library as shipped: {library}";
        return $"native library mended at run time: {LoadPrivateCopy(image)}";
    }

    static List<string> SearchFolders()
    {
        List<string> folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string listed) folders.AddRange(listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        // A notebook kernel loads TorchSharp from the package cache: its native library lies two folders up, libtorch's beside the package.
        string? package = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(TorchSharp.torch).Assembly.Location)));
        if (package is not null)
        {
            folders.Add(Path.Combine(package, "runtimes", "linux-x64", "native"));
            string? cache = Path.GetDirectoryName(Path.GetDirectoryName(package));
            string libtorch = Path.Combine(cache ?? "", "libtorch-cpu-linux-x64");
            if (Directory.Exists(libtorch)) folders.AddRange(Directory.GetDirectories(libtorch).Select(v => Path.Combine(v, "runtimes", "linux-x64", "native")));
        }
        return folders;
    }

    /// <summary>
    /// Loads a copy of the image from the user's own folder, where it is kept, or else (no home, read-only or noexec) from a fresh
    /// temporary folder, where it is removed as soon as it is loaded. Both are open to the user alone.
    /// </summary>
    [SupportedOSPlatform("linux")]
    static string LoadPrivateCopy(byte[] image)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string reason = "the user has no folder for application data";
        if (home.Length > 0)
        {
            try
            {
                string copy = WritePrivateCopy(Path.Combine(home, "mlava", "native", Convert.ToHexString(SHA256.HashData(image))[..16]), image);
                NativeLibrary.Load(copy);
                return copy;
            }
            catch (Exception e)
            {
                reason = e.Message;
            }
        }
        string? temporary = null;
        try
        {
            temporary = Directory.CreateTempSubdirectory("mlava-native-").FullName; // made by this call, for this user only
            string copy = WritePrivateCopy(temporary, image);
            NativeLibrary.Load(copy);
            return $"{copy}, removed once loaded ({reason})";
        }
        catch (Exception e)
        {
            throw new IOException($"no private copy of {Library} could be loaded: {reason}; {e.Message}", e);
        }
        finally
        {
            if (temporary is not null) TryDelete(temporary);
        }
    }

    [SupportedOSPlatform("linux")]
    static string WritePrivateCopy(string folder, byte[] image)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string copy = Path.Combine(folder, Library);
        // A copy is native code that will run: only its content says that it is the one meant, and whole.
        if (File.Exists(copy) && new FileInfo(copy).Length == image.Length && File.ReadAllBytes(copy).AsSpan().SequenceEqual(image)) return copy;
        string temporary = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, copy, overwrite: true); // atomic: two processes may start at once
        }
        finally
        {
            TryDelete(temporary);
        }
        return copy;
    }

    static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover in a temporary place harms nobody; the error that led here, if any, is the one to hear of.
        }
    }
}
