using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva;

/// <summary>How many numbers a box has in a column of features, of which a row holds as many as it has boxes.</summary>
static class FeatureCountAnnotation
{
    const string Kind = "FeatureCount";

    public static DataViewSchema.Annotations Build(int count)
    {
        DataViewSchema.Annotations.Builder builder = new();
        builder.Add(Kind, NumberDataViewType.Int32, (ValueGetter<int>)((ref int value) => value = count));
        return builder.ToAnnotations();
    }

    /// <summary>The count on a column; null where it does not say.</summary>
    public static int? Read(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind) is null) return null;
        int count = 0;
        column.Annotations.GetValue(Kind, ref count);
        return count;
    }
}
