namespace MlAva.Tests.Preparation;

/// <summary>A test that needs FFmpeg and the right to mount a small disk; skipped where either is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        if (!Clips.HasFfmpeg || !SmallDisk.IsPossible) Skip = "It takes FFmpeg and the right to mount a file system.";
    }
}
