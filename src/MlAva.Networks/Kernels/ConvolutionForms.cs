using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>The forms that own kernels compute, chosen and run.</summary>
static unsafe class ConvolutionForms
{
    /// <summary>
    /// The fixed choice among own forms: what measuring mostly finds. Wide kernels of 3 gain from fewer products; narrow ones lose it in the transformations.
    /// </summary>
    public static ConvolutionForm Of(ConvolutionShape shape, long inputs, long outputs) =>
        Math.Min(inputs, outputs) >= 128 && WinogradConvolution.Takes(shape, inputs, outputs) ? ConvolutionForm.Winograd4 : ConvolutionForm.Direct;

    /// <param name="form">An own form.</param>
    /// <param name="weights">[O, I, kt, kh, kw] float32 on the CPU.</param>
    public static PackedWeights Pack(ConvolutionForm form, Tensor weights)
    {
        if (form != ConvolutionForm.Direct) return WinogradConvolution.Pack(weights, Size(form), reversed: false);
        long[] s = weights.shape;
        return PackedWeights.Forward(TensorData.Of(weights), (int)s[0], (int)s[1], (int)(s[2] * s[3] * s[4]));
    }

    /// <summary>For the gradient of the inputs.</summary>
    /// <param name="form">An own form.</param>
    /// <param name="weights">[O, I, kt, kh, kw] float32 on the CPU.</param>
    public static PackedWeights PackReversed(ConvolutionForm form, Tensor weights)
    {
        if (form != ConvolutionForm.Direct) return WinogradConvolution.Pack(weights, Size(form), reversed: true);
        long[] s = weights.shape;
        return PackedWeights.Backward(TensorData.Of(weights), (int)s[0], (int)s[1], (int)(s[2] * s[3] * s[4]));
    }

    public static void Run(ConvolutionForm form, ConvolutionGeometry geometry, PackedWeights weights, float* input, float* output, TileEnding ending)
    {
        if (form == ConvolutionForm.Direct) DirectConvolution.Run(geometry, weights, input, output, ending);
        else WinogradConvolution.Run(geometry, weights, Size(form), input, output, ending);
    }

    static int Size(ConvolutionForm form) => form == ConvolutionForm.Winograd2 ? 2 : 4;
}
