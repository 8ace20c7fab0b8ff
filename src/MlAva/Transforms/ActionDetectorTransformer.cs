using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Transforms;
using TorchSharp;

[assembly: LoadableClass(typeof(ActionDetectorTransformer), null, typeof(SignatureLoadModel), "MlAva action detector", ActionDetectorTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// A trained action detector: <c>Timestamp</c>, <c>Source</c>, <c>Proposals</c> (and <c>VideoId</c>, where the network takes features from
/// a bank) → <c>FrameIndices</c>, <c>Clip</c>, <c>RoiFeatures</c>, <c>PredictedBoxes</c>, <c>Score</c>. Its parts are transformers of their
/// own and can be recombined. Thread-safe. Holds native memory; dispose of it.
/// </summary>
public sealed class ActionDetectorTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaActionDetector";
    const string Pipeline = "Pipeline";
    readonly IHostEnvironment _environment;
    readonly TransformerChain<ITransformer> _chain;
    readonly bool _ownsParts;

    internal ActionDetectorTransformer(
        IHostEnvironment environment, ClipOptions clip, DetectorOptions network, IReadOnlyList<string> classNames, Detector detector,
        torch.Device device, FeatureBankSource? bank)
        : this(environment, new TransformerChain<ITransformer>(
            new SampleFramesTransformer(environment, new() { Sampling = clip.Sampling, Compatibility = clip.Compatibility }),
            new LoadClipTransformer(environment, new() { Frames = clip.FramesAtSamplingRate() }),
            new ClipStepTransformer(environment, new() { Step = ClipStep.Resize, Size = clip.ShortSide }),
            new ExtractRoIFeaturesTransformer(environment, Extraction(clip, network, bank), detector, device),
            new ScoreActionsTransformer(environment, new() { Head = network.Head, ClassNames = classNames }, detector.Head, device)), ownsParts: true)
    {
    }

    static ExtractRoIFeaturesOptions Extraction(ClipOptions clip, DetectorOptions network, FeatureBankSource? bank) =>
        new()
        {
            Network = network, Mean = clip.Mean, StandardDeviation = clip.StandardDeviation, FeatureBank = bank,
            Compatibility = clip.Compatibility,
        };

    ActionDetectorTransformer(IHostEnvironment environment, TransformerChain<ITransformer> chain, bool ownsParts)
    {
        _ownsParts = ownsParts;
        _environment = environment;
        _chain = chain;
        ITransformer[] parts = [.. chain];
        SampleFrames = (SampleFramesTransformer)parts[0];
        LoadClip = (LoadClipTransformer)parts[1];
        Resize = (ClipStepTransformer)parts[2];
        RoIFeatures = (ExtractRoIFeaturesTransformer)parts[3];
        Head = (ScoreActionsTransformer)parts[4];
    }

    /// <summary>Which frames make up a clip.</summary>
    public SampleFramesTransformer SampleFrames { get; }

    /// <summary>Reads them.</summary>
    public LoadClipTransformer LoadClip { get; }

    /// <summary>Brings them to size.</summary>
    public ClipStepTransformer Resize { get; }

    /// <summary>The backbone and the pooling over boxes.</summary>
    public ExtractRoIFeaturesTransformer RoIFeatures { get; }

    /// <summary>The action head.</summary>
    public ScoreActionsTransformer Head { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The same detector over clips in which every frame is the keyframe: what remains of its scores does not come from motion. It works with this one's networks,
    /// which stay this one's: disposing of the result frees nothing, and it must not be used after this one is disposed of.</summary>
    public ActionDetectorTransformer WithRepeatedKeyframe() => new(_environment, new TransformerChain<ITransformer>(
        new SampleFramesTransformer(_environment, SampleFrames.Options with { RepeatKeyframe = true }), LoadClip, Resize, RoIFeatures, Head), ownsParts: false);

    /// <summary>
    /// The same detector with another rule for frames that cannot be read; what was left out is in <see cref="LoadClip"/>'s
    /// <see cref="LoadClipTransformer.Skipped"/>. It works with this one's networks, which stay this one's.
    /// </summary>
    /// <param name="onError">The rule.</param>
    public ActionDetectorTransformer WithOnError(OnError onError) => new(_environment, new TransformerChain<ITransformer>(
        SampleFrames, LoadClip.WithOnError(onError), Resize, RoIFeatures, Head), ownsParts: false);

    /// <summary>
    /// The same detector with the reference's faults mirrored, or not. It works with this one's networks, which stay this one's.
    /// </summary>
    /// <param name="compatibility">Which faults.</param>
    public ActionDetectorTransformer WithCompatibility(Compatibility compatibility) => new(_environment, new TransformerChain<ITransformer>(
        new SampleFramesTransformer(_environment, SampleFrames.Options with { Compatibility = compatibility }), LoadClip, Resize,
        RoIFeatures.WithCompatibility(compatibility), Head), ownsParts: false);

    /// <summary>
    /// The same detector with long-term features from another bank: that of the videos to be scored, or the old one at a new place. It
    /// works with this one's networks, which stay this one's.
    /// </summary>
    /// <param name="bank">The files, or the bank itself.</param>
    /// <exception cref="ArgumentException">The network takes no long-term features, or there are neither files nor a bank.</exception>
    public ActionDetectorTransformer WithFeatureBank(FeatureBankSource bank) => new(_environment, new TransformerChain<ITransformer>(
        SampleFrames, LoadClip, Resize, RoIFeatures.WithFeatureBank(bank), Head), ownsParts: false);

    /// <summary>
    /// The same detector prepared otherwise, such as in bfloat16. It works with this one's networks, which stay this one's; used by turns,
    /// the two prepare them anew at each change.
    /// </summary>
    /// <param name="inference">The settings.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public ActionDetectorTransformer WithInference(InferenceOptions inference) => new(_environment, new TransformerChain<ITransformer>(
        SampleFrames, LoadClip, Resize, RoIFeatures.WithInference(inference), Head), ownsParts: false);

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => _chain.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_chain).GetRowToRowMapper(inputSchema);

    /// <summary>Frees the networks and closes the videos.</summary>
    public void Dispose()
    {
        if (!_ownsParts) return;
        LoadClip.Dispose();
        Head.Dispose();
        RoIFeatures.Dispose();
    }

    static VersionInfo Version { get; } = new(
        "AVADETCT", 0x00010001, 0x00010001, 0x00010001, loaderSignature: LoaderSignature, loaderAssemblyName: typeof(ActionDetectorTransformer).Assembly.FullName!);

    // *** Binary format *** 1.1: the five parts as a transformer chain
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.SaveModel(_chain, Pipeline);
    }

    static ActionDetectorTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        ctx.LoadModel<TransformerChain<ITransformer>, SignatureLoadModel>(env, out TransformerChain<ITransformer> chain, Pipeline);
        return new(env, chain, ownsParts: true);
    }
}
