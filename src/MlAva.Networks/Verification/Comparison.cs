using System.Globalization;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Gathers the differences of one quantity, which may be spread over several arrays.</summary>
sealed class Comparison(string name, double tolerance, bool relative = false)
{
    // Float32 has 24 bits, and a deep network takes the last few.
    const double Resolution = 2e-6;

    double _absolute, _relative, _largest;
    long _count;
    string _remark = "";

    /// <summary>Compares two arrays; their relative difference is a share of the reference's largest value, or of what is given instead.</summary>
    public void Add(Tensor expected, Tensor actual, string place = "", double? scale = null)
    {
        if (!expected.shape.SequenceEqual(actual.shape))
        {
            Miss($"{Prefix(place)}[{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
            return;
        }
        Add(Doubles(expected), Doubles(actual), place, scale);
    }

    public void Add(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, string place = "", double? scale = null)
    {
        if (expected.Length != actual.Length)
        {
            Miss($"{Prefix(place)}{actual.Length} numbers instead of {expected.Length}");
            return;
        }
        double largest = 0, worst = 0;
        int at = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            double difference = expected[i].Equals(actual[i]) ? 0 : Math.Abs(expected[i] - actual[i]);
            if (double.IsNaN(difference)) difference = double.PositiveInfinity;
            if (difference <= worst) continue;
            (worst, at) = (difference, i);
        }
        _count += expected.Length;
        _largest = Math.Max(_largest, largest);
        double share = worst == 0 ? 0 : worst / (scale ?? largest);
        bool furthest = relative ? share > _relative : worst > _absolute;
        if (furthest) _remark = string.Create(CultureInfo.InvariantCulture, $"{Prefix(place)}entry {at} is {actual[at]:G9}, reference {expected[at]:G9}");
        _absolute = Math.Max(_absolute, worst);
        _relative = Math.Max(_relative, share);
    }

    public void Add(double expected, double actual, string place, double? scale = null) => Add([expected], [actual], place, scale);

    /// <summary>There is no number to compare.</summary>
    public void Miss(string remark) => (_absolute, _relative, _remark) = (double.PositiveInfinity, double.PositiveInfinity, remark);

    /// <summary>An absolute tolerance is no finer than float32 can tell numbers of the reference's size apart: beyond 50 for 1e-4.</summary>
    public VerifiedQuantity Result(double slack) =>
        new(name, _count, _absolute, _relative, (relative || !double.IsFinite(_largest) ? tolerance : Math.Max(tolerance, Resolution * _largest)) * slack, relative, _remark);

    static string Prefix(string place) => place.Length == 0 ? "" : $"{place}: ";

    public static double[] Doubles(Tensor values)
    {
        using Tensor detached = values.detach();
        using Tensor onCpu = detached.cpu();
        using Tensor doubles = onCpu.to(ScalarType.Float64);
        using Tensor contiguous = doubles.contiguous();
        return contiguous.data<double>().ToArray();
    }
}
