namespace MlAva.Video;

/// <summary>The size of a frame in pixels.</summary>
/// <param name="Width">Pixels from left to right.</param>
/// <param name="Height">Pixels from top to bottom.</param>
public readonly record struct FrameSize(int Width, int Height)
{
    /// <summary>The shorter side.</summary>
    public int ShortEdge => Math.Min(Width, Height);

    /// <summary>The longer side.</summary>
    public int LongEdge => Math.Max(Width, Height);

    /// <summary>Bytes of one RGB frame of this size.</summary>
    public int ByteCount => checked(Width * Height * 3);

    /// <summary>For example <c>340x256</c>.</summary>
    public override string ToString() => $"{Width}x{Height}";
}
