using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;
using TorchSharp;
using static TorchSharp.torch;

[assembly: LoadableClass(typeof(ExtractRoIFeaturesTransformer), null, typeof(SignatureLoadModel), "MlAva extract RoI features", ExtractRoIFeaturesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(ExtractRoIFeaturesTransformer), null, typeof(SignatureLoadRowMapper), "MlAva extract RoI features", ExtractRoIFeaturesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Runs the backbone over each clip, pools its features over boxes, and relates them where the network has a head for it: <c>Clip</c> and
/// <c>Rois</c>, or where that is missing <c>Proposals</c> → <c>RoiFeatures</c> (n×D) and <c>PredictedBoxes</c> (n×4). A network with a
/// <see cref="FeatureBankHead"/> reads <c>VideoId</c> and <c>Timestamp</c> too; which long-term features a box gets depends on video, time
/// and its place among the boxes alone. Thread-safe: rows are computed one at a time. Holds native memory; dispose of it.
/// </summary>
public sealed class ExtractRoIFeaturesTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaExtractRoIFeatures";
    const string Weights = "Weights", Bank = "FeatureBank";
    readonly SharedNetwork _network;
    readonly bool _ownsNetwork;
    readonly Lock _bankGate = new();
    LongTermSampler? _bank;

    internal ExtractRoIFeaturesTransformer(IHostEnvironment environment, ExtractRoIFeaturesOptions options, Detector detector, Device device)
        : this(environment, options, new(detector, new(options.Mean, options.StandardDeviation, device)), ownsNetwork: true)
    {
        detector.to(device);
        _network.Prepare(options.Inference);
    }

    ExtractRoIFeaturesTransformer(IHostEnvironment environment, ExtractRoIFeaturesOptions options, SharedNetwork network, bool ownsNetwork)
        : base(environment, nameof(ExtractRoIFeaturesTransformer))
    {
        FeatureBankSource.Validate(options.FeatureBank, options.Network, nameof(ExtractRoIFeaturesOptions));
        Options = options with { FeatureBank = options.FeatureBank?.Here() };
        (_network, _ownsNetwork) = (network, ownsNetwork);
    }

    /// <summary>The settings.</summary>
    public ExtractRoIFeaturesOptions Options { get; }

    /// <summary>Where the network runs.</summary>
    public Device Device => _network.Batcher.Device;

    /// <summary>D: numbers per box.</summary>
    public int FeatureCount => Options.Network.Head.InputChannels;

    internal Detector Detector => _network.Detector;

    private protected override VersionInfo Version => MakeVersion(typeof(ExtractRoIFeaturesTransformer), "AVAROIFE", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    /// <summary>
    /// The same network with long-term features from another bank. It stays this transformer's: disposing of the result frees nothing.
    /// </summary>
    /// <param name="bank">The files, or the bank itself.</param>
    /// <exception cref="ArgumentException">The network takes no long-term features, or there are neither files nor a bank.</exception>
    public ExtractRoIFeaturesTransformer WithFeatureBank(FeatureBankSource bank)
    {
        ArgumentNullException.ThrowIfNull(bank);
        return new(Host, Options with { FeatureBank = bank }, _network, ownsNetwork: false);
    }

    /// <summary>
    /// The same network prepared otherwise, such as in bfloat16. It stays this transformer's: disposing of the result frees nothing. Used by
    /// turns, the two prepare it anew at each change.
    /// </summary>
    /// <param name="inference">The settings.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public ExtractRoIFeaturesTransformer WithInference(InferenceOptions inference)
    {
        ArgumentNullException.ThrowIfNull(inference);
        inference.Validate();
        return new(Host, Options with { Inference = inference }, _network, ownsNetwork: false);
    }

    /// <summary>
    /// The same network with another rule for the reference's faults. It stays this transformer's: disposing of the result frees nothing.
    /// </summary>
    /// <param name="compatibility">Which faults are mirrored.</param>
    public ExtractRoIFeaturesTransformer WithCompatibility(Compatibility compatibility) =>
        new(Host, Options with { Compatibility = compatibility }, _network, ownsNetwork: false);

    /// <summary>
    /// Reads the bank, if the network takes from one, and holds it against keyframes, so that what is wrong is known before the scoring
    /// begins.
    /// </summary>
    /// <param name="data">The keyframes: <c>VideoId</c>, <c>Timestamp</c>.</param>
    /// <exception cref="CheckpointFormatException">A file of the bank is missing, or holds something else.</exception>
    /// <exception cref="ArgumentException">The bank's features are of another size, or not those of these videos and times.</exception>
    public void CheckFeatureBank(IDataView data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Options.Network.SharedHead is not FeatureBankHeadOptions head) return;
        DataViewSchema.Column video = ColumnOf.Text(data.Schema, AvaColumns.VideoId);
        DataViewSchema.Column timestamp = ColumnOf.Single(data.Schema, AvaColumns.Timestamp);
        List<(string, int)> keyframes = [];
        using DataViewRowCursor cursor = data.GetRowCursor([video, timestamp]);
        Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
        Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
        while (cursor.MoveNext()) keyframes.Add((readVideo().ToString(), FeatureBank.SecondOf(readTimestamp())));
        LongTerm().Bank.Check(head, keyframes, Options.FeatureBank!.Name);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        if (_ownsNetwork) _network.Dispose();
    }

    /// <summary>The bank, read when the first cursor is opened: a model whose bank is elsewhere can be loaded, and given it.</summary>
    LongTermSampler LongTerm()
    {
        lock (_bankGate)
        {
            if (_bank is not null) return _bank;
            FeatureBankHeadOptions head = (FeatureBankHeadOptions)Options.Network.SharedHead!;
            FeatureBank bank = Options.FeatureBank!.Load();
            bank.Check(head, [], Options.FeatureBank.Name);
            return _bank = new(bank, head);
        }
    }

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip);
        bool chosen = schema.GetColumnOrNull(AvaColumns.RoIs) is not null;
        DataViewSchema.Column boxes = ColumnOf.Singles(schema, chosen ? AvaColumns.RoIs : AvaColumns.Proposals);
        DataViewSchema.DetachedColumn[] outputs =
        [
            ColumnOf.Matrix(AvaColumns.RoIFeatures, FeatureCountAnnotation.Build(FeatureCount)), ColumnOf.Matrix(AvaColumns.PredictedBoxes),
        ];
        bool unscaled = Options.Compatibility == Compatibility.MMAction2 && !chosen && schema.GetColumnOrNull(AvaColumns.Boxes) is null;
        if (Options.FeatureBank is null) return new([clip.Index, boxes.Index], outputs, row => Getters(row, (_, _) => null));

        DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
        return new([clip.Index, boxes.Index, video.Index, timestamp.Index], outputs, row =>
        {
            LongTermSampler bank = LongTerm();
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(row, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(row, timestamp);
            return Getters(row, (count, device) =>
                bank.ToTensor(bank.SampleForScoring(readVideo().ToString(), readTimestamp(), count), device));
        });

        Delegate[] Getters(DataViewRow row, Func<int, Device, Tensor?> longTerm)
        {
            Func<VideoClip?> readClip = RowReader.Scalar<VideoClip?>(row, clip);
            Func<float[]> readBoxes = RowReader.Vector<float>(row, boxes);
            Func<(float[] Features, float[] Boxes)> extract = RowReader.OncePerRow(row, () =>
            {
                float[] given = readBoxes();
                if (readClip() is not { } frames) return ([], []); // missing: its frames could not be read
                return Extract(frames, chosen ? given : ProposalColumn.Boxes(given), unscaled, longTerm);
            });
            return [RowReader.VectorGetter(() => extract().Features), RowReader.VectorGetter(() => extract().Boxes)];
        }
    }

    (float[] Features, float[] Boxes) Extract(VideoClip clip, float[] normalised, bool unscaled, Func<int, Device, Tensor?> longTerm)
    {
        if (normalised.Length == 0) return ([], []);
        float[] pixels = unscaled ? [.. normalised] : clip.Geometry.ToPixels(normalised);
        lock (_network.Gate)
        {
            using var _ = no_grad();
            using DisposeScope scope = NewDisposeScope();
            _network.Prepare(Options.Inference);
            Detector detector = _network.Detector;
            Tensor? context = longTerm(pixels.Length / 4, Device);
            Tensor features = detector.ExtractRoIFeatures(
                _network.Batcher.ToTensor([clip], Options.Compatibility == Compatibility.MMAction2Demo), RoIs.Join([pixels]), context);
            return (detector.Head.Pool(features).cpu().data<float>().ToArray(), clip.Geometry.ToNormalised(pixels));
        }
    }

    private protected override void SavePayload(ModelSaveContext context)
    {
        context.SaveBinaryStream(Weights, writer => Safetensors.Write(writer.BaseStream, FeatureWeights.Of(_network.Detector)));
        if (Options.FeatureBank is { IsEmbedded: true } bank)
            context.SaveBinaryStream(Bank, writer => bank.Load().Write(writer.BaseStream));
    }

    static ExtractRoIFeaturesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ExtractRoIFeaturesOptions options = LoadOptions<ExtractRoIFeaturesOptions>(ctx, MakeVersion(typeof(ExtractRoIFeaturesTransformer), "AVAROIFE", LoaderSignature));
        if (options.FeatureBank is { IsEmbedded: true } source)
            options = options with { FeatureBank = source with { Bank = PayloadOf.LoadBank(ctx, Bank) } };
        Detector detector = new(options.Network);
        PayloadOf.Load(ctx, Weights, (content, name) => FeatureWeights.LoadStrict(detector, content.Tensors, name));
        return new(env, options, detector, ComputeDevice.Choose(env));
    }

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);

    /// <summary>
    /// What transformers with different banks or preparations have in common. The network is not thread-safe, so the gate is.
    /// </summary>
    sealed class SharedNetwork(Detector detector, ClipBatcher batcher) : IDisposable
    {
        InferenceOptions? _prepared;

        public Detector Detector => detector;

        public ClipBatcher Batcher => batcher;

        public Lock Gate { get; } = new();

        /// <summary>Prepares the network, unless it is prepared in this way.</summary>
        public void Prepare(InferenceOptions inference)
        {
            if (inference == _prepared) return;
            detector.PrepareForInference(inference);
            _prepared = inference;
        }

        public void Dispose()
        {
            lock (Gate)
            {
                detector.Dispose();
                batcher.Dispose();
            }
        }
    }
}
