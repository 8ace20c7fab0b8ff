using Microsoft.ML;
using MlAva.Training;

namespace MlAva;

/// <summary>The trainers. Each flat method calls the one that takes options.</summary>
public sealed class ActionDetectionTrainers
{
    readonly MLContext _context;

    internal ActionDetectionTrainers(MLContext context) => _context = context;

    /// <summary>Trains backbone and head together.</summary>
    /// <param name="epochs">Passes over the data.</param>
    /// <param name="batchSize">Clips a step.</param>
    /// <param name="learningRate">The rate after warm-up.</param>
    /// <param name="validationSet">Rows that are scored after every epoch.</param>
    public ActionDetectorTrainer ActionDetector(int epochs = 20, int batchSize = 16, double learningRate = 0.2, IDataView? validationSet = null) =>
        ActionDetector(new ActionDetectorOptions { Epochs = epochs, BatchSize = batchSize, Schedule = new() { LearningRate = learningRate }, ValidationSet = validationSet });

    /// <summary>Trains backbone and head together.</summary>
    public ActionDetectorTrainer ActionDetector(ActionDetectorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(_context, options);
    }

    /// <summary>Trains a head on extracted features.</summary>
    /// <param name="epochs">Passes over the data.</param>
    /// <param name="batchSize">Boxes a step.</param>
    /// <param name="learningRate">The rate after warm-up.</param>
    public ActionHeadTrainer ActionHead(int epochs = 20, int batchSize = 64, double learningRate = 0.1)
    {
        ActionHeadTrainerOptions defaults = new();
        return ActionHead(defaults with { Epochs = epochs, BatchSize = batchSize, Schedule = defaults.Schedule with { LearningRate = learningRate } });
    }

    /// <summary>Trains a head on extracted features.</summary>
    public ActionHeadTrainer ActionHead(ActionHeadTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(_context, options);
    }
}
