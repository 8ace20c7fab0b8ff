using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(SampleFramesTransformer), null, typeof(SignatureLoadModel), "MlAva sample frames", SampleFramesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(SampleFramesTransformer), null, typeof(SignatureLoadRowMapper), "MlAva sample frames", SampleFramesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>Adds the frames of the clip around each keyframe: <c>Timestamp</c> → <c>FrameIndices</c>, without jitter.</summary>
public sealed class SampleFramesTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaSampleFrames";
    readonly ClipSampler _sampler;

    internal SampleFramesTransformer(IHostEnvironment environment, SampleFramesOptions options)
        : base(environment, nameof(SampleFramesTransformer))
    {
        options.Sampling.Validate();
        Options = options;
        _sampler = new ClipSampler(options.Sampling);
    }

    /// <summary>The settings.</summary>
    public SampleFramesOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(SampleFramesTransformer), "AVASAMPL", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
        VectorDataViewType type = new(NumberDataViewType.Int32, Options.Sampling.ClipLength);
        return new([timestamp.Index], [new(AvaColumns.FrameIndices, type, null)], row =>
        {
            Func<float> read = RowReader.Scalar<float>(row, timestamp);
            return [RowReader.VectorGetter(() => Sample(read()))];
        });
    }

    int[] Sample(float timestamp)
    {
        int[] indices = _sampler.Sample(timestamp);
        if (Options.RepeatKeyframe) indices.AsSpan().Fill(indices[indices.Length / 2]);
        return indices;
    }

    static SampleFramesTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<SampleFramesOptions>(ctx, MakeVersion(typeof(SampleFramesTransformer), "AVASAMPL", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
