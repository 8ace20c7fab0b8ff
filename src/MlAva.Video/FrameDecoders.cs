namespace MlAva.Video;

/// <summary>
/// The decoders for pictures: the embedded one, which is always there, and libjpeg-turbo, which is used when it loads (Debian, Ubuntu: <c>libturbojpeg0</c>, <c>libturbojpeg</c>).
/// Both give the same pixels for every sound picture, and refuse the same ones; damaged data that neither notices may come out differently. What libjpeg-turbo does not take (PNG, four colour components, turned or damaged pictures) goes to the embedded one.
/// </summary>
public static class FrameDecoders
{
    /// <summary>SkiaSharp, part of the package.</summary>
    public static IFrameDecoder Embedded { get; } = new SkiaFrameDecoder();

    /// <summary>libjpeg-turbo; null where it does not load: <see cref="WhyNotTurbo"/> has the reason.</summary>
    public static IFrameDecoder? Turbo { get; } = TurboFrameDecoder.TryLoad(Embedded);

    /// <summary>Why <see cref="Turbo"/> is null; null when it is not.</summary>
    public static string? WhyNotTurbo => Turbo is null ? TurboFrameDecoder.WhyNot : null;

    /// <summary>The fastest there is.</summary>
    public static IFrameDecoder Default => Turbo ?? Embedded;

    /// <summary>The decoder that an option asks for.</summary>
    /// <exception cref="FrameStoreException">libjpeg-turbo is asked for and does not load.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    public static IFrameDecoder Get(JpegDecoder choice) => choice switch
    {
        JpegDecoder.Automatic => Default,
        JpegDecoder.Embedded => Embedded,
        JpegDecoder.LibjpegTurbo => Turbo ?? throw new FrameStoreException("libturbojpeg", null, WhyNotTurbo!, "libjpeg-turbo's library",
            $"install it (Debian: apt-get install libturbojpeg0; Ubuntu: libturbojpeg; macOS: brew install jpeg-turbo), or set {nameof(FrameStoreOptions)}.{nameof(FrameStoreOptions.Decoder)} to "
            + nameof(JpegDecoder.Automatic)),
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "There is no such decoder."),
    };
}
