using SkiaSharp;

namespace MlAva.Video;

/// <summary>The embedded decoder: JPEG and PNG through SkiaSharp.</summary>
sealed class SkiaFrameDecoder : IFrameDecoder
{
    public string Name { get; } = $"SkiaSharp (Skia {SkiaSharpVersion.Native})";

    public FrameSize ReadSize(ReadOnlySpan<byte> image, string source) => ImageCodec.ReadSizeEmbedded(image, source);

    public void Decode(ReadOnlySpan<byte> image, FrameSize expected, Span<byte> destination, string source, int? frame) =>
        ImageCodec.DecodeEmbedded(image, expected, destination, source, frame);
}
