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

    /// <summary>
    /// The frame moved so that it lies on another as well as it can: what a camera that turns a little does, undone. Itself where it lies
    /// there already, or
    /// where less than two edges of the picture move along: that is somebody who walks, and no camera.
    /// </summary>
    public SmallFrame LaidOn(SmallFrame other)
    {
        const int Coarse = 4, Reach = 16;
        (int x, int y) = Best(other, 0, 0, Reach, Coarse);
        (x, y) = Best(other, x, y, Coarse - 1, 1);
        return (x == 0 && y == 0) || !EdgesMove(other, x, y) ? this : Moved(x, y);
    }

    (int X, int Y) Best(SmallFrame other, int x, int y, int reach, int step)
    {
        (int bestX, int bestY, long least) = (x, y, Misfit(other, x, y, 0, 0, Width, Height));
        for (int dy = -reach; dy <= reach; dy += step)
        {
            for (int dx = -reach; dx <= reach; dx += step)
            {
                // A little more than equal, so that noise does not move what stands still.
                if (Misfit(other, x + dx, y + dy, 0, 0, Width, Height) is var misfit && misfit < least - least / 32) (bestX, bestY, least) = (x + dx, y + dy, misfit);
            }
        }
        return (bestX, bestY);
    }

    bool EdgesMove(SmallFrame other, int x, int y)
    {
        const int Part = 6, Enough = 2;
        int across = Width / Part, down = Height / Part;
        (int Left, int Top, int Right, int Bottom)[] edges =
            [(0, 0, Width, down), (0, Height - down, Width, Height), (0, 0, across, Height), (Width - across, 0, Width, Height)];
        return edges.Count(e => Misfit(other, x, y, e.Left, e.Top, e.Right, e.Bottom) is var moved
            && Misfit(other, 0, 0, e.Left, e.Top, e.Right, e.Bottom) is var still && moved < still - still / 16) >= Enough;
    }

    /// <summary>How badly the two agree in a part of the other, people who move counted little.</summary>
    long Misfit(SmallFrame other, int x, int y, int left, int top, int right, int bottom)
    {
        const int Stride = 3, Most = 24;
        long sum = 0, count = 0;
        for (int row = Math.Max(top, -y); row < Math.Min(bottom, Height - y); row += Stride)
        {
            for (int column = Math.Max(left, -x); column < Math.Min(right, Width - x); column += Stride, count++)
                sum += Math.Min(Most, Math.Abs(other.Light[row * Width + column] - Light[(row + y) * Width + column + x]));
        }
        return count == 0 ? long.MaxValue : (sum << 10) / count;
    }

    SmallFrame Moved(int x, int y)
    {
        byte[] pixels = new byte[Pixels.Length], light = new byte[Light.Length];
        for (int row = 0; row < Height; row++)
        {
            for (int column = 0; column < Width; column++)
            {
                int to = row * Width + column, from = Math.Clamp(row + y, 0, Height - 1) * Width + Math.Clamp(column + x, 0, Width - 1);
                light[to] = Light[from];
                Pixels.AsSpan(from * 3, 3).CopyTo(pixels.AsSpan(to * 3));
            }
        }
        return new(Width, Height, pixels, light);
    }
}
