namespace MlAva.RoIFeatureCaches;

/// <summary>What a file of RoI features says of itself.</summary>
/// <param name="Model">What tells the model from others: what it does to keyframes, and its weights.</param>
/// <param name="FeatureCount">D.</param>
/// <param name="HalfPrecision">Whether features are float16.</param>
/// <param name="Columns">The columns of a row, in the order in which they are written.</param>
/// <param name="ClassNames">Names of the label columns; empty where they are not known.</param>
sealed record RoIFeatureHeader(
    string Model, int FeatureCount, bool HalfPrecision, IReadOnlyList<string> Columns, IReadOnlyList<string> ClassNames)
{
    public bool Equals(RoIFeatureHeader? other) => other is not null && Model == other.Model && FeatureCount == other.FeatureCount
        && HalfPrecision == other.HalfPrecision && Columns.SequenceEqual(other.Columns) && ClassNames.SequenceEqual(other.ClassNames);

    public override int GetHashCode() => HashCode.Combine(Model, FeatureCount, HalfPrecision);
}
