namespace MlAva.Evaluation.Analysis;

/// <summary>Where a figure lies in a share of the resamplings (percentile bootstrap). NaN where the figure is never defined.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether all of it lies above or all of it below 0: a difference that resampling does not undo.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;

    /// <summary>The middle share of values; those that are NaN are left out, quantiles between two are interpolated.</summary>
    /// <param name="values">Values in any order.</param>
    /// <param name="share">0–1.</param>
    public static Interval Of(IEnumerable<double> values, double share)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
        return new(Quantile((1 - share) / 2), Quantile((1 + share) / 2));

        double Quantile(double q)
        {
            if (sorted.Length == 0) return double.NaN;
            double place = q * (sorted.Length - 1);
            int below = (int)place;
            return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
        }
    }
}
