using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// relu?(normalisation(x) + identity) once forward and once backward by own passes over memory: what one training step keeps in between. Maps lie as
/// [frames, rows, columns, channels].
/// </summary>
sealed class NormalizationStep(BatchNormalization normalization, int places, bool rectify)
{
    // The batch's own statistics, or the running ones.
    readonly bool _usesBatch = normalization.training;
    float[] _mean = [], _deviation = [];
    bool _hasIdentity;

    /// <param name="data">What is normalised, contiguous.</param>
    /// <param name="identity">What is added, [frames, channels, rows, columns], or null.</param>
    /// <param name="gamma">Factors.</param>
    /// <param name="beta">Offsets.</param>
    /// <returns>The outputs, in a new tensor.</returns>
    public unsafe Tensor Forward(Tensor data, Tensor? identity, Tensor gamma, Tensor beta)
    {
        Tensor result = Like(data), added = identity is null ? data : FrameBatch.ChannelsLast(identity);
        _hasIdentity = identity is not null;
        int channels = (int)gamma.shape[0];
        (_mean, _deviation) = normalization.Statistics(TensorData.Of(data), places);
        (float[] factor, float[] offset) = (new float[channels], new float[channels]);
        float* scale = TensorData.Of(gamma), shift = TensorData.Of(beta);
        for (int c = 0; c < channels; c++)
        {
            factor[c] = scale[c] / _deviation[c];
            offset[c] = (float)(shift[c] - (double)_mean[c] * factor[c]);
        }
        ChannelKernel.Apply(TensorData.Of(data), _hasIdentity ? TensorData.Of(added) : null, TensorData.Of(result), places, channels, factor, offset, rectify);
        return result;
    }

    /// <param name="incoming">The gradient of the outputs, [frames, channels, rows, columns].</param>
    /// <param name="output">The outputs, [frames, channels, rows, columns].</param>
    /// <param name="data">What was normalised, contiguous.</param>
    /// <param name="gamma">Factors.</param>
    /// <returns>Gradients: of the data, laid out like them; of factors and offsets; of the identity, [frames, channels, rows, columns], if there was one.</returns>
    public unsafe (Tensor Data, Tensor Gamma, Tensor Beta, Tensor? Identity) Backward(Tensor incoming, Tensor output, Tensor data, Tensor gamma)
    {
        Tensor above = FrameBatch.ChannelsLast(incoming), behind = FrameBatch.ChannelsLast(output);
        int channels = (int)gamma.shape[0];
        // What passes the ReLU is the identity's gradient; without identity nobody else needs it.
        Tensor? passed = _hasIdentity && rectify ? Like(above) : null;
        float* mask = rectify ? TensorData.Of(behind) : null, start = TensorData.Of(above);
        (double[] sum, double[] product) = ChannelKernel.GradientSums(start, mask, passed is null ? null : TensorData.Of(passed), TensorData.Of(data), _mean, places, channels);
        if (passed is not null)
        {
            start = TensorData.Of(passed);
            mask = null;
        }

        (float[] byGradient, float[] byData, float[] offset) = (new float[channels], new float[channels], new float[channels]);
        Tensor gammaGradient = Like(gamma), betaGradient = Like(gamma);
        float* scale = TensorData.Of(gamma), gammas = TensorData.Of(gammaGradient), betas = TensorData.Of(betaGradient);
        for (int c = 0; c < channels; c++)
        {
            double deviation = _deviation[c], factor = scale[c] / deviation;
            (gammas[c], betas[c], byGradient[c]) = ((float)(product[c] / deviation), (float)sum[c], (float)factor);
            if (!_usesBatch) continue;
            // The mean and the deviation moved with the data.
            double slope = -factor * product[c] / (deviation * deviation * places);
            (byData[c], offset[c]) = ((float)slope, (float)(-factor * sum[c] / places - slope * _mean[c]));
        }
        Tensor gradient = Like(data);
        ChannelKernel.GradientOfInput(start, mask, TensorData.Of(data), TensorData.Of(gradient), places, channels, (byGradient, byData, offset));
        return (gradient, gammaGradient, betaGradient, _hasIdentity ? (passed ?? above).permute(0, 3, 1, 2) : null);
    }

    static Tensor Like(Tensor tensor) => empty(tensor.shape, ScalarType.Float32);
}
