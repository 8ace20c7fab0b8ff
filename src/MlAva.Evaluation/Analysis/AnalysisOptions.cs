using System.Globalization;

namespace MlAva.Evaluation.Analysis;

/// <summary>What <see cref="DetectionAnalysis"/> looks at.</summary>
public sealed record AnalysisOptions
{
    /// <summary>The rules of matching, the same as for <see cref="FrameMap"/>. Curves are always kept.</summary>
    public FrameMapOptions Rules { get; init; } = new();

    /// <summary>Scores at which precision, recall and F1 are given beside the best one. Default 0.1, 0.25, 0.5, 0.75, 0.9.</summary>
    public IReadOnlyList<double> Thresholds { get; init; } = [0.1, 0.25, 0.5, 0.75, 0.9];

    /// <summary>
    /// IoU of the loosest localisation error: below it a detection shows another thing. At least 0 and less than the IoU of a match.
    /// Default 0.1, as in Hoiem et al. (2012) and TIDE (2020).
    /// </summary>
    public double LooseIoU { get; init; } = 0.1;

    /// <summary>
    /// Shares of the frame's area at which small ends and large begins, ascending, 0–1; null (default) for the terciles of the
    /// annotated person boxes.
    /// </summary>
    public (double Small, double Large)? SizeBounds { get; init; }

    /// <summary>The number of persons from which on keyframes are taken together, at least 1. Default 5.</summary>
    public int ManyPersons { get; init; } = 5;

    /// <summary>Bins of equal width over scores from 0 to 1, 1 to 100. Default 10.</summary>
    public int CalibrationBins { get; init; } = 10;

    /// <summary>
    /// The score from which on a class counts as predicted in <see cref="CoOccurrence"/>; null (default) for each class's threshold of
    /// best F1.
    /// </summary>
    public double? CoOccurrenceThreshold { get; init; }

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Rules);
        ArgumentNullException.ThrowIfNull(Thresholds);
        Rules.Validate();
        foreach (double threshold in Thresholds) Check(double.IsFinite(threshold), nameof(Thresholds), threshold, "finite numbers");
        Check(LooseIoU >= 0 && LooseIoU < Rules.IouThreshold, nameof(LooseIoU), LooseIoU,
            "at least 0 and less than the IoU of a match, " + Rules.IouThreshold.ToString(CultureInfo.InvariantCulture));
        if (SizeBounds is { } bounds)
        {
            bool ascending = 0 <= bounds.Small && bounds.Small <= bounds.Large && bounds.Large <= 1;
            Check(ascending, nameof(SizeBounds), bounds, "ascending, from 0 to 1");
        }

        Check(ManyPersons >= 1, nameof(ManyPersons), ManyPersons, "at least 1");
        Check(CalibrationBins is >= 1 and <= 100, nameof(CalibrationBins), CalibrationBins, "1 to 100");
        if (CoOccurrenceThreshold is { } score)
            Check(double.IsFinite(score), nameof(CoOccurrenceThreshold), score, "a finite number");
    }

    static void Check(bool legal, string option, object value, string range)
    {
        if (!legal) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {range}."));
    }
}
