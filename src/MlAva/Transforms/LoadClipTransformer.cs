using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Annotations;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(LoadClipTransformer), null, typeof(SignatureLoadModel), "MlAva load clip", LoadClipTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(LoadClipTransformer), null, typeof(SignatureLoadRowMapper), "MlAva load clip", LoadClipTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Decodes the frames of each clip: <c>Source</c>, <c>FrameIndices</c>, and where it is there <c>KeyframeIndex</c> → <c>Clip</c>. Lazy: a
/// row's frames are read when its clip is asked for. Frames beyond a video's ends are its first or last one; the keyframe must exist.
/// </summary>
public sealed class LoadClipTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaLoadClip";

    /// <summary>0x00010001: the options were those of the frame store alone. 0x00010002: <see cref="LoadClipOptions"/>.</summary>
    const uint OwnVersion = 0x00010002;

    readonly FrameStoreCache _stores;
    readonly bool _ownsStores;

    internal LoadClipTransformer(IHostEnvironment environment, LoadClipOptions options)
        : this(environment, options, new(options.Frames, options.CacheMegabytes), ownsStores: true)
    {
    }

    LoadClipTransformer(IHostEnvironment environment, LoadClipOptions options, FrameStoreCache stores, bool ownsStores)
        : base(environment, nameof(LoadClipTransformer))
    {
        options.Validate();
        Options = options;
        (_stores, _ownsStores) = (stores, ownsStores);
    }

    /// <summary>The settings.</summary>
    public LoadClipOptions Options { get; }

    /// <summary>The keyframes whose frames could not be read so far, under <see cref="OnError.Skip"/>.</summary>
    public SkippedItems Skipped { get; } = new();

    private protected override VersionInfo Version => OwnVersionInfo;

    static VersionInfo OwnVersionInfo => MakeVersion(typeof(LoadClipTransformer), "AVALCLIP", LoaderSignature, OwnVersion);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    /// <summary>
    /// The same with another rule for frames that cannot be read. Open videos stay this one's: disposing of the result closes none.
    /// </summary>
    /// <param name="onError">The rule.</param>
    public LoadClipTransformer WithOnError(OnError onError) => new(Host, Options with { OnError = onError }, _stores, ownsStores: false);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column source = ColumnOf.Text(schema, AvaColumns.Source), indices = ColumnOf.Indices(schema, AvaColumns.FrameIndices);
        DataViewSchema.Column? keyframe = schema.GetColumnOrNull(AvaColumns.KeyframeIndex) is null ? null
            : ColumnOf.Int32(schema, AvaColumns.KeyframeIndex);
        int[] inputs = keyframe is { } own ? [source.Index, indices.Index, own.Index] : [source.Index, indices.Index];
        return new(inputs, [new(AvaColumns.Clip, VideoClipDataViewType.Instance, null)], row =>
        {
            Func<ReadOnlyMemory<char>> readSource = RowReader.Scalar<ReadOnlyMemory<char>>(row, source);
            Func<int[]> readIndices = RowReader.Vector<int>(row, indices);
            Func<int>? readKeyframe = keyframe is { } column ? RowReader.Scalar<int>(row, column) : null;
            // Several steps may ask for a row's clip; it is decoded once.
            Func<VideoClip?> load = RowReader.OncePerRow(row, () => Load(readSource().ToString(), readIndices(), readKeyframe?.Invoke()));
            ValueGetter<VideoClip> getter = (ref VideoClip value) => value = load()!;
            return [getter];
        });
    }

    VideoClip? Load(string source, int[] indices, int? keyframe)
    {
        try
        {
            return _stores.Read(source, indices, keyframe);
        }
        catch (Exception e) when (Options.OnError == OnError.Skip && UnusableFrames.Is(e))
        {
            Skipped.Add($"{source} {keyframe ?? indices[indices.Length / 2]}", e);
            return null;
        }
    }

    /// <summary>Closes the videos that were opened.</summary>
    public void Dispose()
    {
        if (_ownsStores) _stores.Dispose();
    }

    static LoadClipTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => new(env, ctx.Header.ModelVerWritten < OwnVersion
        ? new() { Frames = LoadOptions<FrameStoreOptions>(ctx, OwnVersionInfo) } : LoadOptions<LoadClipOptions>(ctx, OwnVersionInfo));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
