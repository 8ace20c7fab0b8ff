using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace MlAva.Video;

/// <summary>
/// Any video file, through the <c>ffprobe</c> and <c>ffmpeg</c> programs. The file's packets are listed once (no decoding; remembered for the
/// process until the file changes), so that a frame's number is its place in display order; reading seeks to the keyframe before and counts from
/// there. Frames come out as decoding the whole file from its beginning would give them.
/// </summary>
/// <remarks>
/// Pixels are converted to RGB by FFmpeg with flags that give the same result on every processor. A stream without presentation times is decoded from its beginning
/// at every read, and its number of frames is unknown. FFmpeg conceals damaged parts of a stream where it can; that is not detected.
/// </remarks>
public sealed class FfmpegStore : IFrameStore
{
    const int SplitGap = 300;

    static readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed, string Program), VideoInfo> Known = new();
    static readonly ConcurrentDictionary<string, bool> OldVsync = new();

    readonly FrameStoreOptions _options;
    readonly VideoInfo _info;
    readonly int[]? _sources;
    readonly CancellationTokenSource _closing = new();
    volatile bool _disposed;

    /// <summary>Opens a video file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Rate, numbering, programs; null for the defaults.</param>
    /// <exception cref="FrameStoreException">The file or FFmpeg is missing.</exception>
    /// <exception cref="FrameDecodeException">The file holds no video that FFmpeg can read.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public FfmpegStore(string path, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _options = options ?? new();
        _options.Validate();
        Path = System.IO.Path.GetFullPath(path);
        FileInfo file = new(Path);
        if (!file.Exists) throw FrameStore.Missing(Path);
        var key = (Path, file.Length, file.LastWriteTimeUtc, _options.FfprobePath);
        if (!Known.TryGetValue(key, out VideoInfo? info)) Known[key] = info = Probe();
        _info = info;
        if (_options.Fps is { } fps && info.Ticks is { } ticks) _sources = ConstantRate.Map(ticks, info.End, info.TickNumerator, info.TickDenominator, fps);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public FrameSize Size => _info.Size;

    /// <inheritdoc/>
    public int FirstIndex => _options.FirstIndex;

    /// <inheritdoc/>
    public int? LastIndex => FirstIndex + FrameCount - 1;

    /// <inheritdoc/>
    public int? FrameCount => _sources?.Length ?? _info.Ticks?.Length;

    /// <inheritdoc/>
    public double? Fps => _options.Fps ?? _info.Fps;

    /// <summary>Whether both programs can be started.</summary>
    public static bool IsAvailable(FrameStoreOptions? options = null)
    {
        options ??= new();
        options.Validate();
        return Starts(options.FfmpegPath) && Starts(options.FfprobePath);

        static bool Starts(string program)
        {
            try
            {
                using ExternalProgram running = new(program, ["-version"]);
                running.ReadAll(default);
                return running.Finish() == 0;
            }
            catch (FrameStoreException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        FrameStore.CheckIndices(indices);
        cancellationToken.ThrowIfCancellationRequested();
        int[] wanted = new int[indices.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            if (indices[i] < FirstIndex || indices[i] > (LastIndex ?? int.MaxValue))
            {
                throw FrameCount is { } count
                    ? FrameStore.OutOfRange(Path, indices[i], FirstIndex, count)
                    : new FrameStoreException(Path, indices[i], "no such frame", $"a frame from {FirstIndex} on", "bound the sampler, or check the keyframe's time");
            }

            wanted[i] = indices[i] - FirstIndex;
            if (_sources is not null) wanted[i] = _sources[wanted[i]];
        }

        VideoClip clip = FrameStore.NewClip(wanted.Length, Size, buffer);
        int[] distinct = [.. wanted.Distinct().Order()];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            for (int start = 0, end; start < distinct.Length; start = end)
            {
                end = start + 1;
                // Frames far apart are cheaper to seek to than to decode up to.
                while (end < distinct.Length && (_info.Ticks is null || distinct[end] - distinct[end - 1] <= SplitGap)) end++;
                ReadRun(distinct.AsSpan(start, end - start), wanted, clip, stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(FfmpegStore), $"{Path} was closed while it was being read.");
        }

        return clip;
    }

    /// <summary>Closes the store and stops any program still reading for it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        // Left undisposed on purpose: a read on another thread may still look at its token.
        _closing.Cancel();
    }

    void ReadRun(ReadOnlySpan<int> run, int[] wanted, VideoClip clip, CancellationToken cancellationToken)
    {
        bool old = OldVsync.GetValueOrDefault(_options.FfmpegPath);
        while (true)
        {
            using ExternalProgram ffmpeg = new(_options.FfmpegPath, Arguments(run, old));
            int done = 0;
            foreach (int frame in run)
            {
                int first = Array.IndexOf(wanted, frame);
                if (!ffmpeg.TryReadExactly(clip.Frame(first), cancellationToken)) break;
                for (int i = first + 1; i < wanted.Length; i++)
                    if (wanted[i] == frame) clip.Frame(first).CopyTo(clip.Frame(i));
                done++;
            }

            int code = ffmpeg.Finish();
            cancellationToken.ThrowIfCancellationRequested();
            if (done == run.Length) return;
            // Releases before 5.1 know only the old name of this option.
            if (!old && done == 0 && ffmpeg.Errors.Contains("fps_mode", StringComparison.Ordinal))
            {
                OldVsync[_options.FfmpegPath] = old = true;
                continue;
            }

            string said = ffmpeg.Errors.Length > 0 ? ffmpeg.Errors : $"exit code {code}";
            throw new FrameDecodeException(Path, FirstIndex + run[done], $"only {done} of {run.Length} frames from FFmpeg ({said})", "all frames asked for",
                "see whether the file plays to its end; if not, copy it again, or convert it: ffmpeg -i INPUT -c:v mjpeg -q:v 2 -an OUTPUT.avi");
        }
    }

    List<string> Arguments(ReadOnlySpan<int> run, bool oldVsync)
    {
        List<string> arguments = ["-v", "error", "-nostdin"];
        int origin = 0;
        if (_info.Ticks is { } ticks)
        {
            int key = Array.BinarySearch(_info.Keys!, run[0]);
            if (key < 0) key = ~key - 1;
            origin = key < 0 ? 0 : _info.Keys![key];
            if (origin > 0)
            {
                // Half a frame before the keyframe: rounding of times cannot lose it, and everything earlier is dropped.
                double tick = ticks[origin] - (ticks[origin] - ticks[origin - 1]) * 0.5;
                double seconds = tick * _info.TickNumerator / _info.TickDenominator - _info.StartTime;
                arguments.AddRange(["-ss", seconds.ToString("F6", CultureInfo.InvariantCulture)]);
            }
        }

        // Consecutive frames become ranges: the expression stays short.
        List<string> terms = [];
        for (int i = 0; i < run.Length; i++)
        {
            int first = run[i] - origin;
            while (i + 1 < run.Length && run[i + 1] == run[i] + 1) i++;
            int last = run[i] - origin;
            terms.Add(first == last ? $"eq(n,{first})" : $"between(n,{first},{last})");
        }

        string filter = $"select='{string.Join('+', terms)}'";
        if (_info.Ticks is null && _options.Fps is { } fps) filter = string.Create(CultureInfo.InvariantCulture, $"fps={fps:R},{filter}");
        arguments.AddRange(["-i", Path, "-map", "0:v:0", "-vf", filter, .. oldVsync ? ["-vsync", "0"] : (ReadOnlySpan<string>)["-fps_mode", "passthrough"]]);
        arguments.AddRange(["-frames:v", run.Length.ToString(CultureInfo.InvariantCulture), "-sws_flags", "bicubic+accurate_rnd+full_chroma_int+bitexact"]);
        arguments.AddRange(["-pix_fmt", "rgb24", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"]);
        return arguments;
    }

    VideoInfo Probe()
    {
        string text = Run("-show_entries",
            "stream=width,height,avg_frame_rate,r_frame_rate,time_base:stream_side_data=rotation:stream_tags=rotate:format=start_time", "-of", "json");
        using JsonDocument document = JsonDocument.Parse(text);
        if (!document.RootElement.TryGetProperty("streams", out JsonElement streams) || streams.GetArrayLength() == 0)
            throw new FrameDecodeException(Path, null, "a file without video", "a video file", "give the path of a video file or of a folder of frames");
        JsonElement stream = streams[0];
        FrameSize size = new(stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32());
        if (Math.Abs(Rotation(stream)) % 180 == 90) size = new(size.Height, size.Width);
        var (tickNumerator, tickDenominator) = Ratio(stream, "time_base");
        double? fps = Ratio(stream, "avg_frame_rate") is (> 0, > 0) and var average ? (double)average.Numerator / average.Denominator
            : Ratio(stream, "r_frame_rate") is (> 0, > 0) and var base_ ? (double)base_.Numerator / base_.Denominator : null;
        double start = document.RootElement.TryGetProperty("format", out JsonElement format) && format.TryGetProperty("start_time", out JsonElement time)
            && double.TryParse(time.GetString(), CultureInfo.InvariantCulture, out double seconds) ? seconds : 0;
        VideoInfo plain = new(size, fps, null, null, 0, tickNumerator, tickDenominator, start);
        List<(long Tick, long Duration, bool Key)> packets = [];
        foreach (ReadOnlySpan<char> line in Run("-show_entries", "packet=pts,duration,flags", "-of", "csv=p=0").AsSpan().EnumerateLines())
        {
            if (line.IsEmpty) continue;
            string[] fields = line.ToString().Split(',');
            if (fields.Length < 3) return plain;
            string flags = fields[2];
            // Packets marked D are decoded, but not shown (edit lists).
            if (flags.Contains('D', StringComparison.Ordinal)) continue;
            if (!long.TryParse(fields[0], CultureInfo.InvariantCulture, out long tick)) return plain;
            packets.Add((tick, long.TryParse(fields[1], CultureInfo.InvariantCulture, out long duration) ? duration : 0, flags.Contains('K', StringComparison.Ordinal)));
        }

        packets.Sort((a, b) => a.Tick.CompareTo(b.Tick));
        bool distinct = packets.Zip(packets.Skip(1), (a, b) => a.Tick < b.Tick).All(d => d);
        if (packets.Count == 0 || !distinct || tickNumerator <= 0 || tickDenominator <= 0) return plain;
        long[] ticks = [.. packets.Select(p => p.Tick)];
        int[] keys = [.. Enumerable.Range(0, ticks.Length).Where(i => packets[i].Key)];
        long step = packets[^1].Duration > 0 ? packets[^1].Duration : ticks.Length > 1 ? ticks[^1] - ticks[^2] : 1;
        return plain with { Ticks = ticks, Keys = keys, End = ticks[^1] + step };
    }

    string Run(params ReadOnlySpan<string> arguments)
    {
        using ExternalProgram ffprobe = new(_options.FfprobePath, ["-v", "error", "-select_streams", "v:0", .. arguments, Path]);
        string text = ffprobe.ReadAll(_closing.Token);
        int code = ffprobe.Finish();
        return code == 0
            ? text
            : throw new FrameDecodeException(Path, null, $"a file that FFmpeg cannot read ({(ffprobe.Errors.Length > 0 ? ffprobe.Errors : $"exit code {code}")})", "a video file",
                "see whether the file plays; copy it again, or give the path of a folder of frames");
    }

    static double Rotation(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out JsonElement list))
        {
            foreach (JsonElement data in list.EnumerateArray())
                if (data.TryGetProperty("rotation", out JsonElement rotation)) return rotation.GetDouble();
        }

        return stream.TryGetProperty("tags", out JsonElement tags) && tags.TryGetProperty("rotate", out JsonElement tag)
            && double.TryParse(tag.GetString(), CultureInfo.InvariantCulture, out double degrees) ? degrees : 0;
    }

    static (long Numerator, long Denominator) Ratio(JsonElement stream, string name)
    {
        string[] parts = stream.TryGetProperty(name, out JsonElement value) ? (value.GetString() ?? "").Split('/') : [];
        return parts.Length == 2 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out long numerator) && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long denominator)
            ? (numerator, denominator)
            : (0, 0);
    }

    /// <summary>Ticks: [n] presentation times in display order, null when unknown. Keys: places of keyframes among them.</summary>
    sealed record VideoInfo(
        FrameSize Size, double? Fps, long[]? Ticks, int[]? Keys, long End, long TickNumerator, long TickDenominator, double StartTime);
}
