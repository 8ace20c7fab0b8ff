using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Persistence;

namespace MlAva.Transforms;

/// <summary>Finds out how many numbers a box has and which actions there are, and gives an <see cref="ExplodeBoxesTransformer"/>.</summary>
public sealed class ExplodeBoxesEstimator : IEstimator<ExplodeBoxesTransformer>
{
    readonly IHost _host;

    internal ExplodeBoxesEstimator(IHostEnvironment environment, ExplodeBoxesOptions options)
    {
        options.Validate();
        (_host, Options) = (environment.Register(nameof(ExplodeBoxesEstimator)), options);
    }

    /// <summary>The settings.</summary>
    public ExplodeBoxesOptions Options { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// How many actions there are is not known before fitting, so a <c>Label</c> column of each is promised for those that
    /// <see cref="ExplodeBoxesOptions.ClassNames"/> or the names on <c>RoiLabels</c> tell of.
    /// </remarks>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        List<SchemaShape.Column> columns =
        [
            .. inputSchema.Where(c => ExplodeBoxesTransformer.Kept.Contains(c.Name)),
            new(AvaColumns.BoxIndex, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Int32, isKey: false),
            Vector(AvaColumns.RoIFeatures),
        ];
        if (inputSchema.TryFindColumn(AvaColumns.PredictedBoxes, out _)) columns.Add(Vector(AvaColumns.Box));
        if (!inputSchema.TryFindColumn(AvaColumns.RoILabels, out SchemaShape.Column labels)) return new(columns);
        columns.Add(new(AvaColumns.Labels, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
            labels.Annotations));
        SchemaShape names = new([new("KeyValues", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]);
        columns.Add(new(AvaColumns.Label, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, names));
        // Trainers that follow look for their own; more are promised than any data set of this kind has.
        for (int c = 1; c < (Options.ClassNames?.Count ?? MostPromised); c++)
            columns.Add(new(AvaColumns.LabelOf(c), SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, isKey: false));
        return new(columns);

        static SchemaShape.Column Vector(string name) =>
            new(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
    }

    const int MostPromised = 1000;

    /// <summary>
    /// Takes the number of features and the actions from the data; reads up to the first row with a box where the columns do not say.
    /// </summary>
    /// <exception cref="ArgumentException">A column is missing or has another type, or no row has a box.</exception>
    public ExplodeBoxesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema schema = input.Schema;
        DataViewSchema.Column features = ColumnOf.Singles(schema, AvaColumns.RoIFeatures);
        DataViewSchema.Column? labels = schema.GetColumnOrNull(AvaColumns.RoILabels) is null ? null
            : ColumnOf.Singles(schema, AvaColumns.RoILabels);
        int? width = Options.FeatureCount ?? FeatureCountAnnotation.Read(features);
        IReadOnlyList<string>? names = Options.ClassNames;
        if (names is null && labels is { } column && ClassNameAnnotations.Read(column) is { Length: > 0 } known) names = known;
        if (width is null || (names is null && labels is not null))
        {
            (int found, int classes) = Look(input, features, labels);
            width ??= found;
            names ??= [.. Enumerable.Repeat("", classes)];
        }
        ExplodeBoxesTransformer transformer = new(Options with { FeatureCount = width, ClassNames = names ?? [] });
        transformer.GetOutputSchema(schema);
        using IChannel channel = _host.Start("Fit");
        channel.Info(MessageSensitivity.None, $"{transformer.FeatureCount} features a person, {transformer.ClassCount} label columns.");
        return transformer;
    }

    static (int FeatureCount, int Classes) Look(IDataView input, DataViewSchema.Column features, DataViewSchema.Column? labels)
    {
        DataViewSchema.Column boxes = ColumnOf.Singles(input.Schema, AvaColumns.PredictedBoxes);
        using DataViewRowCursor cursor =
            input.GetRowCursor([features, boxes, .. labels is { } own ? [own] : Array.Empty<DataViewSchema.Column>()]);
        Func<float[]> readFeatures = RowReader.Vector<float>(cursor, features), readBoxes = RowReader.Vector<float>(cursor, boxes);
        Func<float[]>? readLabels = labels is { } column ? RowReader.Vector<float>(cursor, column) : null;
        while (cursor.MoveNext())
        {
            if (readBoxes().Length / 4 is not (> 0 and int count)) continue;
            if (readLabels is null) return (readFeatures().Length / count, 0);
            int given = readLabels().Length;
            if (given % count == 0 && given / count > 1) return (readFeatures().Length / count, given / count);
            throw new ArgumentException($"Column '{AvaColumns.RoILabels}' holds {given} numbers for the {count} boxes in "
                + $"'{AvaColumns.PredictedBoxes}'; expected the same number for each, at least 2. {ExplodedBoxes.PairingMend}", nameof(input));
        }
        throw new ArgumentException($"No row has a box in column '{AvaColumns.PredictedBoxes}'; expected at least one, or "
            + $"{nameof(ExplodeBoxesOptions.FeatureCount)} and {nameof(ExplodeBoxesOptions.ClassNames)} in the options.", nameof(input));
    }
}
