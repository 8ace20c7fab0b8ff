using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Persons;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva;

/// <summary>The transforms, from keyframes to features of boxes. Each flat method calls the one that takes options.</summary>
public sealed class ActionDetectionTransforms
{
    readonly MLContext _context;

    internal ActionDetectionTransforms(MLContext context) => _context = context;

    /// <summary><c>Timestamp</c> → <c>FrameIndices</c>.</summary>
    /// <param name="clipLength">Frames a clip.</param>
    /// <param name="frameInterval">Source frames from one clip frame to the next.</param>
    /// <param name="fps">Frames a second in the store.</param>
    /// <param name="timestampStart">The time of frame 1, in seconds.</param>
    /// <param name="jitter">Whether chance moves frames, as in training; append it with <c>TransformerScope.TrainTest</c> behind one
    /// without.</param>
    /// <param name="seed">Where chance starts.</param>
    public AvaEstimator<SampleFramesTransformer> SampleFrames(
        int clipLength = 4, int frameInterval = 16, double fps = 30, double timestampStart = 900, bool jitter = false, ulong seed = 0) =>
        SampleFrames(new SampleFramesOptions
        {
            Jitter = jitter,
            Seed = seed,
            Sampling = new() { ClipLength = clipLength, FrameInterval = frameInterval, Fps = fps, TimestampStart = timestampStart, TimestampEnd = timestampStart + 900 },
        });

    /// <summary><c>Timestamp</c> → <c>FrameIndices</c>, <c>KeyframeIndex</c>.</summary>
    public AvaEstimator<SampleFramesTransformer> SampleFrames(SampleFramesOptions options) => new(
        new SampleFramesTransformer(_context, Given(options)), ShapeOf.Indices(AvaColumns.FrameIndices),
        ShapeOf.Int32(AvaColumns.KeyframeIndex));

    /// <summary><c>Source</c>, <c>FrameIndices</c> → <c>Clip</c>.</summary>
    /// <param name="onError">What becomes of rows whose frames cannot be read: the error, or a clip that is missing.</param>
    /// <param name="cacheMegabytes">Megabytes of decoded frames that are kept for clips that share them; 0: none.</param>
    public AvaEstimator<LoadClipTransformer> LoadClip(OnError onError = OnError.Fail, int cacheMegabytes = 0) =>
        LoadClip(new LoadClipOptions { OnError = onError, CacheMegabytes = cacheMegabytes });

    /// <summary><c>Source</c>, <c>FrameIndices</c> → <c>Clip</c>.</summary>
    public AvaEstimator<LoadClipTransformer> LoadClip(LoadClipOptions options) =>
        new(new LoadClipTransformer(_context, Given(options)), ShapeOf.Clip(AvaColumns.Clip));

    /// <summary><c>Clip</c> → <c>Clip</c>, its short side at the given length, proportions kept.</summary>
    /// <param name="shortSide">Pixels.</param>
    public AvaEstimator<ClipStepTransformer> ResizeClip(int shortSide = 256) =>
        ChangeClip(new() { Step = ClipStep.Resize, Size = shortSide });

    /// <summary><c>Clip</c> → <c>Clip</c> at a size, whatever the proportions.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public AvaEstimator<ClipStepTransformer> ResizeClipTo(int width, int height) =>
        ChangeClip(new() { Step = ClipStep.ResizeTo, Width = width, Height = height });

    /// <summary>
    /// <c>Clip</c> → <c>Clip</c>, its short side at a length drawn from a range. Append it with <c>TransformerScope.TrainTest</c>.
    /// </summary>
    /// <param name="minimum">Pixels.</param>
    /// <param name="maximum">Pixels, included.</param>
    /// <param name="seed">Where chance starts.</param>
    public AvaEstimator<ClipStepTransformer> RandomRescaleClip(int minimum = 256, int maximum = 320, ulong seed = 0) =>
        ChangeClip(new() { Step = ClipStep.RandomRescale, Size = minimum, MaximumSize = maximum, Seed = seed });

    /// <summary><c>Clip</c> → <c>Clip</c>, a square cut out at a random place. Append it with <c>TransformerScope.TrainTest</c>.</summary>
    /// <param name="size">Pixels.</param>
    /// <param name="seed">Where chance starts.</param>
    public AvaEstimator<ClipStepTransformer> RandomCropClip(int size = 256, ulong seed = 0) =>
        ChangeClip(new() { Step = ClipStep.RandomCrop, Size = size, Seed = seed });

    /// <summary><c>Clip</c> → <c>Clip</c>, mirrored with a probability. Append it with <c>TransformerScope.TrainTest</c>.</summary>
    /// <param name="probability">0–1.</param>
    /// <param name="seed">Where chance starts.</param>
    public AvaEstimator<ClipStepTransformer> RandomFlipClip(double probability = 0.5, ulong seed = 0) =>
        ChangeClip(new() { Step = ClipStep.RandomFlip, Probability = probability, Seed = seed });

    /// <summary><c>Clip</c> → <c>Clip</c> by any of these steps. Append random ones with <c>TransformerScope.TrainTest</c>.</summary>
    public AvaEstimator<ClipStepTransformer> ChangeClip(ClipStepOptions options) =>
        new(new ClipStepTransformer(_context, Given(options)), ShapeOf.Clip(AvaColumns.Clip));

    /// <summary>
    /// <c>Clip</c> → <c>ClipTensor</c>, [3, T, H, W] float32, for models from elsewhere; this library's networks normalise by themselves.
    /// </summary>
    /// <param name="toBgr">Whether channels come out as blue, green, red.</param>
    /// <param name="shape">T, H and W of every clip, where the column is to have a known shape.</param>
    public AvaEstimator<NormalizeClipTransformer> NormalizeClip(bool toBgr = false, IReadOnlyList<int>? shape = null) =>
        NormalizeClip(new NormalizeClipOptions { ToBgr = toBgr, Shape = shape });

    /// <summary>
    /// <c>Clip</c> → <c>ClipTensor</c>, [3, T, H, W] float32, for models from elsewhere; this library's networks normalise by themselves.
    /// </summary>
    public AvaEstimator<NormalizeClipTransformer> NormalizeClip(NormalizeClipOptions options) =>
        new(new NormalizeClipTransformer(_context, Given(options)), ShapeOf.Singles(AvaColumns.ClipTensor));

    /// <summary>
    /// <c>Clip</c>, <c>Boxes</c>, <c>Proposals</c> → <c>PixelBoxes</c>, <c>PixelProposals</c>: boxes in pixels of the clip.
    /// </summary>
    /// <param name="boxes">Whether labelled boxes are mapped.</param>
    /// <param name="proposals">Whether proposals are mapped.</param>
    public AvaEstimator<MapBoxesTransformer> MapBoxes(bool boxes = true, bool proposals = true) =>
        MapBoxes(new MapBoxesOptions { Boxes = boxes, Proposals = proposals });

    /// <summary>
    /// <c>Clip</c>, <c>Boxes</c>, <c>Proposals</c> → <c>PixelBoxes</c>, <c>PixelProposals</c>: boxes in pixels of the clip.
    /// </summary>
    public AvaEstimator<MapBoxesTransformer> MapBoxes(MapBoxesOptions options) => new(new MapBoxesTransformer(_context, Given(options)),
    [
        .. options.Boxes ? [ShapeOf.Singles(AvaColumns.PixelBoxes)] : Array.Empty<SchemaShape.Column>(),
        .. options.Proposals ? [ShapeOf.Singles(AvaColumns.PixelProposals)] : Array.Empty<SchemaShape.Column>(),
    ]);

    /// <summary>
    /// One row a person instead of one a keyframe: <c>RoiFeatures</c> of fixed size, and where there are <c>RoiLabels</c> the columns
    /// <c>Labels</c>, <c>Label</c> (a key) and <c>Label1</c>, <c>Label2</c>, … (Boolean), for ML.NET's own trainers.
    /// </summary>
    /// <param name="featureCount">Numbers a box has; null: as the data says.</param>
    public ExplodeBoxesEstimator ExplodeBoxes(int? featureCount = null) =>
        ExplodeBoxes(new ExplodeBoxesOptions { FeatureCount = featureCount });

    /// <summary>One row a person instead of one a keyframe, for ML.NET's own trainers.</summary>
    public ExplodeBoxesEstimator ExplodeBoxes(ExplodeBoxesOptions options) => new(_context, Given(options));

    /// <summary>
    /// <c>Clip</c>, <c>Boxes</c>, <c>Labels</c>, <c>Proposals</c> → <c>Rois</c>, <c>RoiLabels</c>. Append it with
    /// <c>TransformerScope.TrainTest</c>, or as any other step where features are kept to be trained on: a fitted chain does not run what
    /// is for training only.
    /// </summary>
    /// <param name="positivesOnly">Whether only boxes with labels are kept; the others have no part in the loss.</param>
    /// <param name="seed">Where chance starts, for keyframes with more boxes than are wanted.</param>
    public AvaEstimator<AssignBoxesTransformer> AssignBoxes(bool positivesOnly = true, int seed = 0) =>
        AssignBoxes(new AssignBoxesOptions { PositivesOnly = positivesOnly, Seed = seed });

    /// <summary>
    /// <c>Clip</c>, <c>Boxes</c>, <c>Labels</c>, <c>Proposals</c> → <c>Rois</c>, <c>RoiLabels</c>. Append it with
    /// <c>TransformerScope.TrainTest</c>, or as any other step where features are kept to be trained on: a fitted chain does not run what
    /// is for training only.
    /// </summary>
    public AvaEstimator<AssignBoxesTransformer> AssignBoxes(AssignBoxesOptions options) =>
        new(new AssignBoxesTransformer(_context, Given(options)), ShapeOf.Singles(AvaColumns.RoIs), ShapeOf.Singles(AvaColumns.RoILabels));

    /// <summary>
    /// <c>Clip</c>, <c>Rois</c> or else <c>Proposals</c> → <c>RoiFeatures</c>, <c>PredictedBoxes</c>, with a network whose weights stay as they are.
    /// </summary>
    /// <param name="options">The network and the normalisation.</param>
    /// <param name="weights">
    /// A safetensors file with the weights of a detector (names beginning with <c>backbone.</c> and, where the network has such a head,
    /// <c>roi_head.shared_head.</c>) or of its backbone alone; null: random features.
    /// </param>
    /// <param name="seed">Where chance starts when there are no weights.</param>
    public AvaEstimator<ExtractRoIFeaturesTransformer> ExtractRoIFeatures(ExtractRoIFeaturesOptions options, string? weights = null, int seed = 0)
    {
        DetectorOptions network = Given(options).Network.WithMatchingHead();
        TorchSharp.torch.random.manual_seed(seed);
        Detector detector = new(network);
        detector.InitializeWeights();
        if (weights is not null) FeatureWeights.Load(detector, weights);
        return Estimator(new ExtractRoIFeaturesTransformer(_context, options with { Network = network }, detector, ComputeDevice.Choose(_context)));
    }

    /// <summary><c>Clip</c>, <c>Rois</c> or else <c>Proposals</c> → <c>RoiFeatures</c>, <c>PredictedBoxes</c>, with the backbone of a trained detector.</summary>
    /// <param name="detector">The detector, whose network is shared, not copied.</param>
    public AvaEstimator<ExtractRoIFeaturesTransformer> ExtractRoIFeatures(ActionDetectorTransformer detector) => Estimator(Given(detector).RoIFeatures);

    /// <summary><c>Source</c>, <c>Timestamp</c> → <c>Proposals</c>: finds persons, with an ONNX model or with the embedded detector, which needs none.</summary>
    /// <param name="onnx">An ONNX file of a known kind (<see cref="DetectorOutputs"/>); null: the embedded detector.</param>
    /// <param name="fps">Frames a second of the frames.</param>
    /// <param name="timestampStart">The time of frame 1, in seconds.</param>
    public AvaEstimator<DetectPersonsTransformer> DetectPersons(string? onnx = null, double fps = 30, double timestampStart = 900) => DetectPersons(new DetectPersonsOptions
    {
        Onnx = onnx is null ? null : new() { Model = onnx }, Fps = fps, TimestampStart = timestampStart,
    });

    /// <summary><c>Source</c>, <c>Timestamp</c> → <c>Proposals</c>: finds persons, with an ONNX model or with the embedded detector, which needs none.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="FormatException">The ONNX file is no model of a detector that is known.</exception>
    public AvaEstimator<DetectPersonsTransformer> DetectPersons(DetectPersonsOptions options)
    {
        Given(options).Validate();
        IPersonDetector detector = options.Onnx is { } onnx ? new OnnxPersonDetector(onnx, _context) : new EmbeddedPersonDetector(options.Embedded);
        return new(new DetectPersonsTransformer(_context, options, detector), ShapeOf.Singles(AvaColumns.Proposals));
    }

    static AvaEstimator<ExtractRoIFeaturesTransformer> Estimator(ExtractRoIFeaturesTransformer transformer) =>
        new(transformer, ShapeOf.Singles(AvaColumns.RoIFeatures), ShapeOf.Singles(AvaColumns.PredictedBoxes));

    static T Given<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
