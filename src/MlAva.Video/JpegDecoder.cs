namespace MlAva.Video;

/// <summary>Which library decodes JPEG frames. All give the same pixels.</summary>
public enum JpegDecoder
{
    /// <summary>libjpeg-turbo where the machine has it, the embedded decoder elsewhere.</summary>
    Automatic,

    /// <summary>The decoder that comes with the package: SkiaSharp.</summary>
    Embedded,

    /// <summary>libjpeg-turbo's <c>libturbojpeg</c>; an error where it does not load.</summary>
    LibjpegTurbo,
}
