using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>The memory of tensors, for own loops.</summary>
static unsafe class TensorData
{
    /// <summary>The address of a contiguous float32 tensor on the CPU; good as long as the tensor lives.</summary>
    public static float* Of(Tensor tensor)
    {
        fixed (byte* start = tensor.bytes) return (float*)start; // native memory: it does not move
    }
}
