using Microsoft.ML;

namespace MlAva.Persistence;

/// <summary>A transformer bound to a schema: what it reads, what it adds, and how it computes a row.</summary>
/// <param name="Inputs">Indices of the columns that it reads.</param>
/// <param name="Outputs">The columns that it adds.</param>
/// <param name="CreateGetters">From a row, one typed <c>ValueGetter</c> for each output.</param>
sealed record RowBinding(int[] Inputs, DataViewSchema.DetachedColumn[] Outputs, Func<DataViewRow, Delegate[]> CreateGetters);
