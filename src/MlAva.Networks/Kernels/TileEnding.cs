namespace MlAva.Networks;

/// <summary>What becomes of a tile's sums before they are written: bias, addition, rectification, in this order.</summary>
/// <param name="bias">One number a channel, or null.</param>
/// <param name="addOffset">Bytes from an output to what is added to it; 0: nothing is added.</param>
/// <param name="rectify">Whether negative results become 0.</param>
readonly unsafe struct TileEnding(float* bias, nint addOffset, bool rectify)
{
    public float* Bias => bias;

    public nint AddOffset => addOffset;

    public bool Rectify => rectify;

    /// <summary>The same, with the bias of a later channel first.</summary>
    public TileEnding From(int channel) => new(bias == null ? null : bias + channel, addOffset, rectify);
}
