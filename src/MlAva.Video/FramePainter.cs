namespace MlAva.Video;

/// <summary>
/// Draws boxes and text on the pixels of one RGB frame. Everything is clipped to the frame. Text uses a built-in 5×7 bitmap font (printable ASCII; other
/// characters show as a hollow box), so that it needs no fonts on the machine and looks the same everywhere.
/// </summary>
public readonly ref struct FramePainter
{
    /// <summary>Width of a character with its gap, in font pixels.</summary>
    public const int CharacterWidth = 6;

    /// <summary>Height of a line with its gap, in font pixels.</summary>
    public const int LineHeight = 9;

    readonly Span<byte> _pixels;
    readonly FrameSize _size;

    /// <summary>Draws on a frame, for example <see cref="VideoClip.Frame"/>.</summary>
    /// <param name="pixels">[H, W, 3], RGB.</param>
    /// <param name="size">The frame's size.</param>
    /// <exception cref="ArgumentException">There are fewer pixels than the size says.</exception>
    public FramePainter(Span<byte> pixels, FrameSize size)
    {
        if (pixels.Length < VideoClip.ByteCount(1, size)) throw new ArgumentException($"A frame of {size} has {size.ByteCount} bytes, not {pixels.Length}.", nameof(pixels));
        _pixels = pixels;
        _size = size;
    }

    /// <summary>The size that a text takes, in pixels; lines are parted by line feeds.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is below 1.</exception>
    public static FrameSize Measure(string text, int scale = 2)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        string[] lines = text.Split('\n');
        return new(Math.Max(1, lines.Max(l => l.Length) * CharacterWidth * scale), lines.Length * LineHeight * scale);
    }

    /// <summary>Fills a rectangle.</summary>
    /// <param name="x">Left edge.</param>
    /// <param name="y">Top edge.</param>
    /// <param name="width">Pixels from left to right.</param>
    /// <param name="height">Pixels from top to bottom.</param>
    /// <param name="color">The colour.</param>
    /// <param name="opacity">0 leaves the frame as it is, 1 covers it.</param>
    public void Fill(int x, int y, int width, int height, RgbColor color, double opacity = 1)
    {
        int right = (int)Math.Min(_size.Width, (long)x + width), bottom = (int)Math.Min(_size.Height, (long)y + height);
        int weight = (int)Math.Round(Math.Clamp(opacity, 0, 1) * 256);
        for (int row = Math.Max(0, y); row < bottom; row++)
        {
            for (int column = Math.Max(0, x); column < right; column++)
            {
                Span<byte> pixel = _pixels.Slice((row * _size.Width + column) * 3, 3);
                pixel[0] += (byte)((color.R - pixel[0]) * weight >> 8);
                pixel[1] += (byte)((color.G - pixel[1]) * weight >> 8);
                pixel[2] += (byte)((color.B - pixel[2]) * weight >> 8);
            }
        }
    }

    /// <summary>Draws the outline of a box; the lines lie inside its edges. A box whose coordinates are not finite draws nothing.</summary>
    /// <param name="x1">Left edge in pixels.</param>
    /// <param name="y1">Top edge in pixels.</param>
    /// <param name="x2">Right edge in pixels.</param>
    /// <param name="y2">Bottom edge in pixels.</param>
    /// <param name="color">The colour.</param>
    /// <param name="thickness">Width of the line in pixels, at least 1.</param>
    public void Box(float x1, float y1, float x2, float y2, RgbColor color, int thickness = 2)
    {
        if (!float.IsFinite(x1 + y1 + x2 + y2)) return;
        int left = Pixel(x1, _size.Width), top = Pixel(y1, _size.Height), right = Pixel(x2, _size.Width), bottom = Pixel(y2, _size.Height);
        int line = Math.Max(1, thickness), width = Math.Max(line, right - left), height = Math.Max(line, bottom - top);
        Fill(left, top, width, Math.Min(line, height), color);
        Fill(left, top + height - line, width, line, color);
        Fill(left, top, Math.Min(line, width), height, color);
        Fill(left + width - line, top, line, height, color);
    }

    /// <summary>Writes text with its top left corner at a point.</summary>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Top edge in pixels.</param>
    /// <param name="text">The text; line feeds begin new lines.</param>
    /// <param name="color">The colour.</param>
    /// <param name="scale">Pixels for one pixel of the font.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is below 1.</exception>
    public void Text(int x, int y, string text, RgbColor color, int scale = 2)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        int left = x;
        foreach (char character in text)
        {
            if (character == '\n')
            {
                (x, y) = (left, y + LineHeight * scale);
                continue;
            }

            ReadOnlySpan<byte> rows = BitmapFont.Rows(character);
            for (int row = 0; row < rows.Length; row++)
            {
                for (int column = 0; column < BitmapFont.Width; column++)
                    if ((rows[row] >> (BitmapFont.Width - 1 - column) & 1) != 0) Fill(x + column * scale, y + row * scale, scale, scale, color);
            }

            x += CharacterWidth * scale;
        }
    }

    /// <summary>Writes text on a plate. The plate is moved so that it lies inside the frame where it fits.</summary>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Bottom edge of the plate in pixels, so that it stands on a box's top edge.</param>
    /// <param name="text">The text; line feeds begin new lines.</param>
    /// <param name="plate">The plate's colour; the text is black or white, whichever is easier to read.</param>
    /// <param name="scale">Pixels for one pixel of the font.</param>
    /// <param name="opacity">The plate's opacity, 0–1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is below 1.</exception>
    public void Label(int x, int y, string text, RgbColor plate, int scale = 2, double opacity = 0.8)
    {
        FrameSize size = Measure(text, scale);
        int width = size.Width + scale, height = size.Height + scale;
        int left = Math.Max(0, Math.Min(x, _size.Width - width)), top = Math.Max(0, Math.Min(y - height, _size.Height - height));
        Fill(left, top, width, height, plate, opacity);
        Text(left + scale, top + scale, text, plate.Readable, scale);
    }

    /// <summary>Draws a box with a label on its top edge.</summary>
    /// <param name="x1">Left edge in pixels.</param>
    /// <param name="y1">Top edge in pixels.</param>
    /// <param name="x2">Right edge in pixels.</param>
    /// <param name="y2">Bottom edge in pixels.</param>
    /// <param name="text">The text; empty draws the box only.</param>
    /// <param name="color">Colour of box and plate.</param>
    /// <param name="thickness">Width of the line in pixels.</param>
    /// <param name="scale">Pixels for one pixel of the font.</param>
    public void LabelledBox(float x1, float y1, float x2, float y2, string text, RgbColor color, int thickness = 2, int scale = 2)
    {
        ArgumentNullException.ThrowIfNull(text);
        Box(x1, y1, x2, y2, color, thickness);
        if (text.Length > 0 && float.IsFinite(x1 + y1 + x2 + y2)) Label(Pixel(x1, _size.Width), Pixel(y1, _size.Height), text, color, scale);
    }

    /// <summary>Copies a picture into the frame.</summary>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Top edge in pixels.</param>
    /// <param name="rgb">[h, w, 3].</param>
    /// <param name="size">Its size.</param>
    /// <exception cref="ArgumentException">There are fewer pixels than the size says.</exception>
    public void Picture(int x, int y, ReadOnlySpan<byte> rgb, FrameSize size)
    {
        if (rgb.Length < size.ByteCount) throw new ArgumentException($"A picture of {size} has {size.ByteCount} bytes, not {rgb.Length}.", nameof(rgb));
        int left = Math.Max(0, x), right = (int)Math.Min(_size.Width, (long)x + size.Width);
        if (left >= right) return;
        for (int row = Math.Max(0, -y); row < size.Height && y + row < _size.Height; row++)
            rgb.Slice((row * size.Width + left - x) * 3, (right - left) * 3).CopyTo(_pixels[(((y + row) * _size.Width + left) * 3)..]);
    }

    // Far outside stays outside, without overflow.
    static int Pixel(float value, int limit) => (int)MathF.Round(Math.Clamp(value, -limit - 1f, 2f * limit + 1));
}
