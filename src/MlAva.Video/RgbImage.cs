namespace MlAva.Video;

/// <summary>One picture: [H, W, 3], uint8, RGB.</summary>
public sealed class RgbImage
{
    /// <summary>Creates a picture over the caller's pixels, which are not copied.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="pixels">[H, W, 3]; null for a new, black picture.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    /// <exception cref="ArgumentException">The number of bytes does not suit the size.</exception>
    public RgbImage(FrameSize size, byte[]? pixels = null)
    {
        int bytes = VideoClip.ByteCount(1, size);
        if (pixels is not null && pixels.Length != bytes) throw new ArgumentException($"A picture of {size} has {bytes} bytes, not {pixels.Length}.", nameof(pixels));
        (Size, Pixels) = (size, pixels ?? new byte[bytes]);
    }

    /// <summary>The picture's size.</summary>
    public FrameSize Size { get; }

    /// <summary>Pixels from left to right.</summary>
    public int Width => Size.Width;

    /// <summary>Pixels from top to bottom.</summary>
    public int Height => Size.Height;

    /// <summary>[H, W, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Draws on this picture.</summary>
    public FramePainter Painter => new(Pixels, Size);

    /// <summary>A copy of one frame of a clip.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public static RgbImage FromClip(VideoClip clip, int frame)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return new(clip.Size, clip.Frame(frame).ToArray());
    }

    /// <summary>Reads a JPEG or PNG file.</summary>
    /// <exception cref="FrameDecodeException">The file is no whole picture.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RgbImage Load(string path) => ImageCodec.Decode(File.ReadAllBytes(path), path);

    /// <summary>The picture as a PNG file's bytes.</summary>
    public byte[] ToPng() => ImageCodec.EncodePng(Pixels, Size);

    /// <summary>The picture as a JPEG file's bytes.</summary>
    /// <param name="quality">1–100.</param>
    public byte[] ToJpeg(int quality = 95) => ImageCodec.EncodeJpeg(Pixels, Size, quality);

    /// <summary>Writes a file, PNG or JPEG after its extension, to a temporary name first.</summary>
    /// <exception cref="ArgumentException">The extension is not .png, .jpg or .jpeg.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => ToPng(),
            ".JPG" or ".JPEG" => ToJpeg(),
            string other => throw new ArgumentException($"The extension '{other}' of {path} is not one of .png, .jpg, .jpeg.", nameof(path)),
        };
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
