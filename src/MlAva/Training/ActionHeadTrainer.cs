using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>
/// Trains an action head on extracted features: <c>RoiFeatures</c> (n×D) with <c>RoiLabels</c>, or where that is missing <c>Labels</c> (n×C).
/// The backbone stays as it is, so an epoch takes seconds. The same seed gives the same weights on one machine.
/// </summary>
public sealed class ActionHeadTrainer : IEstimator<ScoreActionsTransformer>
{
    readonly IHost _host;

    internal ActionHeadTrainer(IHostEnvironment environment, ActionHeadTrainerOptions options)
    {
        options.Validate();
        _host = environment.Register(nameof(ActionHeadTrainer));
        Options = options;
    }

    /// <summary>The settings.</summary>
    public ActionHeadTrainerOptions Options { get; }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => ShapeOf.Add(inputSchema, ShapeOf.Singles(AvaColumns.Score));

    /// <summary>Trains.</summary>
    /// <exception cref="ArgumentException">A column is missing, features and labels do not go together, or no box has a label.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ScoreActionsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        LabelledFeatures data = LabelledFeatures.Read(input, Options.CancellationToken);
        ActionHeadOptions options = Options.Head with
        {
            InputChannels = data.FeatureCount,
            NumClasses = data.ClassCount,
            TopK = [.. Options.Head.TopK.Where(k => k < data.ClassCount)],
        };
        Device device = ComputeDevice.Choose(_host);
        ulong seed = Options.Seed is { } given ? (ulong)given : (ulong)_host.Rand.Next();
        random.manual_seed((long)seed);
        ActionHead head = new(options);
        head.InitializeWeights();
        head.to(device);
        try
        {
            Train(head, data, device, seed);
        }
        catch
        {
            head.Dispose();
            throw;
        }
        return new ScoreActionsTransformer(_host, new() { Head = options, ClassNames = data.ClassNames }, head, device);
    }

    void Train(ActionHead head, LabelledFeatures data, Device device, ulong seed)
    {
        using Sgd optimizer = new(head.named_parameters(), Options.Optimizer);
        int steps = (data.Count + Options.BatchSize - 1) / Options.BatchSize;
        LearningRateSchedule schedule = new(Options.Schedule, Options.Epochs, steps);
        int[] order = [.. Enumerable.Range(0, data.Count)];
        head.train();
        for (int epoch = 0; epoch < Options.Epochs; epoch++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            ClipRandom.ForItem(seed, epoch, -1).Shuffle<int>(order);
            double sum = 0;
            for (int step = 0; step < steps; step++)
            {
                Options.CancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                (float[] features, float[] labels) = data.Take(order.AsSpan(step * Options.BatchSize, Math.Min(Options.BatchSize, order.Length - step * Options.BatchSize)));
                optimizer.ZeroGradients();
                // Copied into torch's own, aligned memory: over a managed array the last bits depend on where the collector put it.
                Tensor batch = tensor(features, [features.Length / data.FeatureCount, data.FeatureCount]).clone().to(device);
                ActionLossResult result = ActionLoss.Compute(head.forward(batch), labels, head.Options)!; // every kept row has a label
                sum += result.Loss.item<float>();
                result.Loss.backward();
                optimizer.Step(schedule.At(epoch * steps + step));
            }
            Options.Progress?.Report(new(epoch + 1, schedule.At((epoch + 1) * steps - 1), sum / steps, double.NaN, clock.Elapsed.TotalSeconds));
        }
    }

    /// <summary>All labelled boxes of a data view.</summary>
    sealed class LabelledFeatures
    {
        readonly List<(float[] Row, float[] Labels)> _rows = [];

        public int Count => _rows.Count;
        public int FeatureCount { get; private set; }
        public int ClassCount { get; private set; }
        public string[] ClassNames { get; private init; } = [];

        public static LabelledFeatures Read(IDataView input, CancellationToken cancellationToken)
        {
            DataViewSchema.Column features = ColumnOf.Singles(input.Schema, AvaColumns.RoIFeatures);
            bool chosen = input.Schema.GetColumnOrNull(AvaColumns.RoILabels) is not null;
            DataViewSchema.Column labels = ColumnOf.Singles(input.Schema, chosen ? AvaColumns.RoILabels : AvaColumns.Labels);
            DataViewSchema.Column boxes = ColumnOf.Singles(input.Schema, AvaColumns.PredictedBoxes);
            LabelledFeatures all = new() { ClassNames = ClassNameAnnotations.Read(labels) };
            using DataViewRowCursor cursor = input.GetRowCursor([features, labels, boxes]);
            Func<float[]> readFeatures = RowReader.Vector<float>(cursor, features), readLabels = RowReader.Vector<float>(cursor, labels), readBoxes = RowReader.Vector<float>(cursor, boxes);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                all.Add(readFeatures(), readLabels(), readBoxes().Length / 4, labels.Name);
            }
            if (all.Count == 0) throw new ArgumentException($"No box in column '{labels.Name}' has a label; add AssignBoxes before ExtractRoIFeatures, or check the annotation file.", nameof(input));
            return all;
        }

        void Add(float[] features, float[] labels, int count, string labelColumn)
        {
            if (count == 0) return;
            if (labels.Length == 0 || labels.Length % count != 0)
                throw new ArgumentException($"A row has {count} boxes with features and {labels.Length} entries in '{labelColumn}'; expected one row of labels a box. "
                    + "To mend: add AssignBoxes (TransformerScope.Training) before ExtractRoIFeatures, which pairs boxes with labels.");
            (int width, int classes) = (features.Length / count, labels.Length / count);
            if (FeatureCount == 0) (FeatureCount, ClassCount) = (width, classes);
            if (width != FeatureCount || classes != ClassCount) throw new ArgumentException($"A row has {width} features and {classes} classes a box; rows before it have {FeatureCount} and {ClassCount}.");
            for (int i = 0; i < count; i++)
            {
                float[] row = labels[(i * classes)..((i + 1) * classes)];
                if (row.AsSpan(1).ContainsAnyExcept(0f)) _rows.Add((features[(i * width)..((i + 1) * width)], row));
            }
        }

        public (float[] Features, float[] Labels) Take(ReadOnlySpan<int> indices)
        {
            float[] features = new float[indices.Length * FeatureCount], labels = new float[indices.Length * ClassCount];
            for (int i = 0; i < indices.Length; i++)
            {
                _rows[indices[i]].Row.CopyTo(features, i * FeatureCount);
                _rows[indices[i]].Labels.CopyTo(labels, i * ClassCount);
            }
            return (features, labels);
        }
    }
}
