using MlAva.TestSupport;

namespace MlAva.Video.Tests;

/// <summary>A fact that needs libjpeg-turbo, and perhaps reference data; skipped, with the reason, where they are absent.</summary>
public sealed class TurboFactAttribute : FactAttribute
{
    public TurboFactAttribute(string path = "") => Skip = FrameDecoders.WhyNotTurbo is { } reason ? $"needs libjpeg-turbo: {reason}"
        : path.Length == 0 ? null
        : SharedData.Root is null || !Path.Exists(SharedData.Path(path)) ? $"needs {path} in the reference data" : null;
}
