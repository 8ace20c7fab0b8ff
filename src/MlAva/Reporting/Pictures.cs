using MlAva.Video;

namespace MlAva.Reporting;

/// <summary>Sizes of pictures.</summary>
static class Pictures
{
    /// <summary>The picture, made smaller where its longer side is beyond <paramref name="edge"/> pixels.</summary>
    public static RgbImage Within(RgbImage picture, int edge)
    {
        // Halves first, which are means of 2×2 pixels: bilinear steps beyond two would leave pixels out.
        while (picture.Size.LongEdge >= 2 * edge && picture.Size.ShortEdge > 1) picture = Resized(picture, ClipResize.Scaled(picture.Size, 0.5));
        return picture.Size.LongEdge <= edge ? picture : Resized(picture, ClipResize.Scaled(picture.Size, (double)edge / picture.Size.LongEdge));
    }

    /// <summary>The picture at exactly this width, its proportions kept.</summary>
    public static RgbImage OfWidth(RgbImage picture, int width)
    {
        while (picture.Width >= 2 * width && picture.Height > 1) picture = Resized(picture, ClipResize.Scaled(picture.Size, 0.5));
        return Resized(picture, new(width, Math.Max(1, (int)Math.Round((double)picture.Height * width / picture.Width))));
    }

    static RgbImage Resized(RgbImage picture, FrameSize size)
    {
        RgbImage result = new(size);
        ClipResize.Resize(picture.Pixels, picture.Size, result.Pixels, size);
        return result;
    }
}
