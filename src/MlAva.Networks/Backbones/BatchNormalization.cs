using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>Batch normalisation over clips, frames and places: equal to BatchNorm3d (keys, eps 1e-5, momentum 0.1), computed on frames.</summary>
sealed class BatchNormalization : nn.Module<Tensor, Tensor>
{
    const double Momentum = 0.1, Epsilon = 1e-5;

    [ComponentName(Name = "weight")]
    readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    readonly Parameter _bias;

    [ComponentName(Name = "running_mean")]
    readonly Tensor _runningMean;

    [ComponentName(Name = "running_var")]
    readonly Tensor _runningVariance;

    [ComponentName(Name = "num_batches_tracked")]
    readonly Tensor _batchesTracked;

    public BatchNormalization(long channels)
        : base(nameof(BatchNormalization))
    {
        _weight = new Parameter(ones(channels));
        _bias = new Parameter(zeros(channels));
        _runningMean = zeros(channels);
        _runningVariance = ones(channels);
        _batchesTracked = zeros([], ScalarType.Int64);
        RegisterComponents();
    }

    public void InitializeWeights(double scale = 1)
    {
        using var _ = no_grad();
        using Scalar weight = scale;
        nn.init.constant_(_weight, weight);
        nn.init.zeros_(_bias);
    }

    /// <summary>In evaluation mode, normalisation is a factor and an offset for each channel.</summary>
    public (Tensor Factor, Tensor Offset) AsLinear()
    {
        using Scalar epsilon = Epsilon;
        Tensor factor = _weight.div(_runningVariance.add(epsilon, Constants.One).sqrt());
        return (factor, _bias.sub(_runningMean.mul(factor)));
    }

    public Parameter Weight => _weight;

    public Parameter Bias => _bias;

    /// <summary>
    /// What channels are normalised by: mean and √(variance + ε), the batch's own in training mode, when the running ones move on, and else the running ones.
    /// </summary>
    /// <param name="data">[places][channels] float32.</param>
    /// <param name="places">Clips × frames × rows × columns.</param>
    public unsafe (float[] Mean, float[] Deviation) Statistics(float* data, int places)
    {
        int channels = (int)_weight.shape[0];
        (float[] mean, float[] deviation) = (new float[channels], new float[channels]);
        float* runningMean = TensorData.Of(_runningMean), runningVariance = TensorData.Of(_runningVariance);
        if (!training)
        {
            for (int c = 0; c < channels; c++) (mean[c], deviation[c]) = (runningMean[c], (float)Math.Sqrt(runningVariance[c] + Epsilon));
            return (mean, deviation);
        }
        (double[] middle, double[] squares) = ChannelKernel.Moments(data, places, channels);
        for (int c = 0; c < channels; c++)
        {
            (mean[c], deviation[c]) = ((float)middle[c], (float)Math.Sqrt(squares[c] / places + Epsilon));
            runningMean[c] = (float)((1 - Momentum) * runningMean[c] + Momentum * middle[c]);
            runningVariance[c] = (float)((1 - Momentum) * runningVariance[c] + Momentum * squares[c] / Math.Max(places - 1, 1));
        }
        _batchesTracked.add_(Constants.One, Constants.One);
        return (mean, deviation);
    }

    public override Tensor forward(Tensor frames)
    {
        if (training) _batchesTracked.add_(Constants.One, Constants.One);
        return F.batch_norm(frames, _runningMean, _runningVariance, _weight, _bias, training, Momentum, Epsilon);
    }
}
