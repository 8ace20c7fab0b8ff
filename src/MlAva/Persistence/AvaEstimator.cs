using Microsoft.ML;

namespace MlAva.Persistence;

/// <summary>An estimator that has nothing to learn: fitting checks the data's columns and gives the transformer.</summary>
/// <typeparam name="TTransformer">The transformer's type.</typeparam>
public sealed class AvaEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : AvaTransformer
{
    readonly TTransformer _transformer;
    readonly SchemaShape.Column[] _outputs;

    internal AvaEstimator(TTransformer transformer, params SchemaShape.Column[] outputs)
    {
        _transformer = transformer;
        _outputs = outputs;
    }

    /// <summary>Checks the columns and gives the transformer.</summary>
    /// <exception cref="ArgumentException">A column that the transformer reads is missing or has another type.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => ShapeOf.Add(inputSchema, _outputs);
}
