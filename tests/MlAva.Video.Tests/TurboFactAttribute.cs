namespace MlAva.Video.Tests;

/// <summary>A fact that needs libjpeg-turbo; skipped, with the reason, where it does not load.</summary>
public sealed class TurboFactAttribute : FactAttribute
{
    public TurboFactAttribute() => Skip = FrameDecoders.WhyNotTurbo is { } reason ? $"needs libjpeg-turbo: {reason}" : null;
}
