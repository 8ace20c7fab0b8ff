using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Tensors of an own autograd function until native code has its own hold. TorchSharp leaves what forward saves and what backward returns to the finalizer,
/// which could come before that.
/// </summary>
static class FunctionTensors
{
    [ThreadStatic]
    static List<Tensor>? _saved, _returned;

    /// <summary>Keeps what forward saves until the next forward pass of this thread.</summary>
    public static void KeepSaved(params List<Tensor> tensors) => Keep(ref _saved, tensors);

    /// <summary>Keeps what backward returns until the next backward pass of this thread.</summary>
    public static void KeepReturned(List<Tensor?> tensors) => Keep(ref _returned, [.. tensors.OfType<Tensor>()]);

    static void Keep(ref List<Tensor>? kept, List<Tensor> tensors)
    {
        foreach (Tensor old in kept ?? []) old.Dispose();
        foreach (Tensor tensor in tensors) tensor.DetachFromDisposeScope();
        kept = tensors;
    }
}
