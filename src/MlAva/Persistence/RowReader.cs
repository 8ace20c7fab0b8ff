using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva.Persistence;

/// <summary>Typed access to one column of a row, keeping its buffer from row to row.</summary>
static class RowReader
{
    /// <summary>Reads a scalar.</summary>
    public static Func<T> Scalar<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(row.Schema[column.Index]);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return value;
        };
    }

    /// <summary>Reads a vector as a dense array of its own.</summary>
    public static Func<T[]> Vector<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(row.Schema[column.Index]);
        VBuffer<T> buffer = default;
        return () =>
        {
            getter(ref buffer);
            return [.. buffer.DenseValues()];
        };
    }

    /// <summary>Writes an array into a vector value, reusing its memory.</summary>
    public static void Set<T>(ref VBuffer<T> target, ReadOnlySpan<T> values)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref target, values.Length);
        values.CopyTo(editor.Values);
        target = editor.Commit();
    }

    /// <summary>A getter of a vector that is computed for each row.</summary>
    public static ValueGetter<VBuffer<T>> VectorGetter<T>(Func<T[]> compute) => (ref VBuffer<T> value) => Set(ref value, compute().AsSpan());

    /// <summary>Computes once a row, for transformers that add several columns.</summary>
    public static Func<T> OncePerRow<T>(DataViewRow row, Func<T> compute)
    {
        long position = -1;
        bool known = false;
        T value = default!;
        return () =>
        {
            // Cursors and the rows of a prediction engine alike move on with each row.
            if (known && row.Position == position) return value;
            value = compute();
            (position, known) = (row.Position, true);
            return value;
        };
    }
}
