namespace MlAva.Video.Tests;

/// <summary>A fact that needs FFmpeg's libraries and programs, and perhaps reference data; skipped, with the reason, where they are absent.</summary>
public sealed class LibavFactAttribute : FactAttribute
{
    public LibavFactAttribute(string path = "") => Skip = LibavStore.WhyNot ?? Ffmpeg.WhyNot(path);
}

/// <summary>A theory that needs FFmpeg's libraries and programs, and perhaps reference data; skipped, with the reason, where they are absent.</summary>
public sealed class LibavTheoryAttribute : TheoryAttribute
{
    public LibavTheoryAttribute(string path = "") => Skip = LibavStore.WhyNot ?? Ffmpeg.WhyNot(path);
}
