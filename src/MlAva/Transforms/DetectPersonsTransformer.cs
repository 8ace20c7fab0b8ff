using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Onnx;
using MlAva.Persistence;
using MlAva.Persons;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(DetectPersonsTransformer), null, typeof(SignatureLoadModel), "MlAva detect persons", DetectPersonsTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(DetectPersonsTransformer), null, typeof(SignatureLoadRowMapper), "MlAva detect persons", DetectPersonsTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Finds persons in keyframes: <c>Source</c>, <c>Timestamp</c> → <c>Proposals</c>. Lazy: a frame is looked at when its boxes are asked
/// for. An ONNX model goes
/// into <c>model.zip</c>.
/// </summary>
public sealed class DetectPersonsTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaDetectPersons";
    const string ModelName = "Detector";
    readonly FrameStoreCache _stores;
    readonly ClipSampler _sampler;

    internal DetectPersonsTransformer(IHostEnvironment environment, DetectPersonsOptions options, IPersonDetector detector)
        : base(environment, nameof(DetectPersonsTransformer))
    {
        options.Validate();
        (Options, Detector) = (options, detector);
        _stores = new FrameStoreCache(options.Frames.Fps is null ? options.Frames with { Fps = options.Fps } : options.Frames);
        _sampler = new(new()
        {
            ClipLength = 1, FrameInterval = 1, Fps = options.Fps, TimestampStart = options.TimestampStart, TimestampEnd = options.TimestampStart + 1, LastFrame = int.MaxValue,
        });
    }

    /// <summary>The settings.</summary>
    public DetectPersonsOptions Options { get; }

    /// <summary>What finds the persons.</summary>
    public IPersonDetector Detector { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(DetectPersonsTransformer), "AVAPERSN", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(new Saved(Options, (Detector as OnnxPersonDetector)?.Plan));

    private protected override void SavePayload(ModelSaveContext context)
    {
        if (Detector is OnnxPersonDetector onnx) context.SaveModel(onnx.Transformer, ModelName);
    }

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column source = ColumnOf.Text(schema, AvaColumns.Source), timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
        return new([source.Index, timestamp.Index], [ColumnOf.Matrix(AvaColumns.Proposals)], row =>
        {
            Func<ReadOnlyMemory<char>> readSource = RowReader.Scalar<ReadOnlyMemory<char>>(row, source);
            Func<float> readTimestamp = RowReader.Scalar<float>(row, timestamp);
            // Several steps may ask for a row's boxes; they are found once.
            return [RowReader.VectorGetter(RowReader.OncePerRow(row, () => Detect(readSource().ToString(), readTimestamp())))];
        });
    }

    float[] Detect(string source, float timestamp)
    {
        IFrameStore store = _stores.Open(source);
        return ProposalColumn.Numbers(Detector.Detect(store, _sampler.Sample(timestamp)[0]));
    }

    /// <summary>Closes the videos that were opened, and the detector.</summary>
    public void Dispose()
    {
        _stores.Dispose();
        Detector.Dispose();
    }

    static DetectPersonsTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Saved saved = LoadOptions<Saved>(ctx, MakeVersion(typeof(DetectPersonsTransformer), "AVAPERSN", LoaderSignature));
        if (saved is not { Plan: { } plan, Options.Onnx: { } onnx }) return new(env, saved.Options, new EmbeddedPersonDetector(saved.Options.Embedded));
        ctx.LoadModel<OnnxTransformer, SignatureLoadModel>(env, out OnnxTransformer transformer, ModelName);
        return new(env, saved.Options, new OnnxPersonDetector(onnx, plan, _ => transformer));
    }

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);

    sealed record Saved(DetectPersonsOptions Options, OnnxPlan? Plan);
}
