using MlAva.Networks;
using TorchSharp;

namespace MlAva.Training;

/// <summary>The weights that make features: the backbone's, and those of the head that relates them, but not the action head's.</summary>
static class FeatureWeights
{
    const string Backbone = "backbone.", SharedHead = "roi_head.shared_head.";

    /// <summary>Names and tensors, under the names that they have in the whole detector.</summary>
    public static IEnumerable<KeyValuePair<string, torch.Tensor>> Of(Detector detector) =>
        Named(detector.Backbone, Backbone).Concat(detector.SharedHead is { } shared ? Named(shared, SharedHead) : []);

    /// <summary>Reads the weights out of a safetensors file of a whole detector, or of its backbone alone.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, or the network in it has other parameters.</exception>
    public static void Load(Detector detector, string path)
    {
        using FileStream stream = File.OpenRead(path);
        using SafetensorsContent content = Safetensors.Read(stream, path);
        LoadStrict(detector, content.Tensors, path);
    }

    /// <summary>Copies the weights; names may lack <c>backbone.</c> where there is nothing but a backbone.</summary>
    /// <exception cref="CheckpointFormatException">Something is missing, unexpected or of another shape.</exception>
    public static void LoadStrict(Detector detector, IReadOnlyDictionary<string, torch.Tensor> state, string source)
    {
        bool whole = state.Keys.Any(k => k.StartsWith(Backbone, StringComparison.Ordinal));
        ModuleState.LoadStrict(detector.Backbone, whole ? Part(Backbone) : state, source);
        if (detector.SharedHead is not { } shared) return;
        Dictionary<string, torch.Tensor> own = Part(SharedHead);
        if (own.Count == 0 && shared.state_dict().Count > 0)
        {
            throw new CheckpointFormatException(
                source, $"no weights of '{SharedHead}*'", "those of the head that relates RoI features, beside the backbone's");
        }
        ModuleState.LoadStrict(shared, own, source);

        Dictionary<string, torch.Tensor> Part(string prefix) => state
            .Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(p => p.Key[prefix.Length..], p => p.Value);
    }

    static IEnumerable<KeyValuePair<string, torch.Tensor>> Named(torch.nn.Module module, string prefix) =>
        module.state_dict().Select(p => new KeyValuePair<string, torch.Tensor>(prefix + p.Key, p.Value));
}
