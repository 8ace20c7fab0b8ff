using MlAva.Video;

namespace MlAva.Persons;

/// <summary>A frame made small by means over whole blocks of pixels, which takes its noise away, too.</summary>
sealed class SmallFrame
{
    const double ShortSide = 144;

    SmallFrame(int width, int height, byte[] pixels, byte[] light) => (Width, Height, Pixels, Light) = (width, height, pixels, light);

    public int Width { get; }

    public int Height { get; }

    /// <summary>[H, W, 3], RGB.</summary>
    public byte[] Pixels { get; }

    /// <summary>[H, W]: luminance.</summary>
    public byte[] Light { get; }

    public static SmallFrame Of(ReadOnlySpan<byte> frame, FrameSize size)
    {
        int block = Math.Max(1, (int)Math.Round(size.ShortEdge / ShortSide));
        int width = Math.Max(1, size.Width / block), height = Math.Max(1, size.Height / block), area = block * block;
        byte[] pixels = new byte[width * height * 3], light = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int r = 0, g = 0, b = 0;
                for (int dy = 0; dy < block; dy++)
                {
                    int at = ((y * block + dy) * size.Width + x * block) * 3;
                    for (int dx = 0; dx < block; dx++, at += 3)
                    {
                        r += frame[at];
                        g += frame[at + 1];
                        b += frame[at + 2];
                    }
                }
                int i = y * width + x;
                (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]) = ((byte)(r / area), (byte)(g / area), (byte)(b / area));
                light[i] = (byte)((r * 77 + g * 150 + b * 29) / (area * 256));
            }
        }
        return new(width, height, pixels, light);
    }

    /// <summary>How far two frames are from each other: the mean difference of luminance, 0 to 255.</summary>
    public double Distance(SmallFrame other)
    {
        long sum = 0;
        for (int i = 0; i < Light.Length; i++) sum += Math.Abs(Light[i] - other.Light[i]);
        return (double)sum / Light.Length;
    }
}
