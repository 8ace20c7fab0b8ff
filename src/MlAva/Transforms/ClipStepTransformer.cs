using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(ClipStepTransformer), null, typeof(SignatureLoadModel), "MlAva clip step", ClipStepTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(ClipStepTransformer), null, typeof(SignatureLoadRowMapper), "MlAva clip step", ClipStepTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// One step on clips: resize, random rescale, random crop or random flip; <c>Clip</c> → <c>Clip</c>. Boxes follow through the clip's
/// geometry. A clip that is missing stays so.
/// </summary>
public sealed class ClipStepTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaClipStep";

    internal ClipStepTransformer(IHostEnvironment environment, ClipStepOptions options)
        : base(environment, nameof(ClipStepTransformer))
    {
        options.Validate();
        Options = options;
    }

    /// <summary>The settings.</summary>
    public ClipStepOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(ClipStepTransformer), "AVACSTEP", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip);
        DataViewSchema.DetachedColumn[] outputs = [new(AvaColumns.Clip, VideoClipDataViewType.Instance, null)];
        if (Options.Step is ClipStep.Resize or ClipStep.ResizeTo)
        {
            return new([clip.Index], outputs, row =>
            {
                Func<VideoClip?> read = RowReader.Scalar<VideoClip?>(row, clip);
                Func<VideoClip?> rescale = RowReader.OncePerRow(row, () => read() is { } given ? Resize(given) : null);
                ValueGetter<VideoClip> getter = (ref VideoClip value) => value = rescale()!;
                return [getter];
            });
        }

        DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
        return new([clip.Index, video.Index, timestamp.Index], outputs, row =>
        {
            Func<VideoClip?> read = RowReader.Scalar<VideoClip?>(row, clip);
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(row, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(row, timestamp);
            Func<VideoClip?> change = RowReader.OncePerRow(row, () => read() is { } given
                ? Change(given, RowRandom.For(Options.Seed, readVideo().Span, readTimestamp(), (int)Options.Step)) : null);
            ValueGetter<VideoClip> getter = (ref VideoClip value) => value = change()!;
            return [getter];
        });
    }

    VideoClip Resize(VideoClip clip) => Options.Step == ClipStep.Resize
        ? ClipAugmentation.Rescale(clip, Options.Size) : ClipResize.Resize(clip, new(Options.Width, Options.Height));

    VideoClip Change(VideoClip clip, ClipRandom random) => Options.Step switch
    {
        ClipStep.RandomRescale => ClipAugmentation.RandomRescale(clip, Options.Size, Options.MaximumSize, random),
        ClipStep.RandomCrop => ClipAugmentation.RandomCrop(clip, Options.Size, random),
        _ => ClipAugmentation.RandomFlip(clip, Options.Probability, random),
    };

    static ClipStepTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<ClipStepOptions>(ctx, MakeVersion(typeof(ClipStepTransformer), "AVACSTEP", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
