namespace MlAva.Video;

/// <summary>
/// How a decoded frame becomes upright: pixel (x, y) of the result is pixel (x, y) of the frame, or (y, x) when transposed, counted from the right or from the bottom when flipped.
/// </summary>
readonly record struct FrameTurn(bool Transpose, bool FlipX, bool FlipY)
{
    public bool IsNone => !Transpose && !FlipX && !FlipY;

    /// <summary>The size of the result.</summary>
    public FrameSize Apply(FrameSize decoded) => Transpose ? new(decoded.Height, decoded.Width) : decoded;

    /// <summary>Turns a frame.</summary>
    /// <param name="from">The decoded frame's first pixel.</param>
    /// <param name="stride">Bytes from one of its rows to the next.</param>
    /// <param name="decoded">Its size.</param>
    /// <param name="to">[H, W, 3], the result.</param>
    public unsafe void Apply(byte* from, int stride, FrameSize decoded, Span<byte> to)
    {
        FrameSize size = Apply(decoded);
        for (int y = 0, i = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++, i += 3)
            {
                (int column, int row) = Transpose ? (y, x) : (x, y);
                if (FlipX) column = decoded.Width - 1 - column;
                if (FlipY) row = decoded.Height - 1 - row;
                byte* pixel = from + (nint)row * stride + column * 3;
                (to[i], to[i + 1], to[i + 2]) = (pixel[0], pixel[1], pixel[2]);
            }
        }
    }
}
