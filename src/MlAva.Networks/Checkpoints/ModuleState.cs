using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Copies named tensors into a network (reference specification §2.7).</summary>
public static class ModuleState
{
    /// <summary>
    /// Copies every tensor whose name and shape fit; the others are reported, not loaded. A leading <c>module.</c> is dropped from names,
    /// and a missing <c>num_batches_tracked</c> is not worth a word.
    /// </summary>
    /// <param name="module">The network.</param>
    /// <param name="state">Names and tensors, on any device.</param>
    /// <returns>What did not fit.</returns>
    public static StateReport Load(nn.Module module, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(state);
        using var _ = no_grad();
        Convolution.DropPreparations(module);
        Dictionary<string, Tensor> own = module.state_dict();
        List<string> unexpected = [], misshapen = [];
        HashSet<string> loaded = [];
        foreach ((string key, Tensor value) in state)
        {
            string name = key.StartsWith("module.", StringComparison.Ordinal) ? key["module.".Length..] : key;
            if (!own.TryGetValue(name, out Tensor? target))
            {
                unexpected.Add(name);
                continue;
            }
            loaded.Add(name);
            if (!target.shape.SequenceEqual(value.shape)) misshapen.Add($"{name}: [{string.Join(", ", value.shape)}] in the checkpoint, [{string.Join(", ", target.shape)}] in the network");
            else target.copy_(value);
        }
        return new([.. own.Keys.Where(k => !loaded.Contains(k) && !k.EndsWith("num_batches_tracked", StringComparison.Ordinal))], unexpected, misshapen);
    }

    /// <summary>As <see cref="Load"/>, but anything that does not fit is an error.</summary>
    /// <param name="module">The network.</param>
    /// <param name="state">Names and tensors.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="CheckpointFormatException">Something is missing, unexpected or of another shape.</exception>
    public static void LoadStrict(nn.Module module, IReadOnlyDictionary<string, Tensor> state, string source)
    {
        StateReport report = Load(module, state);
        if (!report.IsComplete) throw new CheckpointFormatException(source, report.ToString(), "exactly the network's parameters");
    }
}
