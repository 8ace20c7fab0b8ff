using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;
using MlAva.Transforms;

[assembly: LoadableClass(typeof(ExplodeBoxesTransformer), null, typeof(SignatureLoadModel),
    "MlAva explode boxes", ExplodeBoxesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// One row a person instead of one a keyframe, as ML.NET's own trainers want it: <c>RoiFeatures</c> (n×D) and where they are there
/// <c>PredictedBoxes</c> and <c>RoiLabels</c> → <c>RoiFeatures</c> (D, of fixed size), <c>Box</c>, <c>BoxIndex</c>, <c>Labels</c> (C,
/// multi-hot), <c>Label</c> (a key: the first action) and a Boolean <c>Label1</c>, <c>Label2</c>, … for each action. <c>VideoId</c>,
/// <c>Timestamp</c> and <c>Source</c> stay; other columns go. A keyframe without boxes leaves no row.
/// </summary>
public sealed class ExplodeBoxesTransformer : ITransformer
{
    internal const string LoaderSignature = "MlAvaExplodeBoxes";
    internal static readonly string[] Kept = [AvaColumns.VideoId, AvaColumns.Timestamp, AvaColumns.Source];

    internal ExplodeBoxesTransformer(ExplodeBoxesOptions options)
    {
        options.Validate();
        Options = options;
    }

    /// <summary>The settings, with what was found in the data.</summary>
    public ExplodeBoxesOptions Options { get; }

    /// <summary>D: numbers a person has.</summary>
    public int FeatureCount => Options.FeatureCount!.Value;

    /// <summary>C: columns of <c>Labels</c>, the unused 0 included; 0 where the data that it was fitted to had no labels.</summary>
    public int ClassCount => Options.ClassNames!.Count;

    bool ITransformer.IsRowToRowMapper => false;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        DataViewSchema.Builder schema = new();
        foreach (DataViewSchema.Column kept in ColumnOf.Present(inputSchema, Kept))
            schema.AddColumn(kept.Name, kept.Type, kept.Annotations);
        ColumnOf.Singles(inputSchema, AvaColumns.RoIFeatures);
        schema.AddColumn(AvaColumns.BoxIndex, NumberDataViewType.Int32);
        schema.AddColumn(AvaColumns.RoIFeatures, new VectorDataViewType(NumberDataViewType.Single, FeatureCount));
        if (inputSchema.GetColumnOrNull(AvaColumns.PredictedBoxes) is not null)
        {
            ColumnOf.Singles(inputSchema, AvaColumns.PredictedBoxes);
            schema.AddColumn(AvaColumns.Box, new VectorDataViewType(NumberDataViewType.Single, 4));
        }
        if (ClassCount == 0 || inputSchema.GetColumnOrNull(AvaColumns.RoILabels) is null) return schema.ToSchema();
        ColumnOf.Singles(inputSchema, AvaColumns.RoILabels);
        schema.AddColumn(AvaColumns.Labels, new VectorDataViewType(NumberDataViewType.Single, ClassCount),
            ClassNameAnnotations.Build(Options.ClassNames!));
        schema.AddColumn(AvaColumns.Label, new KeyDataViewType(typeof(uint), ClassCount - 1), KeyValues());
        for (int c = 1; c < ClassCount; c++) schema.AddColumn(AvaColumns.LabelOf(c), BooleanDataViewType.Instance);
        return schema.ToSchema();
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ExplodedBoxes(input, GetOutputSchema(input.Schema), FeatureCount, ClassCount);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException(
        $"{nameof(ExplodeBoxesTransformer)} makes several rows of one; expected Transform on a data view, "
        + "which a prediction engine does not call.");

    DataViewSchema.Annotations KeyValues()
    {
        ReadOnlyMemory<char>[] names = [.. Options.ClassNames!.Skip(1).Select((name, i) =>
            (name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"class {i + 1}")).AsMemory())];
        DataViewSchema.Annotations.Builder builder = new();
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) => value = new(names.Length, names);
        builder.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, names.Length), getter);
        return builder.ToAnnotations();
    }

    static VersionInfo Version { get; } = new(
        "AVAEXPLO", 0x00010001, 0x00010001, 0x00010001, loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ExplodeBoxesTransformer).Assembly.FullName!);

    // *** Binary format *** 1.1: string: options as JSON
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.SaveNonEmptyString(ModelJson.Write(Options));
    }

    // The environment is what ML.NET's loading asks for.
    static ExplodeBoxesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        _ = env;
        ctx.CheckAtModel(Version);
        return new(ModelJson.Read<ExplodeBoxesOptions>(ctx.LoadNonEmptyString()));
    }
}
