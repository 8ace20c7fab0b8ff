using System.Diagnostics;
using System.Globalization;

namespace MlAva.Tests.Preparation;

/// <summary>A file system in memory that is soon full; only root may make one.</summary>
sealed class SmallDisk : IDisposable
{
    public SmallDisk(string path, int kilobytes)
    {
        Path = path;
        Directory.CreateDirectory(path);
        Assert.True(Mount(path, kilobytes), "The small disk could not be mounted.");
    }

    public string Path { get; }

    /// <summary>Whether this machine lets one be made.</summary>
    public static bool IsPossible { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Try();

    static bool Try()
    {
        string folder = Directory.CreateTempSubdirectory("mlava-disk-").FullName;
        bool mounted = Mount(folder, 64);
        if (mounted) Run("umount", folder);
        Directory.Delete(folder);
        return mounted;
    }

    static bool Mount(string path, int kilobytes) =>
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={kilobytes}k"), "tmpfs", path);

    static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose() => Run("umount", Path);
}
