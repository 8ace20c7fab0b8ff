using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Copies named tensors into a network (reference specification §2.7).</summary>
public static class ModuleState
{
    const string Parallel = "module.", Batches = "num_batches_tracked";

    /// <summary>
    /// Copies every tensor whose name and shape fit, converted to the network's type; the others are reported, not loaded. A leading
    /// <c>module.</c> is dropped from names, and a missing <c>num_batches_tracked</c> is not worth a word. So a recogniser's file
    /// warm-starts a detector: its <c>backbone.*</c> fits, its <c>cls_head.*</c> is unexpected, and the detector's own head is missing.
    /// </summary>
    /// <param name="module">The network.</param>
    /// <param name="state">Names and tensors, on any device.</param>
    /// <returns>What did not fit.</returns>
    public static StateReport Load(nn.Module module, IReadOnlyDictionary<string, Tensor> state)
    {
        (StateReport report, List<(Tensor Target, Tensor Value)> fitting) = Match(module, state);
        Convolution.DropPreparations(module);
        Copy(fitting);
        return report;
    }

    /// <summary>As <see cref="Load"/>, but anything that does not fit is an error, and then nothing is loaded at all.</summary>
    /// <param name="module">The network.</param>
    /// <param name="state">Names and tensors.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="CheckpointFormatException">
    /// Something is missing, unexpected or of another shape; the message says what differs and how to mend it.
    /// </exception>
    public static void LoadStrict(nn.Module module, IReadOnlyDictionary<string, Tensor> state, string source)
    {
        (StateReport report, List<(Tensor Target, Tensor Value)> fitting) = Match(module, state);
        if (!report.IsComplete)
        {
            string? mend = report.Hints.Count > 0 ? string.Join("; ", report.Hints) : null;
            throw new CheckpointFormatException(source, report.ToString(), "exactly the network's parameters", mend: mend);
        }
        Convolution.DropPreparations(module);
        Copy(fitting);
    }

    /// <summary>What <see cref="Load"/> would report; nothing is loaded.</summary>
    /// <param name="module">The network.</param>
    /// <param name="state">Names and tensors.</param>
    public static StateReport Compare(nn.Module module, IReadOnlyDictionary<string, Tensor> state) => Match(module, state).Report;

    static (StateReport Report, List<(Tensor Target, Tensor Value)> Fitting) Match(nn.Module module,
        IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> own = module.state_dict();
        List<string> unexpected = [], misshapen = [];
        List<(Tensor Target, Tensor Value)> fitting = [];
        Dictionary<string, long[]> given = new(StringComparer.Ordinal);
        foreach ((string key, Tensor value) in state)
        {
            string name = key.StartsWith(Parallel, StringComparison.Ordinal) ? key[Parallel.Length..] : key;
            if (!given.TryAdd(name, value.shape)) unexpected.Add($"{key} (a second one)");
            else if (!own.TryGetValue(name, out Tensor? target)) unexpected.Add(name);
            else if (!target.shape.SequenceEqual(value.shape))
                misshapen.Add($"{name}: {Shape(value)} in the checkpoint, {Shape(target)} in the network");
            else if (IsFloating(target) && !IsFloating(value))
            {
                string found = TorchTypes.NameOf(value.dtype), expected = TorchTypes.NameOf(target.dtype);
                misshapen.Add($"{name}: {found} in the checkpoint, {expected} in the network");
            }
            else fitting.Add((target, value));
        }
        StateReport report = new(
            [.. own.Keys.Where(k => !given.ContainsKey(k) && !k.EndsWith(Batches, StringComparison.Ordinal))], unexpected, misshapen)
        { Loaded = fitting.Count, Total = own.Count };
        if (!report.IsComplete) report = report with { Hints = StateHints.Of(own.ToDictionary(e => e.Key, e => e.Value.shape), given) };
        return (report, fitting);
    }

    static void Copy(List<(Tensor Target, Tensor Value)> fitting)
    {
        using var _ = no_grad();
        foreach ((Tensor target, Tensor value) in fitting) target.copy_(value);
    }

    // Whole numbers where fractions belong are codes of a quantised network, not weights.
    static bool IsFloating(Tensor tensor) =>
        tensor.dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
