namespace MlAva.Tests.Preparation;

/// <summary>A test that needs the FFmpeg programs; skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute()
    {
        if (!Clips.HasFfmpeg) Skip = "The FFmpeg programs are not on this machine.";
    }
}
