using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>The memory of tensors, for own loops.</summary>
static unsafe class TensorData
{
    /// <summary>The address of a contiguous float32 tensor on the CPU; good as long as the tensor lives.</summary>
    /// <exception cref="ArgumentException">The tensor is another one.</exception>
    public static float* Of(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.device_type != TorchSharp.DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException($"A tensor of {tensor.dtype} on {tensor.device_type} cannot be read by own loops; expected a contiguous one of Float32 on the CPU.", nameof(tensor));
        fixed (byte* start = tensor.bytes) return (float*)start; // native memory: it does not move
    }
}
