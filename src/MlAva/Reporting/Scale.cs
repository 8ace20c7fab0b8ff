namespace MlAva.Reporting;

/// <summary>A linear axis: from values to coordinates, with ticks at round numbers.</summary>
readonly record struct Scale(double Low, double High, double From, double To)
{
    /// <summary>The coordinate of a value.</summary>
    public double this[double value] => From + (value - Low) / (High - Low) * (To - From);

    /// <summary>An axis from 0 to a round number at or above <paramref name="most"/>, and the distance of its ticks.</summary>
    /// <param name="most">The largest value; anything but a positive number gives an axis to 1.</param>
    /// <param name="ticks">About how many ticks.</param>
    public static (double High, double Step) Rounded(double most, int ticks = 5)
    {
        if (!double.IsFinite(most) || most <= 0) most = 1;
        double step = Step(most / ticks);
        return (Math.Ceiling(most / step - 1e-9) * step, step);
    }

    /// <summary>The smallest of 1, 2, 2.5, 5 × 10ⁿ that is at least <paramref name="least"/>.</summary>
    public static double Step(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        foreach (double factor in (ReadOnlySpan<double>)[1, 2, 2.5, 5]) if (factor * power >= least * (1 - 1e-9)) return factor * power;
        return 10 * power;
    }
}
