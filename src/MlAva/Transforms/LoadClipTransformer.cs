using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(LoadClipTransformer), null, typeof(SignatureLoadModel), "MlAva load clip", LoadClipTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(LoadClipTransformer), null, typeof(SignatureLoadRowMapper), "MlAva load clip", LoadClipTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>Decodes the frames of each clip: <c>Source</c>, <c>FrameIndices</c> → <c>Clip</c>. Lazy: a row's frames are read when its clip is asked for.</summary>
public sealed class LoadClipTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaLoadClip";
    readonly FrameStoreCache _stores;

    internal LoadClipTransformer(IHostEnvironment environment, FrameStoreOptions options)
        : base(environment, nameof(LoadClipTransformer))
    {
        Options = options;
        _stores = new FrameStoreCache(options);
    }

    /// <summary>The settings.</summary>
    public FrameStoreOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(LoadClipTransformer), "AVALCLIP", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column source = ColumnOf.Text(schema, AvaColumns.Source), indices = ColumnOf.Indices(schema, AvaColumns.FrameIndices);
        return new([source.Index, indices.Index], [new(AvaColumns.Clip, VideoClipDataViewType.Instance, null)], row =>
        {
            Func<ReadOnlyMemory<char>> readSource = RowReader.Scalar<ReadOnlyMemory<char>>(row, source);
            Func<int[]> readIndices = RowReader.Vector<int>(row, indices);
            // Several steps may ask for a row's clip; it is decoded once.
            Func<VideoClip> load = RowReader.OncePerRow(row, () => _stores.Read(readSource().ToString(), readIndices()));
            ValueGetter<VideoClip> getter = (ref VideoClip value) => value = load();
            return [getter];
        });
    }

    /// <summary>Closes the videos that were opened.</summary>
    public void Dispose() => _stores.Dispose();

    static LoadClipTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<FrameStoreOptions>(ctx, MakeVersion(typeof(LoadClipTransformer), "AVALCLIP", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
