using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// relu?(normalisation(x) + identity) with its gradients, by own passes over memory, behind convolutions that torch computes: for CPUs with AVX-512 or AVX2, float32.
/// </summary>
sealed class NormalizationFunction : autograd.SingleTensorFunction<NormalizationFunction>
{
    public override string Name => "mlava_normalization";

    /// <summary>Whether maps of this size and type can be normalised so.</summary>
    public static bool Takes(Tensor frames, BatchNormalization normalization)
    {
        long[] s = frames.shape;
        return TileKernel.IsSupported && frames.device_type == DeviceType.CPU && frames.dtype == ScalarType.Float32 && normalization.Weight.dtype == ScalarType.Float32 &&
            ChannelKernel.Takes(s[0] * s[2] * s[3], s[1]);
    }

    /// <param name="frames">[frames, channels, rows, columns].</param>
    /// <param name="normalization">In training mode its running statistics move on.</param>
    /// <param name="identity">What is added, or null.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    public static Tensor Apply(Tensor frames, BatchNormalization normalization, Tensor? identity, bool rectify)
    {
        long[] s = frames.shape;
        NormalizationStep step = new(normalization, checked((int)(s[0] * s[2] * s[3])), rectify);
        return identity is null ? apply(frames, normalization.Weight, normalization.Bias, step) : apply(frames, normalization.Weight, normalization.Bias, step, identity);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor frames, Tensor gamma, Tensor beta, NormalizationStep step) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (NormalizationStep)vars[3]);
        Tensor? identity = vars.Length > 4 ? (Tensor)vars[4] : null;
        using DisposeScope scope = NewDisposeScope();
        Tensor data = FrameBatch.ChannelsLast(frames), output = step.Forward(data, identity, gamma, beta).permute(0, 3, 1, 2);
        FunctionTensors.KeepSaved(data);
        ctx.save_for_backward([data, gamma, output]);
        ctx.save_data(nameof(NormalizationStep), step);
        return output.MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        NormalizationStep step = (NormalizationStep)ctx.get_data(nameof(NormalizationStep));
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        (Tensor gradient, Tensor gamma, Tensor beta, Tensor? identity) = step.Backward(grad_output, saved[2], saved[0], saved[1]);
        List<Tensor?> result = [gradient.permute(0, 3, 1, 2), gamma, beta, null];
        if (identity is not null) result.Add(identity);
        FunctionTensors.KeepReturned(result);
        grad_output.Dispose();
        return result!;
    }
}
