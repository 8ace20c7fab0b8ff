using System.Diagnostics;
using MlAva.Video;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>
/// Clips of one size as the network's input. Bytes travel to the device and become numbers there; (x − mean) / deviation in float32 equals the
/// reference's arithmetic to the bit. The result is [N, 3, T, H, W] over channels-last memory, which the backbones take without a copy.
/// </summary>
sealed class ClipBatcher : IDisposable
{
    readonly Tensor _mean, _deviation;

    public ClipBatcher(IReadOnlyList<float> mean, IReadOnlyList<float> deviation, Device device)
    {
        Device = device;
        _mean = tensor(mean.ToArray(), device: device).DetachFromDisposeScope();
        _deviation = tensor(deviation.ToArray(), device: device).DetachFromDisposeScope();
    }

    /// <summary>Where the network is.</summary>
    public Device Device { get; }

    /// <summary>Clips one by one.</summary>
    /// <param name="clips">At least one, all of one size.</param>
    /// <param name="toBgr">Whether channels come out as blue, green, red; means and deviations stay where they are.</param>
    public Tensor ToTensor(IReadOnlyList<VideoClip> clips, bool toBgr = false)
    {
        VideoClip first = clips[0];
        using DisposeScope scope = NewDisposeScope();
        Tensor bytes = empty([clips.Count, first.Frames, first.Height, first.Width, 3], ScalarType.Byte);
        Span<byte> target = bytes.bytes;
        for (int i = 0; i < clips.Count; i++)
        {
            Debug.Assert(clips[i].Size == first.Size && clips[i].Frames == first.Frames, "Clips of a batch have one size.");
            clips[i].Pixels.CopyTo(target[(i * first.Pixels.Length)..]);
        }
        if (Device.type == DeviceType.CUDA) bytes = bytes.pin_memory();
        return Normalise(toBgr ? bytes.flip(4) : bytes).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A batch whose bytes lie side by side already. On a GPU they are read until the device has caught up; elsewhere they are read when
    /// this returns.
    /// </summary>
    public Tensor ToTensor(ClipBatch clips)
    {
        using DisposeScope scope = NewDisposeScope();
        return Normalise(clips.View()).MoveToOuterDisposeScope();
    }

    Tensor Normalise(Tensor bytes)
    {
        if (Device.type == DeviceType.CUDA) bytes = bytes.to(Device, non_blocking: true);
        return bytes.to(ScalarType.Float32).sub_(_mean).div_(_deviation).permute(0, 4, 1, 2, 3);
    }

    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
    }
}
