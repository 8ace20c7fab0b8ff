using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// In which numbers CUDA devices multiply. From Ampere on, libraries shorten float32 to 19 bits unless told otherwise, which moves scores by about 1e-3
/// (reference specification §10, G44).
/// </summary>
public static class CudaPrecision
{
    /// <summary>From now on float32 is computed as float32, in the whole process. To go back, set torch's own <c>allow_tf32</c> switches.</summary>
    public static void UseFull()
    {
        backends.cudnn.allow_tf32 = false;
        backends.cuda.matmul.allow_tf32 = false;
    }
}
