using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Checkpoints;
using MlAva.Evaluation;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva;

/// <summary>Spatio-temporal action detection on an <see cref="MLContext"/>: <c>mlContext.ActionDetection()</c>.</summary>
public sealed class ActionDetectionCatalog
{
    readonly MLContext _context;

    internal ActionDetectionCatalog(MLContext context)
    {
        _context = context;
        Transforms = new(context);
        Trainers = new(context);
    }

    /// <summary>From keyframes to features of boxes.</summary>
    public ActionDetectionTransforms Transforms { get; }

    /// <summary>End to end, or a head on features.</summary>
    public ActionDetectionTrainers Trainers { get; }

    /// <summary>Loads keyframes with their boxes, labels and proposals; frames stay on disk until a clip is asked for.</summary>
    /// <param name="annotations">The annotation csv.</param>
    /// <param name="frames">The folder that holds a folder of frames, or a video file, for each video id.</param>
    /// <param name="labelMap">The label map; its largest id gives the number of classes.</param>
    /// <param name="proposals">Person boxes, .pkl or .csv; null: the whole frame is the only box.</param>
    /// <param name="exclusions">Excluded timestamps, left out when training.</param>
    /// <param name="testMode">Whether this is for scoring: excluded timestamps are kept.</param>
    /// <exception cref="AnnotationFormatException">A file holds something that cannot be read.</exception>
    public AvaDataView LoadAva(string annotations, string frames, string labelMap, string? proposals = null, string? exclusions = null, bool testMode = false) =>
        LoadAva(new AvaDataViewOptions
        {
            Frames = frames,
            Dataset = new()
            {
                AnnotationPath = annotations,
                LabelMapPath = labelMap,
                NumClasses = LabelMap.Read(labelMap).MaxId + 1,
                ProposalPath = proposals,
                ExcludePath = exclusions,
                TestMode = testMode,
            },
        });

    /// <summary>Loads keyframes with their boxes, labels and proposals.</summary>
    /// <exception cref="AnnotationFormatException">A file holds something that cannot be read.</exception>
    public AvaDataView LoadAva(AvaDataViewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return AvaDataView.Load(options);
    }

    /// <summary>A detector with the weights of a checkpoint of MMAction2, PyTorch or safetensors; it scores, saves to model.zip, and lends its backbone to other pipelines.</summary>
    /// <param name="options">The checkpoint, the network that it was made for, the clips.</param>
    /// <param name="report">What the checkpoint lacked, had beside, or had in another shape.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    /// <exception cref="FileNotFoundException">There is no such checkpoint.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, or does not hold exactly the network's parameters and <see cref="CheckpointImportOptions.AllowPartial"/> is not set.</exception>
    public ActionDetectorTransformer LoadCheckpoint(CheckpointImportOptions options, out StateReport report)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using CheckpointFile file = CheckpointFile.Read(options.Path);
        DetectorOptions network = options.Network.WithFusionKernelOf(file.Tensors).WithMatchingHead();
        Detector detector = new(network);
        try
        {
            report = ModuleState.Compare(detector, file.Tensors);
            if (options.AllowPartial)
            {
                detector.InitializeWeights();
                ModuleState.Load(detector, file.Tensors);
            }
            else
            {
                ModuleState.LoadStrict(detector, file.Tensors, options.Path);
            }
            return new ActionDetectorTransformer(
                _context, options.Clip, network, options.ClassNames, detector, ComputeDevice.Choose(_context), options.FeatureBank);
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The features of every person in every keyframe, as long-term features for other detectors (reference specification §10.1).
    /// </summary>
    /// <param name="model">A detector, or a pipeline up to <c>ExtractRoIFeatures</c>, whose network relates boxes to nothing else.</param>
    /// <param name="data">The keyframes with <c>Proposals</c>: load them with <c>testMode</c>, so that no second is left out.</param>
    /// <exception cref="ArgumentException">The model makes no features for a bank, or a column is missing.</exception>
    public FeatureBank BuildFeatureBank(ITransformer model, IDataView data) => BuildFeatureBank(model, data, new());

    /// <summary>
    /// The features of every person in every keyframe, as long-term features for other detectors (reference specification §10.1).
    /// </summary>
    /// <param name="model">A detector, or a pipeline up to <c>ExtractRoIFeatures</c>, whose network relates boxes to nothing else.</param>
    /// <param name="data">The keyframes with <c>Proposals</c>: load them with <c>testMode</c>, so that no second is left out.</param>
    /// <param name="options">Where parts are kept, who is told, what ends the work.</param>
    /// <exception cref="ArgumentException">The model makes no features for a bank, or a column is missing.</exception>
    /// <exception cref="CheckpointFormatException">A part from before is damaged, or belongs to another model or other data.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; parts were left where they are kept.</exception>
    public FeatureBank BuildFeatureBank(ITransformer model, IDataView data, FeatureBankBuildOptions options) =>
        FeatureBankBuilder.Build(model, data, options);

    /// <summary>
    /// Frame-mAP of scored data (<c>VideoId</c>, <c>Timestamp</c>, <c>Boxes</c>, <c>Labels</c>, <c>PredictedBoxes</c>, <c>Score</c>). Scores and boxes are
    /// rounded as in results.csv, so the figures are those that <c>mlava evaluate</c> gives for the file.
    /// </summary>
    /// <param name="data">Scored rows.</param>
    /// <param name="classes">The classes to average over; null: those with a name in the label column.</param>
    /// <param name="excluded">Keyframes that are left out.</param>
    /// <param name="options">Threshold, protocol, order of ties.</param>
    /// <param name="actionThreshold">Scores at or below this are not detections.</param>
    public ActionDetectionMetrics Evaluate(
        IDataView data, IReadOnlyList<LabelMapEntry>? classes = null, IEnumerable<KeyframeKey>? excluded = null, FrameMapOptions? options = null, float actionThreshold = 0.002f)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column video = ColumnOf.Text(data.Schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(data.Schema, AvaColumns.Timestamp);
        DataViewSchema.Column boxes = ColumnOf.Singles(data.Schema, AvaColumns.Boxes), labels = ColumnOf.Singles(data.Schema, AvaColumns.Labels);
        classes ??= DetectionRows.Classes(ClassNameAnnotations.Read(labels));
        List<AnnotationRow> truths = [];
        using (DataViewRowCursor cursor = data.GetRowCursor([video, timestamp, boxes, labels]))
        {
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
            Func<float[]> readBoxes = RowReader.Vector<float>(cursor, boxes), readLabels = RowReader.Vector<float>(cursor, labels);
            while (cursor.MoveNext()) truths.AddRange(DetectionRows.Truths(readVideo().ToString(), DetectionRows.Shortest(readTimestamp()), readBoxes(), readLabels()));
        }
        return new(FrameMap.Evaluate(truths, Detections(data, actionThreshold), classes, excluded, options));
    }

    /// <summary>The class names of scored or loaded data, by column of <c>Score</c> (or, without it, <c>Labels</c>), the first for column 0; none when the data does not say.</summary>
    /// <param name="schema">The schema of the data.</param>
    /// <exception cref="ArgumentException">There is neither column.</exception>
    public IReadOnlyList<string> ClassNames(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return ClassNameAnnotations.Read(schema.GetColumnOrNull(AvaColumns.Score) ?? ColumnOf.Singles(schema, AvaColumns.Labels));
    }

    /// <summary>The detections of scored data (<c>VideoId</c>, <c>Timestamp</c>, <c>PredictedBoxes</c>, <c>Score</c>), in the order and the rounding of results.csv.</summary>
    /// <param name="data">Scored rows.</param>
    /// <param name="actionThreshold">Scores at or below this are left out.</param>
    /// <param name="cancellationToken">Ends the scoring.</param>
    public IEnumerable<DetectionRow> Detections(IDataView data, float actionThreshold = 0.002f, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column video = ColumnOf.Text(data.Schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(data.Schema, AvaColumns.Timestamp);
        DataViewSchema.Column boxes = ColumnOf.Singles(data.Schema, AvaColumns.PredictedBoxes), scores = ColumnOf.Singles(data.Schema, AvaColumns.Score);
        return Enumerate();

        IEnumerable<DetectionRow> Enumerate()
        {
            using DataViewRowCursor cursor = data.GetRowCursor([video, timestamp, boxes, scores]);
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
            Func<float[]> readBoxes = RowReader.Vector<float>(cursor, boxes), readScores = RowReader.Vector<float>(cursor, scores);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (DetectionRow row in DetectionRows.Detections(readVideo().ToString(), DetectionRows.Shortest(readTimestamp()), readBoxes(), readScores(), actionThreshold))
                    yield return row;
            }
        }
    }
}
