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

    public Tensor ToTensor(IReadOnlyList<VideoClip> clips)
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
        if (Device.type == DeviceType.CUDA) bytes = bytes.pin_memory().to(Device, non_blocking: true);
        Tensor numbers = bytes.to(ScalarType.Float32).sub_(_mean).div_(_deviation);
        return numbers.permute(0, 4, 1, 2, 3).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
    }
}
