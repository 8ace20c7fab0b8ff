using Microsoft.ML;
using Microsoft.ML.Runtime;
using MlAva.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>Chooses where networks run, from what the <see cref="MLContext"/> says.</summary>
static class ComputeDevice
{
    /// <exception cref="InvalidOperationException">A GPU is asked for, there is none, and falling back is not allowed.</exception>
    public static Device Choose(IHostEnvironment environment)
    {
        if (environment is not IHostEnvironmentInternal { GpuDeviceId: { } id } settings) return CPU;
        if (cuda.is_available() && id < cuda.device_count())
        {
            CudaPrecision.UseFull();
            return new Device(DeviceType.CUDA, id);
        }
        if (settings.FallbackToCpu) return CPU;
        throw new InvalidOperationException($"MLContext.GpuDeviceId is {id}, but {(cuda.is_available() ? $"there are {cuda.device_count()} CUDA devices" : "CUDA is not available")}. "
            + "To mend: build with -p:TorchBackend=cuda-linux (or cuda-windows) on a machine with an NVIDIA driver, or set MLContext.FallbackToCpu = true.");
    }
}
