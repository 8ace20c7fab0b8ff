namespace MlAva.Video;

/// <summary>Puts frames side by side in one picture.</summary>
public static class ContactSheet
{
    /// <summary>All frames of a clip in one row.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="gap">Pixels between and around the frames.</param>
    /// <param name="background">Colour of the gaps; null for white.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gap"/> is negative.</exception>
    public static RgbImage Filmstrip(VideoClip clip, int gap = 2, RgbColor? background = null)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return Grid(clip, clip.Frames, gap, background);
    }

    /// <summary>All frames of a clip in rows.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="columns">Frames in a row, at least 1.</param>
    /// <param name="gap">Pixels between and around the frames.</param>
    /// <param name="background">Colour of the gaps; null for white.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static RgbImage Grid(VideoClip clip, int columns, int gap = 2, RgbColor? background = null)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return Compose(clip.Frames, clip.Size, i => clip.Frame(i), columns, gap, background);
    }

    /// <summary>Pictures in rows; each takes the place of the largest.</summary>
    /// <param name="pictures">At least one picture.</param>
    /// <param name="columns">Pictures in a row, at least 1.</param>
    /// <param name="gap">Pixels between and around the pictures.</param>
    /// <param name="background">Colour of the gaps; null for white.</param>
    /// <exception cref="ArgumentException">There is no picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static RgbImage Grid(IReadOnlyList<RgbImage> pictures, int columns, int gap = 2, RgbColor? background = null)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (pictures.Count == 0) throw new ArgumentException("A contact sheet needs at least one picture.", nameof(pictures));
        FrameSize cell = new(pictures.Max(p => p.Width), pictures.Max(p => p.Height));
        return Compose(pictures.Count, cell, i => pictures[i].Pixels, columns, gap, background, i => pictures[i].Size);
    }

    static RgbImage Compose(
        int count, FrameSize cell, Func<int, Span<byte>> pixels, int columns, int gap, RgbColor? background, Func<int, FrameSize>? size = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        columns = Math.Min(columns, count);
        int rows = (count + columns - 1) / columns;
        RgbImage sheet = new(new(checked(columns * (cell.Width + gap) + gap), checked(rows * (cell.Height + gap) + gap)));
        FramePainter painter = sheet.Painter;
        painter.Fill(0, 0, sheet.Width, sheet.Height, background ?? RgbColor.White);
        for (int i = 0; i < count; i++)
            painter.Picture(gap + i % columns * (cell.Width + gap), gap + i / columns * (cell.Height + gap), pixels(i), size?.Invoke(i) ?? cell);
        return sheet;
    }
}
