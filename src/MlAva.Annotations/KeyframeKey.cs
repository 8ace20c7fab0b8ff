using System.Globalization;

namespace MlAva.Annotations;

/// <summary>Names one keyframe: a video and a time in it. <c>902</c>, <c>0902</c> and <c>902.0</c> are the same keyframe.</summary>
/// <param name="VideoId">The video's id, compared as it is (case and blanks matter).</param>
/// <param name="Timestamp">Seconds in the source video (902 to 1798 in AVA); fractions are allowed.</param>
public readonly record struct KeyframeKey(string VideoId, double Timestamp)
{
    /// <summary>Largest time of which a microsecond is told apart: beyond it a double says little more than the second.</summary>
    const double LargestFineTime = 4e12;

    /// <summary>
    /// The same number for times that name the same keyframe: to the microsecond up to 4·10¹² seconds, beyond that as exactly as a double
    /// holds it. Ascending with <see cref="Timestamp"/>.
    /// </summary>
    // The bits of a double above 4e12 are larger than any number of microseconds below it, so the two never meet.
    public long TimeNumber => Math.Abs(Timestamp) <= LargestFineTime ? (long)Math.Round(Timestamp * 1e6)
        : double.IsNegative(Timestamp) ? -BitConverter.DoubleToInt64Bits(-Timestamp) : BitConverter.DoubleToInt64Bits(Timestamp);

    /// <summary>The form used in AVA's proposals: <c>video,0902</c>; a fractional time keeps six decimals, <c>video,17.500000</c>.</summary>
    public override string ToString() => Timestamp == Math.Floor(Timestamp)
        ? $"{VideoId},{Seconds}"
        : string.Create(CultureInfo.InvariantCulture, $"{VideoId},{Timestamp:F6}");

    // Beyond the range of long a cast would give every time the same number.
    string Seconds => Math.Abs(Timestamp) < 1e18
        ? ((long)Timestamp).ToString("0000", CultureInfo.InvariantCulture) : Timestamp.ToString("F0", CultureInfo.InvariantCulture);
}
