using System.Globalization;
using System.Runtime.InteropServices;

namespace MlAva.Cli.Tests;

/// <summary>Sends signals to processes.</summary>
static partial class PosixSignals
{
    /// <summary>Why signals cannot be sent to children here, or null.</summary>
    public static string? WhyNot => !OperatingSystem.IsLinux() ? "sends a POSIX signal"
        : Ignores(PosixSignalNumber.Interrupt) ? "this process ignores SIGINT, and so would its children"
        : null;

    public static void Send(int process, PosixSignalNumber signal)
    {
        if (Kill(process, (int)signal) != 0) throw new InvalidOperationException($"kill: error {Marshal.GetLastPInvokeError()}");
    }

    static bool Ignores(PosixSignalNumber signal)
    {
        string mask = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..]
            .Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> ((int)signal - 1) & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
