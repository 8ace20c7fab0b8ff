namespace MlAva.Networks;

/// <summary>The learning rate of every iteration (reference specification §5.7, §11).</summary>
public sealed class LearningRateSchedule
{
    readonly ScheduleOptions _options;
    readonly int _iterationsPerEpoch, _warmup, _total;

    /// <param name="options">The settings.</param>
    /// <param name="epochs">Length of the training.</param>
    /// <param name="iterationsPerEpoch">Steps an epoch.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public LearningRateSchedule(ScheduleOptions options, int epochs, int iterationsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterationsPerEpoch, 1);
        _options = options;
        _iterationsPerEpoch = iterationsPerEpoch;
        _total = epochs * iterationsPerEpoch;
        _warmup = options.WarmupUnit == WarmupUnit.Epochs ? options.Warmup * iterationsPerEpoch : options.Warmup;
    }

    /// <summary>The rate of an iteration, counted from 0 over the whole training.</summary>
    public double At(int iteration)
    {
        double regular = Regular(iteration);
        return iteration >= _warmup ? regular : regular * (1 - (1 - (double)iteration / _warmup) * (1 - _options.WarmupRatio));
    }

    double Regular(int iteration)
    {
        if (_options.Policy == SchedulePolicy.Cosine)
        {
            double cosine = Math.Cos(Math.PI * iteration / _total);
            return _options.MinLearningRate + 0.5 * (_options.LearningRate - _options.MinLearningRate) * (1 + cosine);
        }
        int epoch = iteration / _iterationsPerEpoch;
        return _options.LearningRate * Math.Pow(_options.Gamma, _options.Steps.Count(s => s <= epoch));
    }
}
