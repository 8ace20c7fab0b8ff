using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
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
/// Runs the backbone over each clip and pools its features over boxes: <c>Clip</c> and <c>Rois</c>, or where that is missing <c>Proposals</c>
/// → <c>RoiFeatures</c> (n×D) and <c>PredictedBoxes</c> (n×4). Thread-safe: rows are computed one at a time. Holds native memory; dispose of it.
/// </summary>
public sealed class ExtractRoIFeaturesTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaExtractRoIFeatures";
    const string Weights = "Weights";
    readonly Detector _detector;
    readonly ClipBatcher _batcher;
    readonly Lock _gate = new();

    internal ExtractRoIFeaturesTransformer(IHostEnvironment environment, ExtractRoIFeaturesOptions options, Detector detector, Device device)
        : base(environment, nameof(ExtractRoIFeaturesTransformer))
    {
        Options = options;
        Device = device;
        _detector = detector;
        _detector.to(device);
        _detector.eval();
        _batcher = new ClipBatcher(options.Mean, options.StandardDeviation, device);
    }

    /// <summary>The settings.</summary>
    public ExtractRoIFeaturesOptions Options { get; }

    /// <summary>Where the network runs.</summary>
    public Device Device { get; }

    /// <summary>D: numbers per box.</summary>
    public int FeatureCount => Options.Network.Head.InputChannels;

    internal Detector Detector => _detector;

    private protected override VersionInfo Version => MakeVersion(typeof(ExtractRoIFeaturesTransformer), "AVAROIFE", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _detector.Dispose();
            _batcher.Dispose();
        }
    }

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip);
        bool chosen = schema.GetColumnOrNull(AvaColumns.RoIs) is not null;
        DataViewSchema.Column boxes = ColumnOf.Singles(schema, chosen ? AvaColumns.RoIs : AvaColumns.Proposals);
        DataViewSchema.DetachedColumn[] outputs = [ColumnOf.Matrix(AvaColumns.RoIFeatures), ColumnOf.Matrix(AvaColumns.PredictedBoxes)];
        return new([clip.Index, boxes.Index], outputs, row =>
        {
            Func<VideoClip> readClip = RowReader.Scalar<VideoClip>(row, clip);
            Func<float[]> readBoxes = RowReader.Vector<float>(row, boxes);
            Func<(float[] Features, float[] Boxes)> extract = RowReader.OncePerRow(row, () =>
            {
                float[] given = readBoxes();
                return Extract(readClip(), chosen ? given : ProposalColumn.Boxes(given));
            });
            return [RowReader.VectorGetter(() => extract().Features), RowReader.VectorGetter(() => extract().Boxes)];
        });
    }

    (float[] Features, float[] Boxes) Extract(VideoClip clip, float[] normalised)
    {
        if (normalised.Length == 0) return ([], []);
        float[] pixels = clip.Geometry.ToPixels(normalised);
        lock (_gate)
        {
            using var _ = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor input = _batcher.ToTensor([clip]);
            Tensor features = _detector.Head.Pool(_detector.ExtractRoIFeatures(input, RoIs.Join([pixels])));
            return (features.cpu().data<float>().ToArray(), clip.Geometry.ToNormalised(pixels));
        }
    }

    private protected override void SavePayload(ModelSaveContext context) => context.SaveBinaryStream(Weights, writer => Safetensors.Write(writer.BaseStream, _detector.Backbone.state_dict()));

    static ExtractRoIFeaturesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ExtractRoIFeaturesOptions options = LoadOptions<ExtractRoIFeaturesOptions>(ctx, MakeVersion(typeof(ExtractRoIFeaturesTransformer), "AVAROIFE", LoaderSignature));
        Detector detector = new(options.Network);
        PayloadOf.LoadWeights(ctx, Weights, detector.Backbone);
        return new(env, options, detector, ComputeDevice.Choose(env));
    }

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
