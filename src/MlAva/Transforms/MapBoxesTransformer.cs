using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(MapBoxesTransformer), null, typeof(SignatureLoadModel),
    "MlAva map boxes", MapBoxesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(MapBoxesTransformer), null, typeof(SignatureLoadRowMapper),
    "MlAva map boxes", MapBoxesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Boxes in pixels of the clip, through every step that made it: <c>Clip</c>, <c>Boxes</c>, <c>Proposals</c> → <c>PixelBoxes</c>,
/// <c>PixelProposals</c> (reference specification §7.2–7.5); empty for a clip that is missing.
/// </summary>
public sealed class MapBoxesTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaMapBoxes";

    internal MapBoxesTransformer(IHostEnvironment environment, MapBoxesOptions options)
        : base(environment, nameof(MapBoxesTransformer))
    {
        options.Validate();
        Options = options;
    }

    /// <summary>The settings.</summary>
    public MapBoxesOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(MapBoxesTransformer), "AVAMAPBX", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip);
        List<(DataViewSchema.Column From, string To, Func<float[], float[]> Read)> maps = [];
        if (Options.Boxes) maps.Add((ColumnOf.Singles(schema, AvaColumns.Boxes), AvaColumns.PixelBoxes, numbers => numbers));
        if (Options.Proposals)
            maps.Add((ColumnOf.Singles(schema, AvaColumns.Proposals), AvaColumns.PixelProposals, numbers => ProposalColumn.Boxes(numbers)));
        return new([clip.Index, .. maps.Select(m => m.From.Index)], [.. maps.Select(m => ColumnOf.Matrix(m.To))], row =>
        {
            Func<VideoClip?> readClip = RowReader.Scalar<VideoClip?>(row, clip);
            return [.. maps.Select(map =>
            {
                Func<float[]> read = RowReader.Vector<float>(row, map.From);
                return RowReader.VectorGetter(() => readClip()?.Geometry.ToPixels(map.Read(read())) ?? []);
            })];
        });
    }

    static MapBoxesTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<MapBoxesOptions>(ctx, MakeVersion(typeof(MapBoxesTransformer), "AVAMAPBX", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(env, ctx).MapperFor(inputSchema);
}
