using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>
/// Memory for the bytes of batches, used batch after batch: torch's own, and page-locked where the network is on a GPU, so that copies to
/// it need no other copy before and do not wait. Thread-safe.
/// </summary>
sealed class BatchMemory(Device device) : IDisposable
{
    readonly ConcurrentBag<Tensor> _free = [];
    readonly ConcurrentBag<Tensor> _all = [];

    /// <summary>A flat tensor of at least so many bytes, whose content is arbitrary.</summary>
    public Tensor Rent(long bytes)
    {
        while (_free.TryTake(out Tensor? free))
        {
            if (free.numel() >= bytes) return free;
            free.Dispose(); // of a batch of smaller clips
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor memory = empty([bytes], ScalarType.Byte);
        if (device.type == DeviceType.CUDA) memory = memory.pin_memory();
        memory.DetachFromDisposeScope();
        _all.Add(memory);
        return memory;
    }

    /// <summary>Takes memory back, once nothing reads from it any more.</summary>
    public void Return(Tensor memory) => _free.Add(memory);

    public void Dispose()
    {
        foreach (Tensor memory in _all) memory.Dispose();
        _all.Clear();
        _free.Clear();
    }
}
