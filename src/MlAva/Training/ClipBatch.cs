using MlAva.Video;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>Clips of one size side by side, uint8 [N, T, H, W, 3], in memory that goes back when the batch is disposed of.</summary>
sealed class ClipBatch : IDisposable
{
    readonly BatchMemory _memory;
    readonly Tensor _bytes;
    readonly int _frames;
    readonly FrameSize _size;
    bool _disposed;

    /// <param name="memory">Where the bytes lie.</param>
    /// <param name="capacity">Clips at most.</param>
    /// <param name="frames">T.</param>
    /// <param name="size">H and W.</param>
    public ClipBatch(BatchMemory memory, int capacity, int frames, FrameSize size)
    {
        (_memory, _frames, _size) = (memory, frames, size);
        _bytes = memory.Rent((long)capacity * VideoClip.ByteCount(frames, size));
    }

    /// <summary>Clips that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Copies a clip behind the others.</summary>
    public void Add(VideoClip clip)
    {
        int length = VideoClip.ByteCount(_frames, _size);
        if (clip.Frames != _frames || clip.Size != _size)
            throw new ArgumentException($"A clip is {clip}; the batch is of {_frames} frames of {_size}.", nameof(clip));
        clip.Pixels.CopyTo(_bytes.bytes.Slice(Count * length, length));
        Count++;
    }

    /// <summary>The bytes as [N, T, H, W, 3], without a copy.</summary>
    public Tensor View() =>
        _bytes.narrow(0, 0, (long)Count * VideoClip.ByteCount(_frames, _size)).view(Count, _frames, _size.Height, _size.Width, 3);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _memory.Return(_bytes);
    }
}
