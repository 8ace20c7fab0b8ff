using System.Numerics;

namespace MlAva.Persons;

/// <summary>
/// What stays where it is: for every pixel the colour that most of the frames agree about, be it in less than half of them.
/// </summary>
sealed class Background
{
    const int Agreement = 12, Threshold = 14;
    const int GhostFrames = 32, GhostWitnesses = 3, GhostReach = 2;
    const double LeastShadow = 0.7, ShadowChroma = 0.035, LeastGhost = 0.001, GhostEdges = 1.5;

    readonly byte[] _pixels, _light;

    Background(byte[] pixels, byte[] light) => (_pixels, _light) = (pixels, light);

    /// <param name="frames">Frames of one shot, all of one size.</param>
    /// <param name="rounds">How often to look for ghosts; they come off piece by piece.</param>
    public static Background Of(IReadOnlyList<SmallFrame> frames, int rounds)
    {
        int count = frames[0].Light.Length;
        Background background = new(new byte[count * 3], new byte[count]);
        int[] all = [.. Enumerable.Range(0, frames.Count)];
        for (int i = 0; i < count; i++) background.Agree(frames, all, i, 1);
        for (int round = 0; round < rounds; round++) background.RemoveGhosts(frames);
        return background;
    }

    /// <summary>Takes for a pixel the colour that most of some frames have, where enough of them agree.</summary>
    void Agree(IReadOnlyList<SmallFrame> frames, ReadOnlySpan<int> which, int pixel, int least)
    {
        Span<byte> sorted = stackalloc byte[which.Length];
        for (int f = 0; f < sorted.Length; f++) sorted[f] = frames[which[f]].Light[pixel];
        sorted.Sort();
        int best = 0, most = 0;
        for (int low = 0, high = 0; low < sorted.Length; low++)
        {
            while (high < sorted.Length && sorted[high] - sorted[low] <= Agreement) high++;
            if (high - low > most) (most, best) = (high - low, low);
        }
        if (most < least) return;
        int from = sorted[best], to = sorted[best + most - 1], count = 0;
        Span<byte> red = stackalloc byte[most], green = stackalloc byte[most], blue = stackalloc byte[most];
        foreach (int f in which)
        {
            byte[] colors = frames[f].Pixels;
            if (frames[f].Light[pixel] is var light && (light < from || light > to)) continue;
            (red[count], green[count], blue[count]) = (colors[pixel * 3], colors[pixel * 3 + 1], colors[pixel * 3 + 2]);
            count++;
        }
        // Colours may differ where luminance does not: the median, which is one of them, and no mean.
        red.Sort();
        green.Sort();
        blue.Sort();
        (_pixels[pixel * 3], _pixels[pixel * 3 + 1], _pixels[pixel * 3 + 2]) = (red[count / 2], green[count / 2], blue[count / 2]);
        _light[pixel] = sorted[best + most / 2];
    }

    /// <summary>
    /// Somebody who stands at one place for most of the time gets into the background, and would be seen where nobody is. The outline
    /// tells: it is an edge
    /// in the background then, and none in the frame. What several such frames agree about takes the background's place.
    /// </summary>
    void RemoveGhosts(IReadOnlyList<SmallFrame> frames)
    {
        int[] looked = [.. Enumerable.Range(0, GhostFrames).Select(i => i * frames.Count / GhostFrames).Distinct()];
        uint[] ghosts = new uint[_light.Length];
        for (int f = 0; f < looked.Length; f++)
        {
            SmallFrame frame = frames[looked[f]];
            byte[] mask = Difference(frame);
            foreach (Mask.Piece piece in Mask.Pieces(mask, frame.Width, frame.Height, 1))
            {
                if (piece.Area < LeastGhost * mask.Length || !IsGhost(frame, mask, piece)) continue;
                foreach (int pixel in piece.Pixels) ghosts[pixel] |= 1u << f;
            }
        }
        Span<int> which = stackalloc int[GhostFrames];
        for (int i = 0; i < ghosts.Length; i++)
        {
            if (BitOperations.PopCount(ghosts[i]) < GhostWitnesses) continue;
            int count = 0;
            for (int f = 0; f < looked.Length; f++)
                if ((ghosts[i] >> f & 1) != 0) which[count++] = looked[f];
            Agree(frames, which[..count], i, GhostWitnesses);
        }
    }

    bool IsGhost(SmallFrame frame, byte[] mask, Mask.Piece piece)
    {
        int width = frame.Width, height = frame.Height;
        long here = 0, there = 0;
        foreach (int i in piece.Pixels)
        {
            int x = i % width, y = i / width;
            if (x < GhostReach + 1 || y < GhostReach + 1 || x >= width - GhostReach - 1 || y >= height - GhostReach - 1) continue;
            if (mask[i - 1] > 0 && mask[i + 1] > 0 && mask[i - width] > 0 && mask[i + width] > 0) continue;
            here += Edge(frame.Light, i, width);
            there += Edge(_light, i, width);
        }
        return there > GhostEdges * here;
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

    /// <summary>
    /// How much each pixel of a frame is not the background, 0 where it may be noise, a change of the whole light or a soft shadow.
    /// </summary>
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
