namespace MlAva.Diagnostics;

/// <summary>The command that installs a program on this system, by its package manager.</summary>
static class InstallCommand
{
    public static string ForFfmpeg()
    {
        if (OperatingSystem.IsWindows()) return "winget install Gyan.FFmpeg";
        if (OperatingSystem.IsMacOS()) return "brew install ffmpeg";
        string[] family = LinuxFamily();
        return family.Any(f => f is "debian" or "ubuntu") ? "sudo apt-get install -y ffmpeg"
            : family.Any(f => f is "fedora") ? "sudo dnf install -y ffmpeg-free"
            : family.Any(f => f is "rhel" or "centos") ? "sudo dnf install -y epel-release && sudo dnf install -y ffmpeg-free"
            : family.Any(f => f is "arch") ? "sudo pacman -S ffmpeg"
            : family.Any(f => f is "alpine") ? "sudo apk add ffmpeg"
            : family.Any(f => f is "suse" or "opensuse") ? "sudo zypper install ffmpeg"
            : "install the package 'ffmpeg' (apt-get, dnf, pacman, zypper or apk, by your distribution)";
    }

    /// <summary>ID and ID_LIKE of /etc/os-release.</summary>
    static string[] LinuxFamily()
    {
        const string File = "/etc/os-release";
        if (!System.IO.File.Exists(File)) return [];
        return [.. System.IO.File.ReadLines(File)
            .Where(l => l.StartsWith("ID=", StringComparison.Ordinal) || l.StartsWith("ID_LIKE=", StringComparison.Ordinal))
            .SelectMany(l => l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"').Split(' '))];
    }
}
