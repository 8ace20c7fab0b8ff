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

    public override Tensor forward(Tensor frames)
    {
        if (training) _batchesTracked.add_(Constants.One, Constants.One);
        return F.batch_norm(frames, _runningMean, _runningVariance, _weight, _bias, training, Momentum, Epsilon);
    }
}
