using MlAva.Networks;
using TorchSharp;

namespace MlAva.Training;

/// <summary>Reads a backbone out of a checkpoint.</summary>
static class BackboneWeights
{
    const string Prefix = "backbone.";

    /// <exception cref="CheckpointFormatException">The file is damaged, or the backbone in it has other parameters.</exception>
    public static void Load(Backbone backbone, string path)
    {
        using FileStream stream = File.OpenRead(path);
        using SafetensorsContent content = Safetensors.Read(stream, path);
        bool whole = content.Tensors.Keys.Any(k => k.StartsWith(Prefix, StringComparison.Ordinal));
        Dictionary<string, torch.Tensor> own = content.Tensors
            .Where(p => !whole || p.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(p => whole ? p.Key[Prefix.Length..] : p.Key, p => p.Value);
        ModuleState.LoadStrict(backbone, own, path);
    }
}
