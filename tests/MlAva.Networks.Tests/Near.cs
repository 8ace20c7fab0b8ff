using System.Globalization;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Comparisons that say where and how far apart.</summary>
static class Near
{
    public static void Absolute(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        using Tensor contiguous = actual.detach().contiguous(), reference = expected.contiguous();
        Absolute(reference.data<float>().ToArray(), contiguous.data<float>().ToArray(), tolerance);
    }

    public static void Absolute(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        if (expected.IsEmpty) return;
        double worst = 0;
        int at = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference > worst) && !double.IsNaN(difference)) continue;
            (worst, at) = (difference, i);
        }
        Assert.True(worst <= tolerance, string.Create(CultureInfo.InvariantCulture, $"entry {at} is {actual[at]}, expected {expected[at]}: {worst} apart, at most {tolerance} allowed"));
    }

    public static void Value(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, string.Create(CultureInfo.InvariantCulture, $"{what} is {actual}, expected {expected} within {tolerance}"));
}
