using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>
/// Trains backbone and head together on keyframes (columns <c>VideoId</c>, <c>Timestamp</c>, <c>Source</c>, <c>Boxes</c>, <c>Labels</c>,
/// <c>Proposals</c>), with augmentation, warm-up, clipping, checkpoints, resumption and validation after every epoch. The same seed gives the
/// same weights, bit for bit, on one machine, however often the training was stopped and resumed. Reference specification §5.
/// </summary>
public sealed class ActionDetectorTrainer : IEstimator<ActionDetectorTransformer>
{
    /// <summary>The name of the checkpoint in <see cref="ActionDetectorOptions.WorkDirectory"/>.</summary>
    public const string CheckpointFileName = "checkpoint.safetensors";

    readonly IHost _host;
    readonly List<TrainingEpoch> _history = [];

    internal ActionDetectorTrainer(IHostEnvironment environment, ActionDetectorOptions options)
    {
        options.Validate();
        _host = environment.Register(nameof(ActionDetectorTrainer));
        Options = options;
    }

    /// <summary>The settings.</summary>
    public ActionDetectorOptions Options { get; }

    /// <summary>The epochs of the last <see cref="Fit(IDataView)"/>, those before a resumption too.</summary>
    public IReadOnlyList<TrainingEpoch> History => _history;

    /// <summary>
    /// The keyframes that the last <see cref="Fit(IDataView)"/> left out, as their frames cannot be read
    /// (<see cref="ActionDetectorOptions.OnError"/>).
    /// </summary>
    public SkippedItems Skipped { get; private set; } = new();

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => ShapeOf.Add(
        inputSchema, ShapeOf.Indices(AvaColumns.FrameIndices), ShapeOf.Int32(AvaColumns.KeyframeIndex), ShapeOf.Clip(AvaColumns.Clip),
        ShapeOf.Singles(AvaColumns.RoIFeatures),
        ShapeOf.Singles(AvaColumns.PredictedBoxes), ShapeOf.Singles(AvaColumns.Score));

    /// <summary>Trains.</summary>
    /// <exception cref="ArgumentException">A column is missing, or the data has no labelled box.</exception>
    /// <exception cref="CheckpointFormatException">The checkpoint to resume from is damaged, or belongs to a training with other settings or other data.</exception>
    /// <exception cref="FileNotFoundException">There is no such <see cref="ActionDetectorOptions.WarmStart"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; a checkpoint was left in the work directory.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number, or no clip of an epoch could be read.</exception>
    public ActionDetectorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<KeyframeSample> samples = KeyframeSample.ReadAll(input, out string[] classNames);
        samples.RemoveAll(s => s.BoxCount == 0);
        if (samples.Count == 0) throw new ArgumentException($"No row of the training data has a box in column '{AvaColumns.Boxes}'; check the annotation file and the excluded timestamps.", nameof(input));
        int classes = samples[0].Labels.Length / samples[0].BoxCount;
        DetectorOptions network = (Options.Network with { Head = FitHead(Options.Network.Head, classes) }).WithMatchingHead();
        ulong seed = Options.Seed is { } given ? (ulong)given : (ulong)_host.Rand.Next();
        FeatureBank? bank = Options.FeatureBank?.Load();
        Skipped = new();

        using IChannel channel = _host.Start("Training");
        Device device = ComputeDevice.Choose(_host);
        random.manual_seed((long)seed);
        using CheckpointFile? start = Options.WarmStart is { } path ? CheckpointFile.Read(path) : null;
        if (start is not null) network = network.WithFusionKernelOf(start.Tensors).WithMatchingHead();
        Detector detector = new(network);
        try
        {
            detector.InitializeWeights();
            if (start is not null) WarmStart(detector, start, channel);
            detector.to(device);
            using Session session = new(this, channel, detector, device, samples, classNames, classes, seed, bank);
            session.Run();
            FeatureBankSource? source = Options.FeatureBank is null ? null : Options.FeatureBank with { Bank = bank };
            return new ActionDetectorTransformer(_host, Options.Clip, network, classNames, detector, device, source);
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    static void WarmStart(Detector detector, CheckpointFile start, IChannel channel)
    {
        StateReport report = ModuleState.Load(detector, start.Tensors);
        if (report.Loaded == 0) throw new CheckpointFormatException(start.Path, report.ToString(), "a checkpoint with at least one of the network's parameters, to start from");
        channel.Info(MessageSensitivity.None, $"Starting from {start.Path}. {report.Describe().TrimEnd()}");
    }

    static ActionHeadOptions FitHead(ActionHeadOptions head, int classes) => head with { NumClasses = classes, TopK = [.. head.TopK.Where(k => k < classes)] };

    /// <summary>One training: the network, its optimiser and the place in the data.</summary>
    sealed class Session : IDisposable
    {
        readonly ActionDetectorTrainer _trainer;
        readonly ActionDetectorOptions _options;
        readonly IChannel _channel;
        readonly Detector _detector;
        readonly ClipBatcher _batcher;
        readonly TrainingBatcher _batches;
        readonly DetectorScorer? _scorer;
        readonly LongTermSampler? _longTerm;
        readonly Sgd _optimizer;
        readonly LearningRateSchedule _schedule;
        readonly TrainingIdentity _identity;
        readonly ulong _seed;
        readonly int _stepsPerEpoch, _threads;
        readonly Stopwatch _training = new(), _waiting = new();
        long _clips;
        TimeSpan _epochTraining, _epochWaiting;
        double _lossSum;
        int _lossSteps;

        public Session(
            ActionDetectorTrainer trainer, IChannel channel, Detector detector, Device device, List<KeyframeSample> samples,
            string[] classNames, int classes, ulong seed, FeatureBank? bank)
        {
            (_trainer, _options, _channel, _detector) = (trainer, trainer.Options, channel, detector);
            _threads = _options.LoaderThreads > 0 ? _options.LoaderThreads : Math.Max(1, Environment.ProcessorCount - 1);
            _stepsPerEpoch = (samples.Count + _options.BatchSize - 1) / _options.BatchSize;
            _schedule = new LearningRateSchedule(_options.Schedule, _options.Epochs, _stepsPerEpoch);
            _batcher = new ClipBatcher(_options.Clip.Mean, _options.Clip.StandardDeviation, device);
            if (bank is not null)
            {
                CheckBank(bank, samples);
                _longTerm = new(bank, (FeatureBankHeadOptions)detector.Options.SharedHead!);
            }
            _batches = new TrainingBatcher(_options, samples, classes, seed, _longTerm, device, trainer.Skipped);
            _optimizer = new Sgd(detector.named_parameters(), _options.Optimizer);
            _seed = seed;
            _identity = TrainingIdentity.Of(_options, detector.Options, samples, classNames, seed, bank);
            if (_options.ValidationSet is not { } validation) return;
            List<KeyframeSample> validationSamples = KeyframeSample.ReadAll(validation, out string[] validationNames);
            if (bank is not null) CheckBank(bank, validationSamples);
            string[] names = classNames.Length > 0 ? classNames : validationNames;
            _scorer = new DetectorScorer(_options, validationSamples, names, _threads, _longTerm, trainer.Skipped);
        }

        void CheckBank(FeatureBank bank, List<KeyframeSample> samples) => bank.Check((FeatureBankHeadOptions)_detector.Options.SharedHead!,
            samples.Select(s => (s.VideoId, FeatureBank.SecondOf(s.Timestamp))), _options.FeatureBank!.Name);

        public void Run()
        {
            _trainer._history.Clear();
            (int epoch, int step) = Resume();
            for (; epoch < _options.Epochs; epoch++, step = 0) RunEpoch(epoch, step);
        }

        (int Epoch, int Step) Resume()
        {
            if (!_options.Resume || !File.Exists(TrainingCheckpoint.PathIn(_options.WorkDirectory!))) return (0, 0);
            TrainingCheckpoint saved = TrainingCheckpoint.Load(_options.WorkDirectory!, _identity, _detector, _optimizer);
            _trainer._history.AddRange(saved.History);
            (_lossSum, _lossSteps) = (saved.EpochLoss, saved.EpochLossSteps);
            _channel.Info(MessageSensitivity.None, $"Going on from epoch {saved.Epoch + 1}, step {saved.Step + 1}.");
            return (saved.Epoch, saved.Step);
        }

        void RunEpoch(int epoch, int firstStep)
        {
            Stopwatch clock = Stopwatch.StartNew();
            CancellationToken token = _options.CancellationToken;
            if (firstStep == 0) (_lossSum, _lossSteps) = (0, 0);
            int[] order = _batches.Order(epoch);
            int step = firstStep;
            TrainingProgress? last = null;
            _detector.train();
            (_epochTraining, _epochWaiting) = (_training.Elapsed, _waiting.Elapsed);
            long clipsBefore = _clips;
            try
            {
                _waiting.Start();
                foreach (TrainingBatch batch in ReadAhead.Run(_stepsPerEpoch - firstStep, _threads, i => LoadBatch(epoch, firstStep + i, order, token), token))
                {
                    _waiting.Stop();
                    using (batch.Clips) last = Step(epoch, step, batch);
                    step++;
                    bool epochDone = step == _stepsPerEpoch;
                    if (!epochDone) _options.Progress?.Report(last);
                    if (!epochDone && _options.CheckpointInterval > 0 && step % _options.CheckpointInterval == 0) Save(epoch, step);
                    token.ThrowIfCancellationRequested();
                    _waiting.Start();
                }
                _waiting.Stop();
                if (_clips == clipsBefore && step > firstStep) throw NothingReadable();
                double waited = EpochWaitingShare;
                FrameMapResult? result = _scorer?.Evaluate(_detector, _batcher, token);
                double map = result?.MeanAveragePrecision ?? double.NaN, rate = _schedule.At((epoch + 1) * _stepsPerEpoch - 1);
                _trainer._history.Add(new(epoch + 1, rate, MeanLoss, map, clock.Elapsed.TotalSeconds, waited));
                Save(epoch + 1, 0);
                string scored = result is null ? "" : FormattableString.Invariant($", mAP {map:F4}");
                _channel.Info(MessageSensitivity.None, FormattableString.Invariant(
                    $"Epoch {epoch + 1}/{_options.Epochs}: loss {MeanLoss:F4}{scored}, waited for data {waited:P1} of the time"));
                if (_trainer.Skipped.Count > 0) _channel.Warning(_trainer.Skipped.Describe("keyframes"));
                if (last is not null)
                {
                    _options.Progress?.Report(
                        last with { EpochFinished = true, Validation = result, MeanLoss = MeanLoss, Skipped = _trainer.Skipped.Count });
                }
            }
            catch (OperationCanceledException)
            {
                _waiting.Stop();
                if (_trainer._history.Count <= epoch) Save(epoch, step);
                throw;
            }
        }

        TrainingBatch LoadBatch(int epoch, int step, int[] order, CancellationToken token) =>
            _batches.Load(epoch, step * _options.BatchSize,
                order.AsSpan(step * _options.BatchSize, Math.Min(_options.BatchSize, order.Length - step * _options.BatchSize)), token);

        TrainingProgress Step(int epoch, int step, TrainingBatch batch)
        {
            int iteration = epoch * _stepsPerEpoch + step;
            double rate = _schedule.At(iteration);
            _training.Start();
            // One seed a step: dropout draws the same whether or not the run was stopped in between.
            random.manual_seed(unchecked((long)(_seed * 6364136223846793005 + (ulong)iteration)));
            using DisposeScope scope = NewDisposeScope();
            _optimizer.ZeroGradients();
            ActionLossResult? result = batch.Clips.Count == 0 ? null : Loss(batch);
            double loss = double.NaN, norm = 0;
            if (result is not null)
            {
                loss = result.Loss.item<float>();
                if (!double.IsFinite(loss))
                    throw new InvalidOperationException($"The loss is {loss} at epoch {epoch + 1}, step {step + 1}. To mend: lower the learning rate or lengthen the warm-up; the last checkpoint is from before.");
                result.Loss.backward();
                norm = _optimizer.Step(rate);
                _lossSum += loss;
                _lossSteps++;
            }
            // The clips' memory is used again: the device must have read it. Reading the loss has waited for that already.
            else if (_batcher.Device.type == DeviceType.CUDA) cuda.synchronize();
            _training.Stop();
            _clips += batch.Clips.Count;

            double seconds = _training.Elapsed.TotalSeconds + _waiting.Elapsed.TotalSeconds;
            int stepsLeft = _options.Epochs * _stepsPerEpoch - iteration - 1;
            return new()
            {
                Epoch = epoch + 1,
                Epochs = _options.Epochs,
                Step = step + 1,
                StepsPerEpoch = _stepsPerEpoch,
                LearningRate = rate,
                Loss = loss,
                GradientNorm = norm,
                Metrics = result?.Metrics,
                MeanLoss = MeanLoss,
                ClipsPerSecond = _clips / seconds,
                WaitingShare = _waiting.Elapsed.TotalSeconds / seconds,
                EpochWaitingShare = EpochWaitingShare,
                Skipped = _trainer.Skipped.Count,
                Remaining = TimeSpan.FromSeconds(stepsLeft * _options.BatchSize * seconds / Math.Max(1, _clips)),
            };
        }

        ActionLossResult? Loss(TrainingBatch batch)
        {
            Tensor? longTerm = batch.LongTerm is { } samples ? _longTerm!.ToTensor(samples, _batcher.Device) : null;
            Tensor logits = _detector.forward(_batcher.ToTensor(batch.Clips), batch.RoIs, longTerm);
            return ActionLoss.Compute(logits, batch.Labels, _detector.Options.Head);
        }

        double EpochWaitingShare
        {
            get
            {
                double waited = (_waiting.Elapsed - _epochWaiting).TotalSeconds;
                return waited / Math.Max(1e-9, waited + (_training.Elapsed - _epochTraining).TotalSeconds);
            }
        }

        InvalidOperationException NothingReadable() => new(
            $"No clip of the epoch could be read. {_trainer.Skipped.Describe("keyframes")} "
            + "To mend: check the folder of frames and the time axis.");

        double MeanLoss => _lossSteps == 0 ? double.NaN : _lossSum / _lossSteps;

        void Save(int epoch, int step)
        {
            if (_options.WorkDirectory is not { } directory) return;
            new TrainingCheckpoint(_identity, epoch, step, [.. _trainer._history], _lossSum, _lossSteps).Save(directory, _detector, _optimizer);
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _batches.Dispose();
            _scorer?.Dispose();
            _batcher.Dispose();
        }
    }
}
