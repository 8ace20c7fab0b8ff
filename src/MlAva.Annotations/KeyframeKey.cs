using System.Globalization;

namespace MlAva.Annotations;

/// <summary>Names one keyframe: a video and a time in it. <c>902</c>, <c>0902</c> and <c>902.0</c> are the same keyframe.</summary>
/// <param name="VideoId">The video's id, compared as it is (case and blanks matter).</param>
/// <param name="Timestamp">Seconds in the source video (902 to 1798 in AVA); fractions are allowed.</param>
public readonly record struct KeyframeKey(string VideoId, double Timestamp)
{
    /// <summary>The form used in AVA's proposals: <c>video,0902</c>; a fractional time keeps six decimals, <c>video,17.500000</c>.</summary>
    public override string ToString() => Timestamp == Math.Floor(Timestamp)
        ? string.Create(CultureInfo.InvariantCulture, $"{VideoId},{(long)Timestamp:0000}")
        : string.Create(CultureInfo.InvariantCulture, $"{VideoId},{Timestamp:F6}");
}
