using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Checks that run before tensors reach native code, where a wrong shape gives a message nobody can read, or none.</summary>
static class ClipShape
{
    public static void Check(Tensor clips, int channels)
    {
        ArgumentNullException.ThrowIfNull(clips);
        if (clips.dim() != 5 || clips.shape[1] != channels)
            throw new ArgumentException($"The clip batch has shape [{string.Join(", ", clips.shape)}]; expected [N, {channels}, T, H, W].", nameof(clips));
    }
}
