using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// relu?(normalisation(convolution(x)) + identity) with its gradients, by own kernels: for CPUs with AVX-512, float32. Equal to the operations one by one but for
/// rounding; faster, as their passes over memory are joined and weights' gradients need no other layout.
/// </summary>
sealed class UnitFunction : autograd.SingleTensorFunction<UnitFunction>
{
    // TorchSharp leaves what forward saves and what backward returns to the finalizer, which could come before native code has taken it over.
    [ThreadStatic]
    static List<Tensor>? _saved, _returned;

    public override string Name => "mlava_unit";

    /// <summary>Whether a unit can be computed so.</summary>
    public static bool Takes(Tensor frames, Convolution convolution) =>
        TileKernel.IsSupported && frames.device_type == DeviceType.CPU && frames.dtype == ScalarType.Float32 && convolution.Weight.dtype == ScalarType.Float32 &&
        convolution.Bias is null && WeightGradient.Takes(convolution.Weight.shape[1], convolution.Weight.shape[0]);

    /// <param name="input">The input.</param>
    /// <param name="convolution">The convolution, without bias.</param>
    /// <param name="normalization">The normalisation; in training mode its running statistics move on.</param>
    /// <param name="identity">What is added, or null.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    public static FrameBatch Apply(FrameBatch input, Convolution convolution, BatchNormalization normalization, Tensor? identity, bool rectify)
    {
        long[] s = input.Frames.shape;
        Call call = new(convolution.Geometry(input.Clips, input.Length, s[2], s[3]), convolution.Shape, normalization, rectify);
        Tensor output = identity is null
            ? apply(input.Frames, convolution.Weight, normalization.Weight, normalization.Bias, call)
            : apply(input.Frames, convolution.Weight, normalization.Weight, normalization.Bias, call, identity);
        return new(output, input.Clips);
    }

    public override unsafe Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x, Tensor weight, Tensor gamma, Tensor beta, Call call) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Call)vars[4]);
        Tensor? identity = vars.Length > 5 ? (Tensor)vars[5] : null;
        using DisposeScope scope = NewDisposeScope();
        ConvolutionGeometry g = call.Geometry;
        (int outputs, int inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        Tensor source = FrameBatch.ChannelsLast(x), convolved = Frames(g.Clips * g.Time.Outputs, g.Rows.Outputs, g.Columns.Outputs, outputs);
        call.Form = ConvolutionForms.Of(call.Shape, inputs, outputs);
        using (PackedWeights packed = ConvolutionForms.Pack(call.Form, weight))
            ConvolutionForms.Run(call.Form, g, packed, TensorData.Of(source), TensorData.Of(convolved), default);

        Tensor result = Frames(convolved.shape), added = identity is null ? convolved : FrameBatch.ChannelsLast(identity);
        (call.Mean, call.Deviation) = call.Normalization.Statistics(TensorData.Of(convolved), g.Places);
        (float[] factor, float[] offset) = (new float[outputs], new float[outputs]);
        float* scale = TensorData.Of(gamma), shift = TensorData.Of(beta);
        for (int c = 0; c < outputs; c++)
        {
            factor[c] = scale[c] / call.Deviation[c];
            offset[c] = (float)(shift[c] - (double)call.Mean[c] * factor[c]);
        }
        ChannelKernel.Apply(TensorData.Of(convolved), identity is null ? null : TensorData.Of(added), TensorData.Of(result), g.Places, outputs, factor, offset, call.Rectify);

        call.HasIdentity = identity is not null;
        (call.InputNeeds, call.WeightNeeds) = (x.requires_grad, weight.requires_grad);
        Tensor output = result.permute(0, 3, 1, 2);
        Keep(ref _saved, [convolved]);
        ctx.save_for_backward([x, weight, gamma, convolved, output]);
        ctx.save_data(nameof(Call), call);
        return output.MoveToOuterDisposeScope();
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        Call call = (Call)ctx.get_data(nameof(Call));
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        (Tensor x, Tensor weight, Tensor gamma, Tensor convolved, Tensor output) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        ConvolutionGeometry g = call.Geometry;
        (int outputs, int inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        Tensor incoming = FrameBatch.ChannelsLast(grad_output), behind = FrameBatch.ChannelsLast(output);
        // What passes the ReLU is the identity's gradient; without identity nobody else needs it.
        Tensor? passed = call is { HasIdentity: true, Rectify: true } ? Frames(incoming.shape) : null;
        float* mask = call.Rectify ? TensorData.Of(behind) : null, start = TensorData.Of(incoming);
        (double[] sum, double[] product) = ChannelKernel.GradientSums(start, mask, passed is null ? null : TensorData.Of(passed), TensorData.Of(convolved), call.Mean, g.Places, outputs);
        if (passed is not null)
        {
            start = TensorData.Of(passed);
            mask = null;
        }

        (float[] byGradient, float[] byData, float[] offset) = (new float[outputs], new float[outputs], new float[outputs]);
        Tensor gammaGradient = empty(outputs), betaGradient = empty(outputs);
        float* scale = TensorData.Of(gamma), gammas = TensorData.Of(gammaGradient), betas = TensorData.Of(betaGradient);
        for (int c = 0; c < outputs; c++)
        {
            double deviation = call.Deviation[c], factor = scale[c] / deviation;
            (gammas[c], betas[c], byGradient[c]) = ((float)(product[c] / deviation), (float)sum[c], (float)factor);
            if (!call.UsesBatch) continue;
            // The mean and the deviation moved with the data.
            double slope = -factor * product[c] / (deviation * deviation * g.Places);
            (byData[c], offset[c]) = ((float)slope, (float)(-factor * sum[c] / g.Places - slope * call.Mean[c]));
        }
        Tensor gradient = Frames(convolved.shape);
        ChannelKernel.GradientOfInput(start, mask, TensorData.Of(convolved), TensorData.Of(gradient), g.Places, outputs, (byGradient, byData, offset));

        List<Tensor> result = [null!, null!, gammaGradient, betaGradient, null!];
        if (call.InputNeeds)
        {
            Tensor inputGradient = Frames(g.Clips * g.Time.Inputs, g.Rows.Inputs, g.Columns.Inputs, inputs);
            using PackedWeights packed = ConvolutionForms.PackReversed(call.Form, weight);
            ConvolutionForms.Run(call.Form, g.Reversed(), packed, TensorData.Of(gradient), TensorData.Of(inputGradient), default);
            result[0] = inputGradient.permute(0, 3, 1, 2);
        }
        if (call.WeightNeeds)
        {
            Tensor weightGradient = empty(weight.shape);
            WeightGradient.Run(g, inputs, outputs, TensorData.Of(FrameBatch.ChannelsLast(x)), TensorData.Of(gradient), TensorData.Of(weightGradient));
            result[1] = weightGradient;
        }
        if (call.HasIdentity) result.Add((passed ?? incoming).permute(0, 3, 1, 2));
        Keep(ref _returned, [.. result.OfType<Tensor>()]);
        grad_output.Dispose();
        return result;
    }

    // Until the next call, by which time native code has its own hold.
    static void Keep(ref List<Tensor>? kept, List<Tensor> tensors)
    {
        foreach (Tensor old in kept ?? []) old.Dispose();
        foreach (Tensor tensor in tensors) tensor.DetachFromDisposeScope();
        kept = tensors;
    }

    static Tensor Frames(params long[] shape) => empty(shape);

    /// <summary>What forward leaves for backward besides tensors.</summary>
    sealed class Call(ConvolutionGeometry geometry, ConvolutionShape shape, BatchNormalization normalization, bool rectify)
    {
        public ConvolutionGeometry Geometry => geometry;
        public ConvolutionShape Shape => shape;
        public BatchNormalization Normalization => normalization;
        public bool Rectify => rectify;

        /// <summary>Whether the statistics were the batch's own.</summary>
        public bool UsesBatch { get; } = normalization.training;

        public ConvolutionForm Form { get; set; }
        public bool HasIdentity { get; set; }
        public bool InputNeeds { get; set; }
        public bool WeightNeeds { get; set; }
        public float[] Mean { get; set; } = [];

        /// <summary>√(variance + ε).</summary>
        public float[] Deviation { get; set; } = [];
    }
}
