namespace MlAva.Transforms;

/// <summary>
/// Settings of <see cref="ExplodeBoxesTransformer"/>; what is not given is taken from the data when the estimator is fitted.
/// </summary>
public sealed record ExplodeBoxesOptions
{
    /// <summary>D: numbers a box has in <c>RoiFeatures</c>; null: as the column says, or its first row with a box shows.</summary>
    public int? FeatureCount { get; init; }

    /// <summary>
    /// The names of the label columns, the first for the unused column 0; null: those of the data. Where these have none, as many empty
    /// names as there are columns.
    /// </summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (FeatureCount is < 1)
            throw new ArgumentException($"{nameof(ExplodeBoxesOptions)}.{nameof(FeatureCount)} is {FeatureCount}; expected at least 1.");
        if (ClassNames is { Count: 1 })
        {
            throw new ArgumentException($"{nameof(ExplodeBoxesOptions)}.{nameof(ClassNames)} holds 1 name; "
                + "expected that of the unused column 0 and at least one more, or none.");
        }
    }
}
