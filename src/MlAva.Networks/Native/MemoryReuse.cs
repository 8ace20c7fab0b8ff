using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MlAva.Networks;

/// <summary>
/// How GNU's C library deals with large pieces of memory. By default it hands those above 32 MiB back to the system at once, and getting them again, page by
/// page, takes longer than the layer that fills them; feature maps of clips are that large. Here freed memory is kept for the next feature map.
/// </summary>
static partial class MemoryReuse
{
    const int TrimThreshold = -1, MapThreshold = -3; // M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
    static readonly string[] Choices = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"];

    /// <summary>Sets both limits for this process unless the user chose any.</summary>
    [SuppressMessage("Performance", "CA1806", Justification = "Where the limits are refused everything works, only slower.")]
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux() || Choices.Any(c => Environment.GetEnvironmentVariable(c) is not null)) return;
        try
        {
            SetOption(MapThreshold, 1 << 30);
            SetOption(TrimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with ways of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
