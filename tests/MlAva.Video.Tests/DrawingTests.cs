namespace MlAva.Video.Tests;

public class DrawingTests
{
    static readonly RgbColor Red = new(255, 0, 0);

    static RgbColor At(RgbImage image, int x, int y)
    {
        int i = (y * image.Width + x) * 3;
        return new(image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]);
    }

    static int Count(RgbImage image, RgbColor color)
    {
        int count = 0;
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++) count += At(image, x, y) == color ? 1 : 0;
        return count;
    }

    [Fact]
    public void A_box_is_an_outline_inside_its_edges()
    {
        RgbImage image = new(new(40, 30));
        image.Painter.Box(5, 6, 25, 20, Red, 2);
        Assert.Equal(20 * 14 - 16 * 10, Count(image, Red));
        Assert.Equal(Red, At(image, 5, 6));
        Assert.Equal(Red, At(image, 24, 19));
        Assert.Equal(RgbColor.Black, At(image, 25, 20));
        Assert.Equal(RgbColor.Black, At(image, 12, 12));
    }

    [Fact]
    public void Drawing_beyond_the_frame_is_clipped()
    {
        RgbImage image = new(new(20, 10));
        image.Painter.Box(-1e9f, -5, 1e9f, 1e30f, Red);
        image.Painter.Box(float.NaN, 0, 5, 5, Red);
        image.Painter.Box(4, 4, 4, 4, Red);
        image.Painter.LabelledBox(18, -3, 40, 9, "a very long label\nof two lines", Red);
        image.Painter.Text(-3, -3, "clip", Red);
        image.Painter.Text(1000, 1000, "clip", Red);
        image.Painter.Fill(-5, -5, int.MaxValue, int.MaxValue, Red);
        Assert.Equal(200, Count(image, Red));
        image.Painter.Picture(-2, -1, new byte[5 * 4 * 3], new(5, 4));
        Assert.Equal(3 * 3, Count(image, RgbColor.Black));
        image.Painter.Picture(100, 0, new byte[5 * 4 * 3], new(5, 4));
    }

    [Fact]
    public void Opacity_mixes_with_the_frame()
    {
        RgbImage image = new(new(4, 4));
        image.Painter.Fill(0, 0, 4, 4, RgbColor.White, 0.5);
        Assert.InRange(At(image, 1, 1).R, 126, 129);
        image.Painter.Fill(0, 0, 4, 4, RgbColor.Black, 0.5);
        Assert.InRange(At(image, 1, 1).G, 62, 65);
        image.Painter.Fill(0, 0, 4, 4, Red, 0);
        Assert.InRange(At(image, 1, 1).R, 62, 65);
    }

    [Fact]
    public void All_printable_characters_have_glyphs_of_their_own()
    {
        HashSet<string> glyphs = [];
        for (char c = ' '; c <= '~'; c++)
        {
            RgbImage image = new(new(6, 9));
            image.Painter.Text(0, 0, c.ToString(), Red, 1);
            Assert.Equal(c == ' ', Count(image, Red) == 0);
            glyphs.Add(Convert.ToHexString(image.Pixels));
        }

        Assert.Equal(95, glyphs.Count);
        RgbImage other = new(new(6, 9)), another = new(new(6, 9));
        other.Painter.Text(0, 0, "é", Red, 1);
        another.Painter.Text(0, 0, "走", Red, 1);
        Assert.Equal(other.Pixels, another.Pixels);
        Assert.DoesNotContain(Convert.ToHexString(other.Pixels), glyphs);
    }

    [Fact]
    public void Text_scales_and_breaks_lines()
    {
        Assert.Equal(new FrameSize(3 * 6 * 2, 2 * 9 * 2), FramePainter.Measure("abc\nd", 2));
        RgbImage small = new(new(40, 20)), large = new(new(80, 40));
        small.Painter.Text(1, 1, "Ag\nx", Red, 1);
        large.Painter.Text(2, 2, "Ag\nx", Red, 2);
        Assert.Equal(4 * Count(small, Red), Count(large, Red));
        for (int y = 0; y < 20; y++)
            for (int x = 0; x < 40; x++) Assert.Equal(At(small, x, y), At(large, 2 * x + 1, 2 * y));
    }

    [Fact]
    public void A_label_at_the_edge_moves_inside()
    {
        RgbImage image = new(new(100, 60));
        image.Painter.Label(95, 3, "stand", Red, scale: 1, opacity: 1);
        FrameSize text = FramePainter.Measure("stand", 1);
        Assert.Equal(Red, At(image, 99 - text.Width, 0));
        Assert.Equal((text.Width + 1) * (text.Height + 1), Count(image, Red) + Count(image, Red.Readable));
    }

    [Fact]
    public void Labels_stay_readable_on_every_colour()
    {
        Assert.Equal(RgbColor.Black, RgbColor.White.Readable);
        Assert.Equal(RgbColor.White, RgbColor.Black.Readable);
        Assert.Equal(100, Enumerable.Range(0, 100).Select(RgbColor.Distinct).Distinct().Count());
        RgbColor.Distinct(-1);
    }

    [Fact]
    public void A_filmstrip_puts_frames_side_by_side()
    {
        VideoClip clip = Golden.Scene(5, new(12, 8));
        RgbImage strip = ContactSheet.Filmstrip(clip, gap: 2);
        Assert.Equal(new FrameSize(5 * 14 + 2, 12), strip.Size);
        Assert.Equal(RgbColor.White, At(strip, 0, 0));
        Assert.Equal(RgbColor.White, At(strip, 14, 5));
        for (int i = 0; i < 5; i++) Assert.Equal(clip.Frame(i)[..3].ToArray(), strip.Pixels.AsSpan((2 * strip.Width + 2 + 14 * i) * 3, 3).ToArray());
    }

    [Fact]
    public void A_grid_wraps_and_takes_pictures_of_any_size()
    {
        RgbImage grid = ContactSheet.Grid([new RgbImage(new(10, 4)), new RgbImage(new(6, 8)), new RgbImage(new(2, 2))], columns: 2, gap: 1, background: Red);
        Assert.Equal(new FrameSize(23, 19), grid.Size);
        Assert.Equal(40 + 48 + 4, Count(grid, RgbColor.Black));
        Assert.Equal(23 * 19 - 92, Count(grid, Red));
        Assert.Equal(ContactSheet.Grid(Golden.Scene(3, new(4, 4)), 9).Pixels, ContactSheet.Filmstrip(Golden.Scene(3, new(4, 4))).Pixels);
        Assert.Throws<ArgumentException>(() => ContactSheet.Grid([], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Grid(Golden.Scene(1, new(4, 4)), 0));
    }
}
