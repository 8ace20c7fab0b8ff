namespace MlAva.Video.Tests;

/// <summary>A fact about permissions on Unix, which do not hold for root; skipped there, and on Windows.</summary>
public sealed class NoRootFactAttribute : FactAttribute
{
    public NoRootFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs Unix permissions" : Environment.IsPrivilegedProcess ? "root may read everything" : null;
}
