using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva;

/// <summary>
/// Class names on <c>Labels</c> and <c>Score</c>, under ML.NET's kind "SlotNames". These columns are n×C matrices of varying length, so the names
/// are those of one row of the matrix: C of them, the first for column 0.
/// </summary>
static class ClassNameAnnotations
{
    public const string Kind = "SlotNames";

    public static DataViewSchema.Annotations? Build(IReadOnlyList<string> names)
    {
        if (names.Count == 0) return null;
        ReadOnlyMemory<char>[] texts = [.. names.Select(n => n.AsMemory())];
        DataViewSchema.Annotations.Builder builder = new();
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) => value = new(texts.Length, texts);
        builder.Add(Kind, new VectorDataViewType(TextDataViewType.Instance, texts.Length), getter);
        return builder.ToAnnotations();
    }

    /// <summary>The names on a column, or none.</summary>
    public static string[] Read(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind) is null) return [];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue(Kind, ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }
}
