using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A convolution with the normalisation behind it folded into its weights, its bias, what is added to it and its ReLU, all in one go. It keeps copies of the
/// weights, so it must be dropped when they change. Records no gradients.
/// </summary>
sealed class PreparedConvolution : IDisposable
{
    // The share of the rule's time that another form must stay under to be taken instead.
    const double ClearlyFaster = 0.85;

    readonly string _layer;
    readonly ConvolutionShape _shape;
    readonly Preparation _preparation;
    readonly ScalarType _type;
    readonly Tensor _weight, _bias;
    readonly Dictionary<ConvolutionForm, PackedWeights> _packed = [];
    readonly Dictionary<(long Clips, long Frames, long Height, long Width), (ConvolutionGeometry Geometry, ConvolutionForm Form)> _choices = [];

    public PreparedConvolution(string layer, Convolution convolution, BatchNormalization? normalization, Preparation preparation, ScalarType type)
    {
        (_layer, _shape, _preparation, _type) = (layer, convolution.Shape, preparation, type);
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = convolution.Weight.detach(), bias = convolution.Bias?.detach() ?? zeros(weight.shape[0], dtype: weight.dtype, device: weight.device);
        if (normalization is not null)
        {
            (Tensor factor, Tensor offset) = normalization.AsLinear();
            (weight, bias) = (weight.mul(factor.view(-1, 1, 1, 1, 1)), bias.mul(factor).add(offset, Constants.One));
        }
        else (weight, bias) = (weight.clone(), bias.clone());
        (_weight, _bias) = (weight.to(type).DetachFromDisposeScope(), bias.to(type).DetachFromDisposeScope());
    }

    /// <summary>Whether it still stands for a parameter: on its device, in float32.</summary>
    public bool Fits(Tensor parameter) =>
        parameter.dtype == ScalarType.Float32 && parameter.device_type == _weight.device_type && parameter.device_index == _weight.device_index;

    bool HasOwnKernels => TileKernel.IsSupported && _type == ScalarType.Float32 && _weight.device_type == DeviceType.CPU;

    /// <summary>relu?(convolution(input) + added).</summary>
    /// <param name="input">The input, of any type.</param>
    /// <param name="added">What has the output's shape and is added to it, or null.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    public FrameBatch Run(FrameBatch input, Tensor? added, bool rectify)
    {
        using DisposeScope scope = NewDisposeScope();
        if (input.Frames.dtype != _type) input = new(input.Frames.to(_type), input.Clips);
        if (added is not null && added.dtype != _type) added = added.to(_type);
        long[] s = input.Frames.shape;
        if (s[1] != _weight.shape[1])
            throw new ArgumentException($"{_layer} takes {_weight.shape[1]} channels; its input has {s[1]}: [{string.Join(", ", s)}].", nameof(input));
        (long, long, long, long) key = (input.Clips, input.Length, s[2], s[3]);
        if (!_choices.TryGetValue(key, out (ConvolutionGeometry Geometry, ConvolutionForm Form) choice))
        {
            choice.Geometry = ConvolutionGeometry.Of(_shape, input.Clips, input.Length, s[2], s[3]);
            // How many clips come at once changes nothing about which form is best: heads see as many as there are boxes.
            ConvolutionForm? known = _choices.Where(c => (c.Key.Frames, c.Key.Height, c.Key.Width) == (input.Length, s[2], s[3])).Select(c => (ConvolutionForm?)c.Value.Form).FirstOrDefault();
            choice.Form = _preparation.Measures && known is { } form ? form : Choose(choice.Geometry, input, added, rectify);
            _choices[key] = choice;
        }
        FrameBatch output = Compute(choice.Form, choice.Geometry, input, added, rectify);
        output.Frames.MoveToOuterDisposeScope();
        return output;
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
        foreach (PackedWeights weights in _packed.Values) weights.Dispose();
    }

    ConvolutionForm Choose(ConvolutionGeometry geometry, FrameBatch input, Tensor? added, bool rectify)
    {
        long[] w = _weight.shape;
        double gigaFlop = 2e-9 * geometry.Places * w[0] * w[1] * geometry.Taps;
        ConvolutionForm form;
        double? milliseconds = null;
        if (_preparation.Given(_layer, geometry) is { } given)
        {
            if (!Forms().Contains(given))
                throw new ArgumentException($"The inference plan computes {_layer} as {given}; this processor, device or precision has only {string.Join(", ", Forms())}. Measure a plan here.");
            form = given;
        }
        else if (_preparation.Measures && Forms().Count > 1)
        {
            Dictionary<ConvolutionForm, double> times = Forms().ToDictionary(f => f, f => Measure(f, geometry, input, added, rectify));
            form = times.MinBy(t => t.Value).Key;
            // A little less time may be another program's doing; what mostly is fastest stays.
            if (times[form] > ClearlyFaster * times[Rule()]) form = Rule();
            milliseconds = times[form];
            // Weights that lie packed for no shape only take room.
            foreach (ConvolutionForm loser in _packed.Keys.Except(_choices.Values.Select(c => c.Form)).Where(f => f != form).ToArray())
            {
                _packed.Remove(loser, out PackedWeights? weights);
                weights?.Dispose();
            }
        }
        else form = Rule();
        _preparation.Add(_layer, geometry, form, milliseconds, gigaFlop);
        return form;
    }

    double Measure(ConvolutionForm form, ConvolutionGeometry geometry, FrameBatch input, Tensor? added, bool rectify)
    {
        double fastest = double.MaxValue;
        for (int i = 0; i <= _preparation.Options.Repetitions; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            Compute(form, geometry, input, added, rectify);
            // The first time packs weights and touches memory.
            if (i > 0) fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return fastest;
    }

    List<ConvolutionForm> Forms()
    {
        List<ConvolutionForm> forms = [ConvolutionForm.Library];
        if (!HasOwnKernels) return forms;
        forms.Add(ConvolutionForm.Direct);
        if (WinogradConvolution.Takes(_shape, _weight.shape[1], _weight.shape[0])) forms.AddRange([ConvolutionForm.Winograd2, ConvolutionForm.Winograd4]);
        return forms;
    }

    // Own kernels have no match but for the narrowest layers.
    ConvolutionForm Rule() =>
        HasOwnKernels && _weight.shape[0] >= TileKernel.Wide ? ConvolutionForms.Of(_shape, _weight.shape[1], _weight.shape[0]) : ConvolutionForm.Library;

    FrameBatch Compute(ConvolutionForm form, ConvolutionGeometry geometry, FrameBatch input, Tensor? added, bool rectify) =>
        form == ConvolutionForm.Library ? ComputeByLibrary(input, added, rectify) : ComputeByOwnKernel(form, geometry, input, added, rectify);

    FrameBatch ComputeByLibrary(FrameBatch input, Tensor? added, bool rectify)
    {
        FrameBatch result = Convolution.Compute(input, _weight, _bias, _shape);
        if (added is not null) result.Frames.add_(added, Constants.One);
        return rectify ? new(result.Frames.relu_(), result.Clips) : result;
    }

    unsafe FrameBatch ComputeByOwnKernel(ConvolutionForm form, ConvolutionGeometry geometry, FrameBatch input, Tensor? added, bool rectify)
    {
        if (!_packed.TryGetValue(form, out PackedWeights? weights)) _packed[form] = weights = ConvolutionForms.Pack(form, _weight);
        Tensor from = FrameBatch.ChannelsLast(input.Frames);
        long[] shape = [geometry.Clips * geometry.Time.Outputs, geometry.Rows.Outputs, geometry.Columns.Outputs, weights.Outputs];
        Tensor to = empty(shape, dtype: ScalarType.Float32, device: CPU);
        Tensor? plus = added is null ? null : FrameBatch.ChannelsLast(added);
        if (plus is not null && !plus.shape.SequenceEqual(shape))
            throw new ArgumentException($"What is added to {_layer} is [{string.Join(", ", plus.shape)}]; expected [{string.Join(", ", shape)}] (frames, rows, columns, channels).", nameof(added));
        float* output = TensorData.Of(to);
        TileEnding ending = new(TensorData.Of(_bias), plus is null ? 0 : (nint)TensorData.Of(plus) - (nint)output, rectify);
        ConvolutionForms.Run(form, geometry, weights, TensorData.Of(from), output, ending);
        // The loops know addresses only; the tensors behind them must not be finalised meanwhile.
        GC.KeepAlive(this);
        GC.KeepAlive(from);
        GC.KeepAlive(plus);
        return new(to.permute(0, 3, 1, 2), input.Clips);
    }
}
