namespace MlAva.Networks;

/// <summary>What a slow pathway needs to know of the connections into it.</summary>
/// <param name="ChannelRatio">How many times fewer channels the fast pathway has.</param>
/// <param name="Kernel">Temporal kernel.</param>
/// <param name="Stride">Temporal stride: frames of the fast pathway for one of the slow.</param>
/// <param name="Normalize">Whether the result is batch-normalised and rectified.</param>
sealed record Lateral(int ChannelRatio, int Kernel, int Stride, bool Normalize)
{
    /// <summary>Channels that come in beside the slow pathway's own.</summary>
    public long Channels(long slow) => slow * 2 / ChannelRatio;

    /// <summary>The connection beside a feature map of the slow pathway with this many channels.</summary>
    public ConvolutionUnit Create(long slow) => new(
        slow / ChannelRatio, Channels(slow), new((Kernel, 1, 1), (Stride, 1, 1), ((Kernel - 1) / 2, 0, 0), (1, 1, 1)), Normalize, activate: Normalize);
}
