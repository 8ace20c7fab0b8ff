using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva.Persistence;

/// <summary>Short words for the column shapes that estimators promise.</summary>
static class ShapeOf
{
    public static SchemaShape.Column Singles(string name) => new(name, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single, isKey: false);

    public static SchemaShape.Column Indices(string name) => new(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Int32, isKey: false);

    public static SchemaShape.Column Int32(string name) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Int32, isKey: false);

    public static SchemaShape.Column Clip(string name) => new(name, SchemaShape.Column.VectorKind.Scalar, VideoClipDataViewType.Instance, isKey: false);

    public static SchemaShape Add(SchemaShape input, params SchemaShape.Column[] columns)
    {
        ArgumentNullException.ThrowIfNull(input);
        Dictionary<string, SchemaShape.Column> all = input.ToDictionary(c => c.Name);
        foreach (SchemaShape.Column column in columns) all[column.Name] = column;
        return new SchemaShape(all.Values);
    }
}
