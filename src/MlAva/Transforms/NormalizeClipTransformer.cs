using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(NormalizeClipTransformer), null, typeof(SignatureLoadModel),
    "MlAva normalize clip", NormalizeClipTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(NormalizeClipTransformer), null, typeof(SignatureLoadRowMapper),
    "MlAva normalize clip", NormalizeClipTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// The network's input as numbers: <c>Clip</c> → <c>ClipTensor</c>, [3, T, H, W] float32, (x − mean) / deviation to the last bit as in the
/// reference (specification §7.6, §7.7); empty for a clip that is missing. Networks of this library do it themselves, on their device; this
/// is for models from elsewhere, such as ONNX.
/// </summary>
public sealed class NormalizeClipTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaNormalizeClip";
    readonly ClipNormalizer _normalizer;

    internal NormalizeClipTransformer(IHostEnvironment environment, NormalizeClipOptions options)
        : base(environment, nameof(NormalizeClipTransformer))
    {
        options.Validate();
        Options = options;
        _normalizer = new([.. options.Mean], [.. options.StandardDeviation], options.ToBgr);
    }

    /// <summary>The settings.</summary>
    public NormalizeClipOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(NormalizeClipTransformer), "AVANORMC", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip);
        VectorDataViewType type = Options.Shape is { } shape
            ? new(NumberDataViewType.Single, 3, shape[0], shape[1], shape[2]) : new(NumberDataViewType.Single);
        return new([clip.Index], [new(AvaColumns.ClipTensor, type, null)], row =>
        {
            Func<VideoClip?> read = RowReader.Scalar<VideoClip?>(row, clip);
            ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) =>
            {
                if (read() is not { } given)
                {
                    value = Options.Shape is null ? new(0, []) : throw new ArgumentException(
                        "A row has no clip, as its frames could not be read; "
                        + $"expected one, as {nameof(NormalizeClipOptions.Shape)} is set.");
                    return;
                }
                if (Options.Shape is { } wanted && (given.Frames != wanted[0] || given.Height != wanted[1] || given.Width != wanted[2]))
                {
                    throw new ArgumentException($"A clip is {given}; expected {wanted[0]} frames of {wanted[2]}x{wanted[1]}. "
                        + "To mend: add ResizeClip or RandomCropClip before, or leave the shape open.");
                }
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, given.Frames * given.FrameBytes);
                _normalizer.Normalize(given, editor.Values);
                value = editor.Commit();
            };
            return [getter];
        });
    }

    static NormalizeClipTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<NormalizeClipOptions>(ctx, MakeVersion(typeof(NormalizeClipTransformer), "AVANORMC", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(env, ctx).MapperFor(inputSchema);
}
