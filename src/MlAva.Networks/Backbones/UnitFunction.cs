using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// relu?(normalisation(convolution(x)) + identity) with its gradients, by own kernels: for CPUs with AVX-512 or AVX2, float32. Equal to the operations one by one but for
/// rounding; faster, as their passes over memory are joined and weights' gradients need no other layout.
/// </summary>
sealed class UnitFunction : autograd.SingleTensorFunction<UnitFunction>
{
    public override string Name => "mlava_unit";

    /// <summary>Whether a unit can be computed so.</summary>
    public static bool Takes(FrameBatch input, Convolution convolution)
    {
        Tensor frames = input.Frames, weight = convolution.Weight;
        if (!TileKernel.IsSupported || frames.device_type != DeviceType.CPU || frames.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32 || convolution.Bias is not null)
            return false;
        long[] s = frames.shape;
        (int outputs, int inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        ConvolutionGeometry geometry = convolution.Geometry(input.Clips, input.Length, s[2], s[3]);
        // Of few inputs, which are clips, nobody asks the gradient.
        return WeightGradient.Takes(geometry, inputs, outputs) && ChannelKernel.Takes(geometry.Places, outputs) && !(inputs % TileKernel.Half != 0 && frames.requires_grad);
    }

    /// <param name="input">The input.</param>
    /// <param name="convolution">The convolution, without bias.</param>
    /// <param name="normalization">The normalisation; in training mode its running statistics move on.</param>
    /// <param name="identity">What is added, or null.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    public static FrameBatch Apply(FrameBatch input, Convolution convolution, BatchNormalization normalization, Tensor? identity, bool rectify)
    {
        long[] s = input.Frames.shape;
        ConvolutionGeometry geometry = convolution.Geometry(input.Clips, input.Length, s[2], s[3]);
        Call call = new(geometry, convolution.Shape, new(normalization, geometry.Places, rectify));
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
        call.Form = ConvolutionForms.ForTraining(call.Shape, inputs, outputs, g.Places);
        using (PackedWeights packed = ConvolutionForms.Pack(call.Form, weight))
            ConvolutionForms.Run(call.Form, g, packed, TensorData.Of(source), TensorData.Of(convolved), default);

        (call.InputNeeds, call.WeightNeeds) = (x.requires_grad, weight.requires_grad);
        Tensor output = call.Normalization.Forward(convolved, identity, gamma, beta).permute(0, 3, 1, 2);
        FunctionTensors.KeepSaved(convolved);
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
        (Tensor gradient, Tensor gammaGradient, Tensor betaGradient, Tensor? identityGradient) = call.Normalization.Backward(grad_output, output, convolved, gamma);

        List<Tensor?> result = [null, null, gammaGradient, betaGradient, null];
        if (call.InputNeeds)
        {
            Tensor inputGradient = Frames(g.Clips * g.Time.Inputs, g.Rows.Inputs, g.Columns.Inputs, inputs);
            using PackedWeights packed = ConvolutionForms.PackReversed(call.Form, weight);
            ConvolutionForms.Run(call.Form, g.Reversed(), packed, TensorData.Of(gradient), TensorData.Of(inputGradient), default);
            result[0] = inputGradient.permute(0, 3, 1, 2);
        }
        if (call.WeightNeeds)
        {
            Tensor weightGradient = Frames(weight.shape);
            ConvolutionForm form = ConvolutionForms.ForWeightGradient(call.Shape, inputs, outputs, g.Places);
            float* data = TensorData.Of(FrameBatch.ChannelsLast(x));
            WeightGradient.Run(form, g, inputs, outputs, data, TensorData.Of(gradient), TensorData.Of(weightGradient));
            result[1] = weightGradient;
        }
        if (identityGradient is not null) result.Add(identityGradient);
        FunctionTensors.KeepReturned(result);
        grad_output.Dispose();
        return result!;
    }

    static Tensor Frames(params long[] shape) => empty(shape, ScalarType.Float32);

    /// <summary>What forward leaves for backward besides tensors.</summary>
    sealed class Call(ConvolutionGeometry geometry, ConvolutionShape shape, NormalizationStep normalization)
    {
        public ConvolutionGeometry Geometry => geometry;
        public ConvolutionShape Shape => shape;
        public NormalizationStep Normalization => normalization;
        public ConvolutionForm Form { get; set; }
        public bool InputNeeds { get; set; }
        public bool WeightNeeds { get; set; }
    }
}
