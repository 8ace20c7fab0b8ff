using MlAva.Video;

namespace MlAva.Diagnostics;

/// <summary>What is on disk for the videos that the annotations name. No frame is decoded.</summary>
sealed class FrameLook
{
    /// <summary>Videos with neither folder nor file, and what stands there under a like name; null where nothing does.</summary>
    public List<(string Video, string? Near)> Missing { get; } = [];

    /// <summary>Folders without a file that suits the template, or files that cannot be opened.</summary>
    public List<(string Video, FrameStoreException Error)> Unsuited { get; } = [];

    /// <summary>Video files and first frames that are damaged.</summary>
    public List<(string Video, string Message)> Damaged { get; } = [];

    /// <summary>Folders in whose middle frames are missing.</summary>
    public List<(string Video, string Source, int Files, FrameRange Range)> Holed { get; } = [];

    /// <summary>Frame sizes by video.</summary>
    public Dictionary<string, (double Width, double Height)> Sizes { get; } = new(StringComparer.Ordinal);

    /// <summary>Where keyframes lie in the videos that could be opened; null where none could.</summary>
    public KeyframeCoverage? Coverage { get; private set; }

    /// <summary>The template that the first unsuited folder's files have; null where none is clear.</summary>
    public FrameTemplate? Suggestion { get; private set; }

    public int Videos { get; private set; }

    public static FrameLook At(string folder, KeyframeTable keys, DataDoctorOptions options, TimeAxis axis, CancellationToken cancellation)
    {
        FrameLook look = new() { Videos = keys.Videos.Count };
        FrameStoreOptions storing = new() { Template = options.Template, Fps = options.Fps };
        Lazy<string[]> entries = new(() => Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)] : []);
        Dictionary<string, string> sources = new(StringComparer.Ordinal);
        for (int i = 0; i < keys.Videos.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            options.Progress?.Report(new("looking at frames", i));
            string video = keys.Videos[i];
            if (SourceOf(folder, video, entries) is not { } source) look.Missing.Add((video, Near(video, entries.Value)));
            else if (look.Open(video, source, storing)) sources[video] = source;
        }
        if (sources.Count == 0) return look;
        ClipSamplerOptions sampling = new() { Fps = options.Fps, TimestampStart = axis.Start, TimestampEnd = axis.End };
        IEnumerable<(string, double, string)> rows = Enumerable.Range(0, keys.Count).Select(i => keys[i])
            .Where(k => sources.ContainsKey(k.VideoId)).Select(k => (k.VideoId, k.Timestamp, sources[k.VideoId]));
        look.Coverage = KeyframeCoverage.Examine(rows, sampling, storing, cancellation);
        return look;
    }

    static string? SourceOf(string folder, string video, Lazy<string[]> entries)
    {
        if (video.AsSpan().ContainsAny(Path.GetInvalidPathChars())) return null;
        string path = Path.Combine(folder, video);
        if (Directory.Exists(path)) return path;
        string? file = entries.Value.FirstOrDefault(e => string.Equals(Path.GetFileNameWithoutExtension(e), video, StringComparison.Ordinal)
            && File.Exists(Path.Combine(folder, e)));
        return file is null ? null : Path.Combine(folder, file);
    }

    static string? Near(string video, string[] entries)
    {
        string wanted = VideoSpellings.Without(video, VideoSpelling.All);
        return entries.FirstOrDefault(e => VideoSpellings.Without(e, VideoSpelling.All) == wanted);
    }

    bool Open(string video, string source, FrameStoreOptions storing)
    {
        try
        {
            using IFrameStore store = FrameStore.Open(source, storing);
            Sizes[video] = (store.Size.Width, store.Size.Height);
            if (store.Range() is { } range && store.FrameCount is { } count && count < range.Count)
                Holed.Add((video, source, count, range));
            return true;
        }
        catch (FrameStoreException e)
        {
            Unsuited.Add((video, e));
            if (Directory.Exists(source)) Suggestion ??= Suggest(source);
            return false;
        }
        catch (FrameDecodeException e)
        {
            Damaged.Add((video, e.Message));
            return false;
        }
    }

    static FrameTemplate? Suggest(string folder) => Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!)
        .Where(f => Path.GetExtension(f).ToUpperInvariant() is ".JPG" or ".JPEG" or ".PNG").Order(StringComparer.Ordinal)
        .Select(FrameTemplate.Suggest).FirstOrDefault(t => t is not null);
}
