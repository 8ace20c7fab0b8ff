namespace MlAva.Tests;

/// <summary>A theory that needs a shell with awk, tr and tail and is skipped, with the reason, where they are missing.</summary>
public sealed class AwkTheoryAttribute : TheoryAttribute
{
    public AwkTheoryAttribute()
    {
        if (!((string[])["/usr/bin/awk", "/bin/awk"]).Any(File.Exists) || !File.Exists("/bin/sh")) Skip = "needs /bin/sh and awk";
    }
}
