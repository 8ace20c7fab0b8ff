using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MlAva.Networks;

/// <summary>
/// How libtorch's OpenMP threads wait for each other. By default GNU's runtime spins for milliseconds, which wastes the processor that a clip loader or
/// another program could use: training beside other work was seen to fall to a fifth of its speed. A short spin keeps small operations fast.
/// </summary>
static partial class OpenMpWaiting
{
    const string SpinCount = "GOMP_SPINCOUNT", Policy = "OMP_WAIT_POLICY";

    /// <summary>Sets the spin count for this process unless the user chose one. The runtime reads it when it is loaded, so this must come before.</summary>
    [SuppressMessage("Performance", "CA1806", Justification = "Without the variable everything works, only slower beside other programs.")]
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Environment.GetEnvironmentVariable(SpinCount) is not null || Environment.GetEnvironmentVariable(Policy) is not null) return;
        // .NET keeps a copy of the environment of its own; native code sees only what libc is told.
        SetEnvironment(SpinCount, "1000", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
