namespace MlAva.Video;

/// <summary>A colour of an 8-bit RGB picture.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct RgbColor(byte R, byte G, byte B)
{
    /// <summary>Black.</summary>
    public static RgbColor Black => new(0, 0, 0);

    /// <summary>White.</summary>
    public static RgbColor White => new(255, 255, 255);

    /// <summary>Black or white, whichever is easier to read on this colour.</summary>
    public RgbColor Readable => 299 * R + 587 * G + 114 * B > 140_000 ? Black : White;

    /// <summary>A colour for the n-th person or class; neighbours differ clearly, and the colours never run out.</summary>
    /// <param name="index">Any number.</param>
    public static RgbColor Distinct(int index)
    {
        // Steps of the golden angle spread the hues evenly however many are taken.
        double hue = (uint)index * 0.618033988749895 % 1 * 6, value = 235 - 35 * ((uint)index / 12 % 3);
        double rising = value * (0.25 + 0.75 * (hue % 1)), falling = value * (1 - 0.75 * (hue % 1)), low = value * 0.25;
        var (r, g, b) = (int)hue switch
        {
            0 => (value, rising, low),
            1 => (falling, value, low),
            2 => (low, value, rising),
            3 => (low, falling, value),
            4 => (rising, low, value),
            _ => (value, low, falling),
        };
        return new((byte)r, (byte)g, (byte)b);
    }
}
