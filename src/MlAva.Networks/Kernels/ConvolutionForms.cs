using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>The forms that own kernels compute, chosen and run.</summary>
static unsafe class ConvolutionForms
{
    // Channels from which on Winograd's transformation of maps pays for the gradient of weights.
    const int NarrowestGradient = 64;

    // Weights whose factors' sums stay in the third-level cache.
    const long FewWeights = 1 << 20;

    // Outputs of one channel from which on Winograd's transformation of weights pays within one training step: sooner where products take longer.
    static int ManyPlaces => Avx512F.IsSupported ? 2048 : 1024;

    /// <summary>The fixed choice for a training step, whose weights are prepared anew each time.</summary>
    /// <param name="shape">The convolution's.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="places">Clips × frames × rows × columns of the outputs.</param>
    public static ConvolutionForm ForTraining(ConvolutionShape shape, long inputs, long outputs, long places) =>
        places < ManyPlaces ? ConvolutionForm.Direct : Of(shape, inputs, outputs);

    /// <summary>The fixed choice for the gradient of weights: no weights are prepared there, so narrow layers gain too, but wide ones only over many places.</summary>
    /// <param name="shape">The convolution's.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="places">Clips × frames × rows × columns of the outputs.</param>
    public static ConvolutionForm ForWeightGradient(ConvolutionShape shape, long inputs, long outputs, long places)
    {
        bool isMany = places >= 2048 || (places >= ManyPlaces && inputs * outputs * shape.Kernel.T * shape.Kernel.H * shape.Kernel.W <= FewWeights);
        return isMany && Math.Min(inputs, outputs) >= NarrowestGradient && WinogradConvolution.Takes(shape, inputs, outputs) ? ConvolutionForm.Winograd4 : ConvolutionForm.Direct;
    }

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
