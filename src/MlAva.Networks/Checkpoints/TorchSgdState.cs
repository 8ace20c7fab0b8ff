using MlAva.Pickle;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// The momentum of SGD as PyTorch keeps it: the <c>optimizer</c> of a training checkpoint, where parameters have numbers in place of
/// names (reference specification §2.7).
/// </summary>
public static class TorchSgdState
{
    const string Optimizer = "optimizer", State = "state", Groups = "param_groups", Parameters = "params", Buffer = "momentum_buffer";

    /// <summary>What <see cref="TorchCheckpoint.Write"/> takes as its entry <c>optimizer</c>, all parameters in one group.</summary>
    /// <param name="parameters">The names of all parameters, in the network's order.</param>
    /// <param name="momentum">Momentum by name, as <see cref="Sgd.State"/> gives it.</param>
    /// <param name="options">The optimiser's settings.</param>
    /// <param name="learningRate">The rate of the last step.</param>
    /// <param name="initialLearningRate">The rate before any schedule.</param>
    /// <exception cref="ArgumentException">There is momentum for a name that no parameter has.</exception>
    public static IReadOnlyDictionary<string, object?> ToTorch(IReadOnlyList<string> parameters,
        IReadOnlyDictionary<string, Tensor> momentum, SgdOptions options,
        double learningRate, double initialLearningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(momentum);
        ArgumentNullException.ThrowIfNull(options);
        foreach (string name in momentum.Keys.Except(parameters))
            throw new ArgumentException($"There is momentum for '{name}'; no parameter has that name.", nameof(momentum));
        PickleDictionary state = [];
        for (int i = 0; i < parameters.Count; i++)
        {
            if (momentum.TryGetValue(parameters[i], out Tensor? buffer)) state[i] = new PickleDictionary { [Buffer] = buffer };
        }
        PickleDictionary group = new()
        {
            ["lr"] = learningRate, ["momentum"] = options.Momentum, ["dampening"] = 0, ["weight_decay"] = options.WeightDecay,
            ["nesterov"] = options.Nesterov, ["maximize"] = false, ["foreach"] = null, ["differentiable"] = false,
            ["initial_lr"] = initialLearningRate,
            [Parameters] = Enumerable.Range(0, parameters.Count).ToArray(),
        };
        return new Dictionary<string, object?> { [State] = state, [Groups] = new object[] { group } };
    }

    /// <summary>Momentum by name out of a training checkpoint; the caller disposes of the tensors.</summary>
    /// <param name="checkpoint">A file with <c>optimizer</c>.</param>
    /// <param name="parameters">The names of all parameters, in the network's order.</param>
    /// <exception cref="CheckpointFormatException">The file has no state of SGD, or one for another number of parameters.</exception>
    public static IReadOnlyDictionary<string, Tensor> FromTorch(TorchCheckpoint checkpoint, IReadOnlyList<string> parameters)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(parameters);
        if (Entry(checkpoint.Root, Optimizer) is not PickleDictionary optimizer || Entry(optimizer, State) is not PickleDictionary state
            || Entry(optimizer, Groups) is not IEnumerable<object?> groups)
            throw Wrong("no optimiser state", "the checkpoint of a training, with 'optimizer'");
        object?[] numbers = [.. groups.SelectMany(g => Entry(g, Parameters) as IEnumerable<object?> ?? [])];
        if (numbers.Length != parameters.Count)
            throw Wrong($"an optimiser of {numbers.Length} parameters", $"{parameters.Count}, as the network has");
        Dictionary<string, Tensor> momentum = new(StringComparer.Ordinal);
        try
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                if (!state.TryGetValue(numbers[i], out object? own) || Entry(own, Buffer) is not { } buffer) continue;
                momentum[parameters[i]] = buffer is CheckpointTensor tensor ? tensor.ToTensor()
                    : throw Wrong($"a momentum of '{parameters[i]}' that is no tensor", "a tensor");
            }
            return momentum;
        }
        catch
        {
            foreach (Tensor tensor in momentum.Values) tensor.Dispose();
            throw;
        }

        CheckpointFormatException Wrong(string found, string expected) => new(checkpoint.Path, found, expected);
    }

    static object? Entry(object? value, string key) =>
        value is PickleDictionary dictionary && dictionary.TryGetValue(key, out object? entry) ? entry : null;
}
