using System.Globalization;

namespace MlAva.Diagnostics;

/// <summary>
/// Where the time axis of a data set begins. AVA's frames begin at 900 s of each film; most sets of people's own begin at 0, and taking
/// one for the other reads the wrong frames, or none.
/// </summary>
/// <param name="Start">Seconds of frame 1; goes into <see cref="Video.ClipSamplerOptions.TimestampStart"/>.</param>
/// <param name="End">Seconds at which frames end, for <see cref="Video.ClipSamplerOptions.TimestampEnd"/>.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record TimeAxis(double Start, double End, string Reason)
{
    /// <summary>The start of AVA's time axis and the length of its clips, in seconds.</summary>
    const double AvaStart = 900, AvaLength = 900;

    /// <summary>
    /// AVA's axis (900 to 1800 s) when every timestamp is at least 900, else one that begins at 0. The end lies a multiple of 900 s behind
    /// the start, and behind every timestamp.
    /// </summary>
    /// <param name="timestamps">The timestamps of all keyframes, in seconds.</param>
    /// <param name="start">The start, where it is known; null: to be found.</param>
    /// <exception cref="ArgumentException">There are no timestamps.</exception>
    public static TimeAxis Of(IEnumerable<double> timestamps, double? start = null)
    {
        ArgumentNullException.ThrowIfNull(timestamps);
        (double lowest, double highest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double timestamp in timestamps) (lowest, highest) = (Math.Min(lowest, timestamp), Math.Max(highest, timestamp));
        if (double.IsPositiveInfinity(lowest))
            throw new ArgumentException("There are no timestamps; expected those of at least one keyframe.", nameof(timestamps));
        string first = lowest.ToString("R", CultureInfo.InvariantCulture);
        (double begin, string reason) = start is { } given ? (given, "as given")
            : lowest >= AvaStart ? (AvaStart, $"every timestamp is at least {AvaStart} (the first is {first}), as in AVA")
            : (0, $"there are timestamps below {AvaStart} (the first is {first})");
        return new(begin, begin + AvaLength * (1 + Math.Max(0, Math.Floor((highest - begin) / AvaLength))), reason);
    }
}
