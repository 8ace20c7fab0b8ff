namespace MlAva.Persons;

/// <summary>What stays where it is: for every pixel the colour that most of the frames agree about, be it in less than half of them.</summary>
sealed class Background
{
    const int Agreement = 12, Threshold = 14;
    const int GhostRounds = 32, GhostReach = 2;
    const double LeastShadow = 0.7, ShadowChroma = 0.035, LeastGhost = 0.004, GhostEdges = 1.15;

    readonly byte[] _pixels, _light;

    Background(byte[] pixels, byte[] light) => (_pixels, _light) = (pixels, light);

    public static Background Of(IReadOnlyList<SmallFrame> frames)
    {
        int count = frames[0].Light.Length;
        byte[] pixels = new byte[count * 3], light = new byte[count];
        Span<byte> values = stackalloc byte[frames.Count], sorted = stackalloc byte[frames.Count];
        for (int i = 0; i < count; i++)
        {
            for (int f = 0; f < values.Length; f++) values[f] = frames[f].Light[i];
            values.CopyTo(sorted);
            sorted.Sort();
            int best = 0, most = 0;
            for (int low = 0, high = 0; low < sorted.Length; low++)
            {
                while (high < sorted.Length && sorted[high] - sorted[low] <= Agreement) high++;
                if (high - low > most) (most, best) = (high - low, low);
            }
            int from = sorted[best], to = sorted[best + most - 1], r = 0, g = 0, b = 0, sum = 0;
            for (int f = 0; f < values.Length; f++)
            {
                if (values[f] < from || values[f] > to) continue;
                byte[] colors = frames[f].Pixels;
                r += colors[i * 3];
                g += colors[i * 3 + 1];
                b += colors[i * 3 + 2];
                sum += values[f];
            }
            (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2], light[i]) = ((byte)(r / most), (byte)(g / most), (byte)(b / most), (byte)(sum / most));
        }
        Background background = new(pixels, light);
        for (int i = 0; i < GhostRounds; i++) background.RemoveGhosts(frames[i * frames.Count / GhostRounds]);
        return background;
    }

    /// <summary>
    /// Somebody who stands at one place for most of the time gets into the background, and would be seen where nobody is. The outline tells: it is an edge
    /// in the background then, and none in the frame, which takes the background's place there.
    /// </summary>
    void RemoveGhosts(SmallFrame frame)
    {
        byte[] mask = Difference(frame);
        int width = frame.Width, height = frame.Height;
        foreach (Mask.Piece piece in Mask.Pieces(mask, width, height, 1).Where(p => p.Area >= LeastGhost * mask.Length))
        {
            long here = 0, there = 0;
            foreach (int i in piece.Pixels)
            {
                int x = i % width, y = i / width;
                if (x < GhostReach + 1 || y < GhostReach + 1 || x >= width - GhostReach - 1 || y >= height - GhostReach - 1) continue;
                if (mask[i - 1] > 0 && mask[i + 1] > 0 && mask[i - width] > 0 && mask[i + width] > 0) continue;
                here += Edge(frame.Light, i, width);
                there += Edge(_light, i, width);
            }
            if (there < GhostEdges * here) continue;
            foreach (int i in piece.Pixels)
            {
                frame.Pixels.AsSpan(i * 3, 3).CopyTo(_pixels.AsSpan(i * 3));
                _light[i] = frame.Light[i];
            }
        }
    }

    /// <summary>The steepest change of light around a pixel.</summary>
    static int Edge(byte[] light, int at, int width)
    {
        int most = 0;
        for (int dy = -GhostReach; dy <= GhostReach; dy++)
        {
            for (int i = at + dy * width - GhostReach; i <= at + dy * width + GhostReach; i++)
                most = Math.Max(most, Math.Max(Math.Abs(light[i + 1] - light[i - 1]), Math.Abs(light[i + width] - light[i - width])));
        }
        return most;
    }

    /// <summary>How much each pixel of a frame is not the background, 0 where it may be noise, a change of the whole light or a soft shadow.</summary>
    public byte[] Difference(SmallFrame frame)
    {
        (int Red, int Green, int Blue) shift = (Shift(frame, 0), Shift(frame, 1), Shift(frame, 2));
        byte[] difference = new byte[_light.Length];
        for (int i = 0; i < difference.Length; i++)
        {
            int r = frame.Pixels[i * 3] - shift.Red, g = frame.Pixels[i * 3 + 1] - shift.Green, b = frame.Pixels[i * 3 + 2] - shift.Blue;
            int r0 = _pixels[i * 3], g0 = _pixels[i * 3 + 1], b0 = _pixels[i * 3 + 2];
            int most = Math.Max(Math.Abs(r - r0), Math.Max(Math.Abs(g - g0), Math.Abs(b - b0)));
            difference[i] = IsShadow(r, g, b, r0, g0, b0) ? (byte)0 : (byte)Math.Min(255, most);
        }
        return Mask.Threshold(Mask.Blur(difference, frame.Width, frame.Height), Threshold);
    }

    /// <summary>Darker by the same share in every colour, and not by much.</summary>
    static bool IsShadow(int r, int g, int b, int r0, int g0, int b0)
    {
        if (r >= r0 || g >= g0 || b >= b0) return false;
        double sum = r + g + b, sum0 = r0 + g0 + b0;
        return sum > LeastShadow * sum0 && Math.Abs(r / sum - r0 / sum0) < ShadowChroma && Math.Abs(b / sum - b0 / sum0) < ShadowChroma;
    }

    /// <summary>The median change of a colour: exposure, not persons.</summary>
    int Shift(SmallFrame frame, int color)
    {
        Span<int> counts = stackalloc int[511];
        int total = 0;
        for (int i = 0; i < _light.Length; i += 3, total++) counts[frame.Pixels[i * 3 + color] - _pixels[i * 3 + color] + 255]++;
        int sum = 0, shift = 0;
        while (sum * 2 < total) sum += counts[shift++];
        return shift - 256;
    }
}
