namespace MlAva.Annotations.Tests;

/// <summary>A test of links and devices, which other systems keep elsewhere or let only administrators make.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Links and devices are tested on Linux.";
    }
}
