using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Annotations;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(SampleFramesTransformer), null, typeof(SignatureLoadModel), "MlAva sample frames", SampleFramesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(SampleFramesTransformer), null, typeof(SignatureLoadRowMapper), "MlAva sample frames", SampleFramesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Adds the frames of the clip around each keyframe: <c>Timestamp</c> (and <c>VideoId</c>, where chance moves frames) →
/// <c>FrameIndices</c>, <c>KeyframeIndex</c>.
/// </summary>
public sealed class SampleFramesTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaSampleFrames";
    readonly ClipSampler _sampler;

    internal SampleFramesTransformer(IHostEnvironment environment, SampleFramesOptions options)
        : base(environment, nameof(SampleFramesTransformer))
    {
        options.Validate();
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
        DataViewSchema.DetachedColumn[] outputs =
            [new(AvaColumns.FrameIndices, type, null), new(AvaColumns.KeyframeIndex, NumberDataViewType.Int32, null)];
        if (!Options.Jitter) return new([timestamp.Index], outputs, row => Getters(row, _ => null));

        DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId);
        return new([timestamp.Index, video.Index], outputs, row =>
        {
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(row, video);
            return Getters(row, time => RowRandom.For(Options.Seed, readVideo().Span, time, LoaderSignature.Length));
        });

        Delegate[] Getters(DataViewRow row, Func<float, ClipRandom?> chance)
        {
            Func<float> read = RowReader.Scalar<float>(row, timestamp);
            ValueGetter<int> keyframe = (ref int value) => value = Keyframe(_sampler.Sample(read()));
            return [RowReader.VectorGetter(() => Sample(read(), chance(read()))), keyframe];
        }
    }

    int[] Sample(float timestamp, ClipRandom? random)
    {
        // One interval later: what the reference's demo takes for the clip around a keyframe (reference specification §9.4).
        double time = Options.Compatibility == Compatibility.MMAction2Demo
            ? timestamp + Options.Sampling.FrameInterval / Options.Sampling.Fps : timestamp;
        int[] indices = random is null ? _sampler.Sample(time) : _sampler.Sample(time, random);
        if (Options.RepeatKeyframe) indices.AsSpan().Fill(Keyframe(_sampler.Sample(timestamp)));
        return indices;
    }

    static int Keyframe(int[] indices) => indices[indices.Length / 2];

    static SampleFramesTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<SampleFramesOptions>(ctx, MakeVersion(typeof(SampleFramesTransformer), "AVASAMPL", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
