using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Persistence;
using MlAva.Video;

namespace MlAva.Diagnostics;

/// <summary>
/// Which keyframes of a data set have their own frame within their video. A rate or a start of the time axis that is not the video's, or
/// annotations that run on behind its end, show here before anything is trained or scored.
/// </summary>
public sealed class KeyframeCoverage
{
    readonly ClipSampler _sampler;
    readonly ClipSamplerOptions _sampling;
    readonly Dictionary<string, FrameRange?> _frames = new(StringComparer.Ordinal);
    readonly HashSet<string> _unusable = new(StringComparer.Ordinal);

    KeyframeCoverage(ClipSamplerOptions sampling) => (_sampling, _sampler) = (sampling, new(sampling));

    /// <summary>How many rows were examined.</summary>
    public int Keyframes { get; private set; }

    /// <summary>How many of them have no frame of their own, in videos that are there.</summary>
    public int Outside => Videos.Sum(v => v.Before + v.Beyond);

    /// <summary>How many videos the rows are of.</summary>
    public int VideoCount => _frames.Count;

    /// <summary>The places, one a video, at which neither a folder nor a file was found; in order of appearance.</summary>
    public IReadOnlyList<string> MissingSources { get; private set; } = [];

    /// <summary>The videos that are missing or cannot be opened, where that was allowed; none of their keyframes holds.</summary>
    public SkippedItems Unusable { get; } = new();

    /// <summary>The videos with keyframes outside, in order of appearance.</summary>
    public IReadOnlyList<VideoCoverage> Videos { get; private set; } = [];

    /// <summary>
    /// The largest rate, frames a second, at which the latest keyframe of every video in <see cref="Videos"/> has a frame, rounded down to a
    /// whole number where it is at least 1; null where no rate would help, or where a video file has a rate of its own.
    /// </summary>
    public double? FittingFps { get; private set; }

    /// <summary>Opens every video of the rows once and looks where their keyframes lie. No frame is decoded.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="clip">How timestamps map to frames, and how frames are found.</param>
    /// <param name="cancellationToken">Ends the examination between two videos.</param>
    /// <exception cref="FrameStoreException">A source is there, but holds no frames, or FFmpeg is needed and missing.</exception>
    /// <exception cref="FrameDecodeException">A video file is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or a timestamp beyond any video.</exception>
    public static KeyframeCoverage Examine(AvaDataView view, ClipOptions clip, CancellationToken cancellationToken = default) =>
        Examine(view, clip, OnError.Fail, cancellationToken);

    /// <summary>The same, with a rule for videos that are missing or cannot be opened.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="clip">How timestamps map to frames, and how frames are found.</param>
    /// <param name="onError">Whether such videos are errors or are counted in <see cref="Unusable"/>.</param>
    /// <param name="cancellationToken">Ends the examination between two videos.</param>
    /// <exception cref="FrameStoreException">A source is there, but holds no frames, or FFmpeg is needed and missing.</exception>
    /// <exception cref="FrameDecodeException">A video file is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or a timestamp beyond any video.</exception>
    public static KeyframeCoverage Examine(
        AvaDataView view, ClipOptions clip, OnError onError, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(clip);
        return Examine(Rows(view), clip.Sampling, clip.Frames, cancellationToken, onError);
    }

    /// <summary>The same for keyframes that are not in a data view: video, seconds, and the folder or file of its frames.</summary>
    internal static KeyframeCoverage Examine(IEnumerable<(string Video, double Timestamp, string Source)> rows, ClipSamplerOptions sampling,
        FrameStoreOptions storing, CancellationToken cancellationToken, OnError onError = OnError.Fail)
    {
        KeyframeCoverage coverage = new(sampling);
        Dictionary<string, List<double>> timestamps = new(StringComparer.Ordinal);
        Dictionary<string, string> sources = new(StringComparer.Ordinal);
        foreach ((string video, double timestamp, string source) in rows)
        {
            if (!timestamps.TryGetValue(video, out List<double>? times)) timestamps[video] = times = [];
            times.Add(timestamp);
            sources[video] = source;
            coverage.Keyframes++;
        }
        List<string> missing = [];
        List<VideoCoverage> videos = [];
        foreach ((string video, List<double> times) in timestamps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string source = sources[video];
            coverage._frames[video] = null;
            if (onError == OnError.Fail && !Path.Exists(source))
            {
                missing.Add(source);
                continue;
            }
            if (coverage.RangeOf(video, source, storing, onError) is not { } frames) continue; // a store that cannot tell is believed
            coverage._frames[video] = frames;
            int before = times.Count(t => coverage.FrameOf(t) < frames.First), beyond = times.Count(t => coverage.FrameOf(t) > frames.Last);
            if (before + beyond > 0)
                videos.Add(new(video, source, frames, coverage.TimeOf(frames.First), coverage.TimeOf(frames.Last), before, beyond, times.Min(),
                    times.Max()));
        }
        (coverage.MissingSources, coverage.Videos) = (missing, videos);
        coverage.FittingFps = coverage.Fit();
        return coverage;
    }

    FrameRange? RangeOf(string video, string source, FrameStoreOptions storing, OnError onError)
    {
        try
        {
            using IFrameStore store = FrameStore.Open(source, storing);
            return store.Range();
        }
        catch (Exception e) when (onError == OnError.Skip && UnusableFrames.Is(e))
        {
            Unusable.Add(video, e);
            _unusable.Add(video);
            return null;
        }
    }

    /// <summary>Whether the keyframe's own frame lies within its video; true where the video cannot tell or was not examined.</summary>
    public bool Holds(AvaKeyframe keyframe)
    {
        ArgumentNullException.ThrowIfNull(keyframe);
        if (_unusable.Contains(keyframe.VideoId)) return false;
        return _frames.GetValueOrDefault(keyframe.VideoId) is not { } frames || frames.Contains(FrameOf((float)keyframe.Timestamp));
    }

    /// <summary>What lies outside and what would mend it, in words; empty where nothing does.</summary>
    public string Describe()
    {
        if (Videos.Count == 0) return "";
        List<string> parts = [];
        VideoCoverage[] late = [.. Videos.Where(v => v.Beyond > 0)], early = [.. Videos.Where(v => v.Before > 0)];
        if (late.Length > 0)
        {
            VideoCoverage worst = late.MaxBy(v => v.LastKeyframe - v.LastSecond)!;
            parts.Add(Invariant($"{late.Sum(v => v.Beyond)} of {Keyframes} keyframes lie beyond the end of their video ")
                + Invariant($"({worst.VideoId}: frames reach second {worst.LastSecond:F1}, keyframes second {worst.LastKeyframe:0.###})"));
        }
        if (early.Length > 0)
        {
            VideoCoverage worst = early.MaxBy(v => v.FirstSecond - v.FirstKeyframe)!;
            parts.Add(Invariant($"{early.Sum(v => v.Before)} of {Keyframes} keyframes lie before the start of their video ")
                + Invariant($"({worst.VideoId}: frames begin at second {worst.FirstSecond:F1}, keyframes at second {worst.FirstKeyframe:0.###})"));
        }
        return string.Join("; ", parts);
    }

    static IEnumerable<(string Video, double Timestamp, string Source)> Rows(AvaDataView view)
    {
        DataViewSchema.Column video = view.Schema[AvaColumns.VideoId], timestamp = view.Schema[AvaColumns.Timestamp];
        DataViewSchema.Column source = view.Schema[AvaColumns.Source];
        using DataViewRowCursor cursor = view.GetRowCursor([video, timestamp, source]);
        Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
        Func<ReadOnlyMemory<char>> readSource = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, source);
        Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
        while (cursor.MoveNext()) yield return (readVideo().ToString(), readTimestamp(), readSource().ToString());
    }

    /// <summary>The keyframe's own frame: the middle of its clip, as it is read.</summary>
    int FrameOf(double timestamp) => _sampler.Sample(timestamp)[_sampling.ClipLength / 2];

    double TimeOf(int frame) => _sampling.TimestampStart + (frame - _sampling.StartIndex - 1) / _sampling.Fps;

    double? Fit()
    {
        // Frames of a file are laid on the rate that is asked for, so another rate moves both ends alike.
        if (Videos.Count == 0 || Videos.Any(v => v.Before > 0 || !Directory.Exists(v.Source))) return null;
        double fps = Videos.Min(v => (v.Frames.Last - _sampling.StartIndex - 1) / (v.LastKeyframe - _sampling.TimestampStart));
        fps = fps >= 1 ? Math.Floor(fps) : Math.Floor(fps * 1000) / 1000;
        return fps > 0 ? fps : null;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
