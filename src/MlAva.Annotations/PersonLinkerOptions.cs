using static System.FormattableString;

namespace MlAva.Annotations;

/// <summary>When two boxes are taken for the same person's.</summary>
public sealed record PersonLinkerOptions
{
    /// <summary>
    /// The smallest IoU of a box with where the person is expected; above 0, at most 1. People move much within AVA's second, so the
    /// default is low.
    /// </summary>
    public double MinIoU { get; init; } = 0.2;

    /// <summary>Seconds for which a person may go unseen and be taken up again.</summary>
    public double MaxGap { get; init; } = 2;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (!(MinIoU is > 0 and <= 1)) throw new ArgumentException(Invariant($"{nameof(MinIoU)} is {MinIoU}; expected above 0 and at most 1."));
        if (!(MaxGap > 0 && double.IsFinite(MaxGap))) throw new ArgumentException(Invariant($"{nameof(MaxGap)} is {MaxGap}; expected seconds above 0."));
    }
}
