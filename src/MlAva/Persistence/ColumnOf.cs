using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva.Persistence;

/// <summary>Finds and makes columns, with errors in words.</summary>
static class ColumnOf
{
    public static DataViewSchema.Column Text(DataViewSchema schema, string name) => Find(schema, name, TextDataViewType.Instance, "Text");

    public static DataViewSchema.Column Single(DataViewSchema schema, string name) => Find(schema, name, NumberDataViewType.Single, "Single");

    public static DataViewSchema.Column Clip(DataViewSchema schema, string name) => Find(schema, name, VideoClipDataViewType.Instance, "VideoClip");

    public static DataViewSchema.Column Singles(DataViewSchema schema, string name) => FindVector(schema, name, NumberDataViewType.Single, "a vector of Single");

    public static DataViewSchema.Column Indices(DataViewSchema schema, string name) => FindVector(schema, name, NumberDataViewType.Int32, "a vector of Int32");

    public static DataViewSchema.Column Int32(DataViewSchema schema, string name) => Find(schema, name, NumberDataViewType.Int32, "Int32");

    /// <summary>The columns of these names that the schema has, whatever their types.</summary>
    public static IEnumerable<DataViewSchema.Column> Present(DataViewSchema schema, params IEnumerable<string> names) =>
        names.Select(schema.GetColumnOrNull).OfType<DataViewSchema.Column>();

    /// <summary>n×columns numbers, row by row; the length varies.</summary>
    public static DataViewSchema.DetachedColumn Matrix(string name, DataViewSchema.Annotations? annotations = null) =>
        new(name, new VectorDataViewType(NumberDataViewType.Single), annotations);

    static DataViewSchema.Column Find(DataViewSchema schema, string name, DataViewType type, string expected)
    {
        DataViewSchema.Column column = Find(schema, name, expected);
        return column.Type.Equals(type) ? column : throw Wrong(column, expected);
    }

    static DataViewSchema.Column FindVector(DataViewSchema schema, string name, DataViewType item, string expected)
    {
        DataViewSchema.Column column = Find(schema, name, expected);
        return column.Type is VectorDataViewType vector && vector.ItemType.Equals(item) ? column : throw Wrong(column, expected);
    }

    static DataViewSchema.Column Find(DataViewSchema schema, string name, string expected) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentException($"Column '{name}' ({expected}) is missing; the data has {string.Join(", ", schema.Select(c => c.Name))}. "
            + "Load the data with ActionDetection().LoadAva, or add the transform that makes this column before.");

    static ArgumentException Wrong(DataViewSchema.Column column, string expected) => new($"Column '{column.Name}' is {column.Type}; expected {expected}.");
}
