using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// SGD with momentum, weight decay and clipping: v = m·v + (g + wd·w), w −= lr·v. Equal to PyTorch's; its state is kept by parameter name
/// so that checkpoints can hold it. Not thread-safe.
/// </summary>
public sealed class Sgd : IDisposable
{
    readonly SgdOptions _options;
    readonly (string Name, Parameter Value)[] _parameters;
    readonly Tensor?[] _momentum;

    /// <param name="parameters">Named parameters; those that need no gradient are left alone.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public Sgd(IEnumerable<(string Name, Parameter Value)> parameters, SgdOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _parameters = [.. parameters.Where(p => p.Value.requires_grad)];
        _momentum = new Tensor?[_parameters.Length];
    }

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ZeroGradients()
    {
        foreach ((_, Parameter parameter) in _parameters) parameter.grad = null;
    }

    /// <summary>Clips the gradients and moves the parameters.</summary>
    /// <param name="learningRate">The step's rate.</param>
    /// <returns>The gradients' 2-norm before clipping.</returns>
    public double Step(double learningRate)
    {
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor?[] gradients = [.. _parameters.Select(p => p.Value.grad)];
        Tensor[] present = [.. gradients.OfType<Tensor>()];
        if (present.Length == 0) return 0;
        double norm = stack(present.Select(g => g.norm())).norm().to(ScalarType.Float64).item<double>();
        // mmcv's clipping divides by the norm plus 1e-6, and only ever scales down.
        double factor = _options.MaxGradientNorm > 0 ? Math.Min(_options.MaxGradientNorm / (norm + 1e-6), 1) : 1;
        using Scalar scale = (float)factor, decay = _options.WeightDecay, inertia = _options.Momentum, rate = -learningRate;
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i] is not { } gradient) continue;
            Parameter parameter = _parameters[i].Value;
            if (factor < 1) gradient.mul_(scale);
            if (_options.WeightDecay != 0) gradient.add_(parameter, decay);
            Tensor step = gradient;
            if (_options.Momentum != 0)
            {
                if (_momentum[i] is { } momentum) momentum.mul_(inertia).add_(gradient, Constants.One);
                else _momentum[i] = gradient.clone().DetachFromDisposeScope();
                step = _options.Nesterov ? gradient.add(_momentum[i]!, inertia) : _momentum[i]!;
            }
            parameter.add_(step, rate);
        }
        return norm;
    }

    /// <summary>The momentum of each parameter that has one; the tensors stay this optimiser's.</summary>
    public IReadOnlyDictionary<string, Tensor> State() =>
        _parameters.Zip(_momentum).Where(p => p.Second is not null).ToDictionary(p => p.First.Name, p => p.Second!);

    /// <summary>Takes over a state; the tensors are copied.</summary>
    /// <exception cref="ArgumentException">A name or a shape does not fit a parameter.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (string name in state.Keys.Except(_parameters.Select(p => p.Name)))
            throw new ArgumentException($"The optimiser state has '{name}'; no trained parameter has that name.", nameof(state));
        for (int i = 0; i < _parameters.Length; i++)
        {
            _momentum[i]?.Dispose();
            _momentum[i] = null;
            if (!state.TryGetValue(_parameters[i].Name, out Tensor? saved)) continue;
            if (!saved.shape.SequenceEqual(_parameters[i].Value.shape))
                throw new ArgumentException($"The optimiser state of '{_parameters[i].Name}' is [{string.Join(", ", saved.shape)}]; expected [{string.Join(", ", _parameters[i].Value.shape)}].", nameof(state));
            using Tensor moved = saved.to(_parameters[i].Value.dtype, _parameters[i].Value.device);
            _momentum[i] = moved.clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Frees the momentum.</summary>
    public void Dispose()
    {
        foreach (Tensor? momentum in _momentum) momentum?.Dispose();
    }
}
