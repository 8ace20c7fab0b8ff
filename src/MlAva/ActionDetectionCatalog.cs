using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Checkpoints;
using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.RoIFeatureCaches;
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

    /// <summary>Splits keyframes into two sets that share no video, so that what is tested was not trained on in other frames.</summary>
    /// <param name="data">Keyframes, or rows made from them: <c>VideoId</c>.</param>
    /// <param name="testFraction">The share of rows for the test set, above 0 and below 1; it is met as nearly as whole videos
    /// allow.</param>
    /// <param name="seed">Where chance starts; null: from the <see cref="MLContext"/>'s seed.</param>
    /// <exception cref="ArgumentException">There are fewer than two videos, or the column is missing.</exception>
    public DataOperationsCatalog.TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, int? seed = null) =>
        VideoSplit.Split(_context, data, testFraction, seed);

    /// <summary>
    /// RoI features of all keyframes in a file, computed once: where the file is there and of the same model, settings and data, nothing is
    /// computed. Heads, and after <c>ExplodeBoxes</c> ML.NET's own trainers, then train on it in seconds.
    /// </summary>
    /// <param name="model">A detector, or a fitted pipeline up to <c>ExtractRoIFeatures</c>, with <c>AssignBoxes</c> before it where the
    /// features are trained on.</param>
    /// <param name="data">The keyframes.</param>
    /// <param name="path">The file.</param>
    /// <param name="halfPrecision">Whether features are kept in half precision: half the space.</param>
    /// <exception cref="ArgumentException">The model makes no RoI features, or a column is missing.</exception>
    public RoIFeatureDataView CacheRoIFeatures(ITransformer model, IDataView data, string path, bool halfPrecision = false) =>
        CacheRoIFeatures(model, data, path, new RoIFeatureCacheOptions { HalfPrecision = halfPrecision });

    /// <summary>
    /// RoI features of all keyframes in a file, computed once. The file is written aside, row by row, and moved into place when it is
    /// whole; a call that was stopped goes on where it was. A file of another model, of other settings or of other data (keyframes, boxes,
    /// labels, proposals, sizes and dates of videos) is written anew.
    /// </summary>
    /// <param name="model">A detector, or a fitted pipeline up to <c>ExtractRoIFeatures</c>, with <c>AssignBoxes</c> before it where the
    /// features are trained on.</param>
    /// <param name="data">The keyframes.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">Precision, who is told, what ends the work.</param>
    /// <exception cref="ArgumentException">The model makes no RoI features, or a column is missing.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was computed stays beside the file.</exception>
    public RoIFeatureDataView CacheRoIFeatures(ITransformer model, IDataView data, string path, RoIFeatureCacheOptions options) =>
        RoIFeatureCache.Write(model, data, path, options);

    /// <summary>
    /// Opens RoI features that <see cref="CacheRoIFeatures(ITransformer, IDataView, string, bool)"/> wrote, whatever they come from.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged, or something else.</exception>
    public RoIFeatureDataView LoadRoIFeatures(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path, isReused: true);
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
        (List<AnnotationRow> truths, IReadOnlyList<LabelMapEntry> named) = Truths(data);
        return new(FrameMap.Evaluate(truths, Detections(data, actionThreshold), classes ?? named, excluded, options));
    }

    /// <summary>
    /// Takes the evaluation of scored data apart: by box size, persons, video and IoU, by kinds of errors, calibration and confusion of classes.
    /// Columns and rounding are those of <see cref="Evaluate"/>; all detections are held in memory.
    /// </summary>
    /// <param name="data">Scored rows.</param>
    /// <param name="classes">The classes to average over; null: those with a name in the label column.</param>
    /// <param name="excluded">Keyframes that are left out.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="actionThreshold">Scores at or below this are not detections.</param>
    /// <param name="cancellationToken">Ends scoring and analysis.</param>
    /// <exception cref="ArgumentException">A column is missing or an option has an impossible value.</exception>
    public AnalysisResult Analyze(
        IDataView data, IReadOnlyList<LabelMapEntry>? classes = null, IEnumerable<KeyframeKey>? excluded = null, AnalysisOptions? options = null,
        float actionThreshold = 0.002f, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        (List<AnnotationRow> truths, IReadOnlyList<LabelMapEntry> named) = Truths(data);
        DetectionRow[] detections = [.. Detections(data, actionThreshold, cancellationToken)];
        return DetectionAnalysis.Run(truths, detections, classes ?? named, excluded, options, cancellationToken: cancellationToken);
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

    static (List<AnnotationRow> Rows, IReadOnlyList<LabelMapEntry> Classes) Truths(IDataView data)
    {
        DataViewSchema.Column video = ColumnOf.Text(data.Schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(data.Schema, AvaColumns.Timestamp);
        DataViewSchema.Column boxes = ColumnOf.Singles(data.Schema, AvaColumns.Boxes), labels = ColumnOf.Singles(data.Schema, AvaColumns.Labels);
        List<AnnotationRow> truths = [];
        using (DataViewRowCursor cursor = data.GetRowCursor([video, timestamp, boxes, labels]))
        {
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
            Func<float[]> readBoxes = RowReader.Vector<float>(cursor, boxes), readLabels = RowReader.Vector<float>(cursor, labels);
            while (cursor.MoveNext()) truths.AddRange(DetectionRows.Truths(readVideo().ToString(), DetectionRows.Shortest(readTimestamp()), readBoxes(), readLabels()));
        }
        return (truths, DetectionRows.Classes(ClassNameAnnotations.Read(labels)));
    }
}
