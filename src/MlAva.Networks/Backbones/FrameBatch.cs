using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Clips as they travel through a backbone: every frame an image of its own, [N·T, C, H, W] with channels last in memory. A (1,k,k)
/// convolution is then a 2-D convolution over the frames, and a (k,1,1) convolution one over [N, C, T, H·W], which is the same memory
/// seen differently; both are exact and faster than 3-D convolutions.
/// </summary>
readonly record struct FrameBatch(Tensor Frames, long Clips)
{
    public long Length => Frames.shape[0] / Clips;

    /// <summary>From [N, C, T, H, W].</summary>
    public static FrameBatch FromClips(Tensor clips)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] s = clips.shape;
        Tensor frames = clips.permute(0, 2, 3, 4, 1).contiguous().view(s[0] * s[2], s[3], s[4], s[1]).permute(0, 3, 1, 2);
        return new(frames.MoveToOuterDisposeScope(), s[0]);
    }

    /// <summary>To [N, C, T, H, W]; a view, channels last in memory.</summary>
    public Tensor ToClips()
    {
        long[] s = Frames.shape;
        return ChannelsLast(Frames).view(Clips, Length, s[2], s[3], s[1]).permute(0, 4, 1, 2, 3);
    }

    /// <summary>Frames 0, step, 2·step, … of each clip, as frames: a temporal stride before work that looks at one frame at a time.</summary>
    public Tensor EveryFrame(long step)
    {
        if (step == 1) return Frames;
        long[] s = Frames.shape;
        return ChannelsLast(Frames).view(Clips, Length, s[2], s[3], s[1]).slice(1, 0, Length, step).contiguous().view(-1, s[2], s[3], s[1]).permute(0, 3, 1, 2);
    }

    /// <summary>[N·T, H, W, C], contiguous: a view where the frames are channels last already.</summary>
    public static Tensor ChannelsLast(Tensor frames) => frames.permute(0, 2, 3, 1).contiguous();
}
