using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">Tensors by name, on the CPU.</param>
/// <param name="Metadata">Free text entries.</param>
public sealed record SafetensorsContent(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
    : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values) tensor.Dispose();
    }
}
