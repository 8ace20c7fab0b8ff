using System.Globalization;

namespace MlAva.Evaluation.Analysis;

/// <summary>How <see cref="DetectionComparison"/> compares.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The rules of matching, the same for all runs.</summary>
    public FrameMapOptions Rules { get; init; } = new();

    /// <summary>Resamplings of the videos, 1 to 100,000. Default 1000.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>The same seed gives the same intervals, on every machine and with any number of processors. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Share of the resamplings that an interval holds, above 0 and below 1. Default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Rules);
        Rules.Validate();
        Check(Samples is >= 1 and <= 100_000, nameof(Samples), Samples, "1 to 100000");
        Check(Confidence is > 0 and < 1, nameof(Confidence), Confidence, "above 0 and below 1");
    }

    static void Check(bool legal, string option, object value, string range)
    {
        if (!legal) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {range}."));
    }
}
