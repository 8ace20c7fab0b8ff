using MlAva.Video;

namespace MlAva.Reporting;

/// <summary>Colours of persons in pictures: bright on any picture, and apart for colour-blind eyes too (after Okabe and Ito).</summary>
static class PersonColors
{
    static readonly RgbColor[] Colors = [new(0x56, 0xB4, 0xE9), new(0xF5, 0xB0, 0x2E), new(0xE3, 0x8A, 0xBB), new(0x3C, 0xC9, 0x9A), new(0xF0, 0xE4, 0x42), new(0xF2, 0x7E, 0x4A)];

    /// <summary>The colour of the n-th person, from 0.</summary>
    public static RgbColor Of(int index) => Colors[index % Colors.Length];

    /// <summary>The same for CSS: <c>#56b4e9</c>.</summary>
    public static string Css(int index) => Of(index) is var c ? $"#{c.R:x2}{c.G:x2}{c.B:x2}" : "";
}
