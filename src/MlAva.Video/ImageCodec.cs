using System.Buffers;
using System.Runtime.Intrinsics;
using System.Text;
using SkiaSharp;

namespace MlAva.Video;

/// <summary>
/// JPEG and PNG to uint8 RGB and back, through the fastest decoder there is (<see cref="FrameDecoders"/>) and SkiaSharp's encoder. EXIF orientation is honoured, colour profiles are not applied, as in OpenCV's
/// <c>imdecode</c>. A picture that ends early is an error, never grey rows.
/// </summary>
/// <remarks>
/// A JPEG whose entropy-coded data was altered in the middle but still decodes to the end cannot be told from a sound one.
/// </remarks>
public static class ImageCodec
{
    const string Expected = "a whole JPEG or PNG picture";
    const int KeptBytes = 16 << 20;

    [ThreadStatic]
    static byte[]? s_rgba;

    /// <summary>Decodes a picture.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <exception cref="FrameDecodeException">The bytes are no picture, or it is truncated or corrupt.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> image, string source = "picture")
    {
        FrameSize size = ReadSize(image, source);
        RgbImage result = new(size, GC.AllocateUninitializedArray<byte>(size.ByteCount));
        Decode(image, size, result.Pixels, source);
        return result;
    }

    /// <summary>Reads a picture's size, turned upright, from its header.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <exception cref="FrameDecodeException">The bytes are no picture.</exception>
    public static FrameSize ReadSize(ReadOnlySpan<byte> image, string source = "picture") => FrameDecoders.Default.ReadSize(image, source);

    /// <summary>As <see cref="ReadSize"/>, by the embedded decoder.</summary>
    internal static unsafe FrameSize ReadSizeEmbedded(ReadOnlySpan<byte> image, string source)
    {
        fixed (byte* bytes = image)
        {
            using SKData data = SKData.Create((nint)bytes, image.Length);
            using SKCodec codec = Open(data, image, source, null);
            return Upright(codec, codec.Info);
        }
    }

    /// <summary>Decodes a picture of known size into the caller's memory.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="expected">The size that the picture must have.</param>
    /// <param name="destination">[H, W, 3].</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <param name="frame">The frame's index in the file, for messages; null when the file is one picture.</param>
    /// <exception cref="FrameDecodeException">The bytes are no picture, or it is truncated or corrupt, or of another size.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static void Decode(ReadOnlySpan<byte> image, FrameSize expected, Span<byte> destination, string source = "picture", int? frame = null) =>
        FrameDecoders.Default.Decode(image, expected, destination, source, frame);

    /// <summary>As the public method, by the embedded decoder.</summary>
    internal static unsafe void DecodeEmbedded(ReadOnlySpan<byte> image, FrameSize expected, Span<byte> destination, string source, int? frame)
    {
        if (destination.Length < expected.ByteCount)
            throw new ArgumentException($"A picture of {expected} takes {expected.ByteCount} bytes; the destination has {destination.Length}.", nameof(destination));
        fixed (byte* bytes = image)
        {
            using SKData data = SKData.Create((nint)bytes, image.Length);
            using SKCodec codec = Open(data, image, source, frame);
            // Asked for once: every answer is a new object.
            SKImageInfo stored = codec.Info;
            if (Upright(codec, stored) is var size && size != expected)
            {
                throw new FrameDecodeException(source, frame, $"a picture of {size}", $"{expected}, the size of the other frames",
                    "extract the frames of this video again, all at one size");
            }

            SKImageInfo info = new(stored.Width, stored.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            if (stored.AlphaType == SKAlphaType.Opaque) info.AlphaType = SKAlphaType.Opaque;
            // Kept for the thread: the shared pool lets go of arrays of this size with every large collection.
            byte[] rgba = s_rgba is { } kept && kept.Length >= info.BytesSize ? kept : GC.AllocateUninitializedArray<byte>(info.BytesSize);
            if (rgba.Length <= KeptBytes) s_rgba = rgba;
            fixed (byte* pixels = rgba)
            {
                SKCodecResult result = codec.GetPixels(info, (nint)pixels);
                if (result != SKCodecResult.Success) throw Broken(result, image, source, frame);
            }

            if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && image.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) < 0)
                throw Broken(SKCodecResult.IncompleteInput, image, source, frame);
            if (codec.EncodedOrigin is SKEncodedOrigin.Default or SKEncodedOrigin.TopLeft) DropAlpha(rgba, destination, expected.Width * expected.Height);
            else DropAlphaTurned(rgba, new(info.Width, info.Height), destination, expected, codec.EncodedOrigin);
        }
    }

    /// <summary>Encodes RGB pixels as a JPEG (4:2:0).</summary>
    /// <param name="rgb">[H, W, 3].</param>
    /// <param name="size">The picture's size.</param>
    /// <param name="quality">1–100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quality is not 1–100.</exception>
    /// <exception cref="ArgumentException">There are fewer pixels than the size says.</exception>
    public static byte[] EncodeJpeg(ReadOnlySpan<byte> rgb, FrameSize size, int quality = 95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        SKJpegEncoderOptions options = new(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore);
        return Encode(rgb, size, pixels => pixels.Encode(options));
    }

    /// <summary>Encodes RGB pixels as a PNG, without loss.</summary>
    /// <param name="rgb">[H, W, 3].</param>
    /// <param name="size">The picture's size.</param>
    /// <exception cref="ArgumentException">There are fewer pixels than the size says.</exception>
    public static byte[] EncodePng(ReadOnlySpan<byte> rgb, FrameSize size) => Encode(rgb, size, pixels => pixels.Encode(SKPngEncoderOptions.Default));

    static unsafe byte[] Encode(ReadOnlySpan<byte> rgb, FrameSize size, Func<SKPixmap, SKData?> encode)
    {
        int pixels = VideoClip.ByteCount(1, size) / 3;
        if (rgb.Length < pixels * 3) throw new ArgumentException($"A picture of {size} has {pixels * 3} bytes, not {rgb.Length}.", nameof(rgb));
        byte[] rgba = ArrayPool<byte>.Shared.Rent(pixels * 4);
        try
        {
            for (int i = 0; i < pixels; i++) (rgba[i * 4], rgba[i * 4 + 1], rgba[i * 4 + 2], rgba[i * 4 + 3]) = (rgb[i * 3], rgb[i * 3 + 1], rgb[i * 3 + 2], 255);
            fixed (byte* bytes = rgba)
            {
                using SKPixmap map = new(new(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)bytes);
                using SKData data = encode(map) ?? throw new InvalidOperationException($"SkiaSharp could not encode a picture of {size}.");
                return data.ToArray();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    static SKCodec Open(SKData data, ReadOnlySpan<byte> image, string source, int? frame)
    {
        if (image.IsEmpty) throw Broken(SKCodecResult.InvalidInput, image, source, frame);
        // The short way says nothing about what is wrong; the long one makes one more object for every picture.
        return SKCodec.Create(data) ?? SKCodec.Create(new SKMemoryStream(data), out SKCodecResult result) ?? throw Broken(result, image, source, frame);
    }

    static FrameSize Upright(SKCodec codec, SKImageInfo stored) => codec.EncodedOrigin is
        SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom
        ? new(stored.Height, stored.Width)
        : new(stored.Width, stored.Height);

    static FrameDecodeException Broken(SKCodecResult result, ReadOnlySpan<byte> image, string source, int? frame)
    {
        const string again = "copy or extract this frame again";
        if (image.IsEmpty) return new(source, frame, "an empty file (0 bytes)", Expected, again + "; a full disk leaves such files behind");
        if (image.StartsWith("version https://git-lfs"u8))
            return new(source, frame, "a Git LFS pointer", Expected, "fetch the real file with 'git lfs pull'");
        bool picture = image.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) || image.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
        if (!picture)
        {
            ReadOnlySpan<byte> head = image[..Math.Min(image.Length, 16)];
            string text = head.ContainsAnyExceptInRange((byte)32, (byte)126) ? Convert.ToHexString(head) : $"\"{Encoding.ASCII.GetString(head)}\"";
            return new(source, frame, $"{image.Length} bytes that begin with {text}", Expected, "look what the file really is; extract the frames with an image format");
        }

        return result == SKCodecResult.IncompleteInput
            ? new(source, frame, $"a picture that ends early, after {image.Length} bytes", Expected, again + "; it was cut off while being written or copied")
            : new(source, frame, $"a corrupt picture of {image.Length} bytes ({result})", Expected, again);
    }

    static unsafe void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb, int pixels)
    {
        fixed (byte* from = rgba, to = rgb)
        {
            int i = 0;
            // Sixteen bytes are stored for twelve: the last few pixels must not reach beyond the end.
            Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            for (; i <= pixels - 6; i += 4) Vector128.Shuffle(Vector128.Load(from + i * 4), order).Store(to + i * 3);
            for (; i < pixels; i++) (to[i * 3], to[i * 3 + 1], to[i * 3 + 2]) = (from[i * 4], from[i * 4 + 1], from[i * 4 + 2]);
        }
    }

    static void DropAlphaTurned(ReadOnlySpan<byte> rgba, FrameSize stored, Span<byte> rgb, FrameSize upright, SKEncodedOrigin origin)
    {
        for (int y = 0, i = 0; y < upright.Height; y++)
        {
            for (int x = 0; x < upright.Width; x++, i += 3)
            {
                var (column, row) = origin switch
                {
                    SKEncodedOrigin.TopRight => (stored.Width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (stored.Width - 1 - x, stored.Height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, stored.Height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, stored.Height - 1 - x),
                    SKEncodedOrigin.RightBottom => (stored.Width - 1 - y, stored.Height - 1 - x),
                    SKEncodedOrigin.LeftBottom => (stored.Width - 1 - y, x),
                    _ => (x, y),
                };
                int at = (row * stored.Width + column) * 4;
                (rgb[i], rgb[i + 1], rgb[i + 2]) = (rgba[at], rgba[at + 1], rgba[at + 2]);
            }
        }
    }
}
