using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Encodings.Web;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.Video;

namespace MlAva.Preparation;

/// <summary>
/// Cuts videos into frames with FFmpeg, several at once. A video's frames come into their place all together, with a note of what they were
/// made from; so a run that was killed goes on with the videos that are missing, and one whose source or settings changed is made anew.
/// </summary>
public sealed class FrameExtraction
{
    const string NoteName = ".extracted.json", ManifestName = "manifest.json", Partial = ".partial";
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly FrameExtractionOptions _options;
    readonly string _output, _ffmpeg, _settings;
    readonly ConcurrentDictionary<string, ExtractedVideo> _done = new(StringComparer.Ordinal);
    readonly ConcurrentBag<string> _failures = [];
    readonly Lock _reporting = new();
    int _finished, _before;

    FrameExtraction(FrameExtractionOptions options, string ffmpeg) =>
        (_options, _output, _ffmpeg, _settings) = (options, Path.GetFullPath(options.Output), ffmpeg, options.Settings());

    /// <summary>Extracts the frames that are not there yet, and writes <c>manifest.json</c>.</summary>
    /// <param name="options">What and where to.</param>
    /// <param name="cancellation">Stops the work; the videos that are done stay.</param>
    /// <exception cref="ArgumentException">An option is out of range, or two videos have one id.</exception>
    /// <exception cref="FrameStoreException">There is no such folder, no video in it or no FFmpeg, or a video cannot be used.</exception>
    /// <exception cref="FrameDecodeException">A video is damaged.</exception>
    /// <exception cref="IOException">The disk is full, or frames cannot be written.</exception>
    public static ExtractionReport Run(FrameExtractionOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        string[] files = FilesOf(options);
        (int code, string output, string errors) = FfmpegRun.Run(options.FfmpegPath, null, ["-version"], cancellation);
        if (code != 0) throw new FrameStoreException(options.FfmpegPath, null, $"a program that fails ({errors})", "FFmpeg", "give the path of a working ffmpeg");
        FrameExtraction extraction = new(options, output.Split('\n')[0].Trim());
        Directory.CreateDirectory(extraction._output);
        int workers = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        try
        {
            Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
                (file, state) => extraction.Extract(file, files.Length, workers, cancellation));
        }
        catch (AggregateException all)
        {
            extraction.WriteManifest();
            // The first video's own error; a full disk before any other.
            Exception first = all.Flatten().InnerExceptions.OrderBy(e => e is FrameStoreException or FrameDecodeException).First();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
        return extraction.WriteManifest();
    }

    /// <summary>The rate of frames that were extracted here; null: nothing is known of the folder.</summary>
    internal static double? RateOf(string folder) => Directory.Exists(folder) ? NoteOf(folder)?.Fps : null;

    static string[] FilesOf(FrameExtractionOptions options)
    {
        if (!Directory.Exists(options.Videos))
            throw new FrameStoreException(options.Videos, null, "no such folder", "the folder of the videos", "check the path");
        string[] files = [.. SourceVideos.Files(options.Videos).Where(f => Path.GetExtension(f) is not (".zip" or ".tar"))];
        if (options.Ids is { } ids) files = [.. files.Where(f => ids.Contains(IdOf(f)))];
        if (files.Length == 0)
            throw new FrameStoreException(options.Videos, null, "no video", "video files (.mp4, .mkv, .avi, .webm, .mov, .m4v, .mpg)", "check the path");
        if (files.GroupBy(IdOf).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{string.Join(" and ", twice)} are both video '{twice.Key}'; expected one file for each id. Move one of them away.");
        return files;
    }

    static string IdOf(string file) => Path.GetFileNameWithoutExtension(file);

    void Extract(string file, int total, int workers, CancellationToken cancellation)
    {
        string? trouble = null;
        try
        {
            (ExtractedVideo video, bool wasThere) = Extract(file, workers, cancellation);
            _done[video.Id] = video;
            if (wasThere) Interlocked.Increment(ref _before);
        }
        catch (Exception e) when (e is FrameStoreException or FrameDecodeException && _options.OnError == OnError.Skip)
        {
            _failures.Add(trouble = e.Message);
        }
        lock (_reporting) _options.Progress?.Report(new(++_finished, total, _before, trouble));
    }

    (ExtractedVideo Video, bool WasThere) Extract(string file, int workers, CancellationToken cancellation)
    {
        string id = IdOf(file), target = Path.Combine(_output, id);
        long length = new FileInfo(file).Length;
        if (length == 0) throw new FrameStoreException(file, null, "a file of zero bytes", "a video", "copy or download it again");
        string hash = CheckpointHash.Compute(file, null, cancellation);
        if (Directory.Exists(target))
        {
            ExtractedVideo note = NoteOf(target) ?? throw new FrameStoreException(target, null, "a folder that was not extracted here", "no folder, or one with " + NoteName,
                "move the folder away, or choose another for the frames");
            if (note.SourceSha256 == hash && note.Settings == _settings && Frames(target).Length == note.Frames) return (note, true);
        }
        foreach (string left in Directory.EnumerateDirectories(_output, $".{id}.*{Partial}")) Directory.Delete(left, recursive: true);
        string partial = Path.Combine(_output, $".{id}.{Guid.NewGuid():N}{Partial}");
        Directory.CreateDirectory(partial);
        try
        {
            ExtractedVideo video = Cut(file, partial, workers, cancellation) with { Id = id, SourceBytes = length, SourceSha256 = hash };
            AtomicFile.WriteAllText(Path.Combine(partial, NoteName), JsonSerializer.Serialize(video, Json));
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
            Directory.Move(partial, target);
            return (video, false);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    ExtractedVideo Cut(string file, string folder, int workers, CancellationToken cancellation)
    {
        double? rate;
        using (IFrameStore store = FrameStore.Open(file)) rate = _options.Fps ?? store.Fps;
        (int code, _, string errors) = FfmpegRun.Run(_options.FfmpegPath, folder, Arguments(file, workers, old: false), cancellation);
        // Releases before 5.1 know only the old name of this option.
        if (code != 0 && errors.Contains("fps_mode", StringComparison.Ordinal))
            (code, _, errors) = FfmpegRun.Run(_options.FfmpegPath, folder, Arguments(file, workers, old: true), cancellation);
        if (errors.Contains("No space left", StringComparison.Ordinal))
            throw new IOException($"{_output}: no space left for the frames of {file}; expected more. To mend: make room and run again, it goes on where it stopped.");
        if (code != 0)
            throw new FrameDecodeException(file, null, $"a video that FFmpeg cannot cut ({(errors.Length > 0 ? errors : $"exit code {code}")})", "a whole video", "copy or download it again");
        string[] frames = Frames(folder);
        if (frames.Length == 0)
        {
            throw new FrameStoreException(file, null, string.Create(CultureInfo.InvariantCulture, $"no frame from {_options.Start ?? 0} s on"),
                "a video that is longer", "correct --start and --end");
        }
        (string hash, FrameSize size) = Check(file, frames, cancellation);
        bool isShort = _options.End is { } end && rate is { } r && frames.Length < Math.Floor((end - (_options.Start ?? 0)) * r) - 1;
        return new()
        {
            Id = "", Source = Path.GetFileName(file), SourceBytes = 0, SourceSha256 = "", Settings = _settings, Ffmpeg = _ffmpeg, Frames = frames.Length, FramesSha256 = hash,
            Fps = rate, Width = size.Width, Height = size.Height, IsShort = isShort, Warning = errors.Length > 0 ? errors : null,
        };
    }

    List<string> Arguments(string file, int workers, bool old)
    {
        List<string> filters = [], arguments = ["-v", "error", "-nostdin", "-threads", Text(Math.Max(1, Environment.ProcessorCount / workers))];
        if (_options.Start is { } start) arguments.AddRange(["-ss", Text(start)]);
        arguments.AddRange(["-i", Path.GetFullPath(file), "-map", "0:v:0"]);
        if (_options.End is { } end) arguments.AddRange(["-t", Text(end - (_options.Start ?? 0))]);
        if (_options.Fps is { } fps) filters.Add($"fps={Text(fps)}");
        if (_options.ShortSide is { } side) filters.Add($"scale='if(lt(iw,ih),{Text(side)},-2)':'if(lt(iw,ih),-2,{Text(side)})':flags=bicubic+accurate_rnd+bitexact");
        if (filters.Count > 0) arguments.AddRange(["-vf", string.Join(',', filters)]);
        arguments.AddRange(old ? ["-vsync", "0"] : ["-fps_mode", "passthrough"]);
        // JPEG's own range of colours; quality 1 needs the encoder's lower bound to be 1, too.
        arguments.AddRange(["-pix_fmt", "yuvj420p", "-qmin", "1", "-q:v", Text(_options.Quality), "-start_number", "1", "-f", "image2", "img_%05d.jpg"]);
        return arguments;

        static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
    }

    /// <summary>Every frame is a whole JPEG file: a write that failed half way is seen even where FFmpeg does not tell.</summary>
    static (string Hash, FrameSize Size) Check(string file, string[] frames, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        FrameSize size = default;
        for (int i = 0; i < frames.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            byte[] bytes = File.ReadAllBytes(frames[i]);
            bool whole = bytes.Length > 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[^2] == 0xff && bytes[^1] == 0xd9;
            if (!whole || Path.GetFileName(frames[i]) != FrameTemplate.Default.FileName(i + 1))
            {
                throw new FrameDecodeException(file, i + 1, "a frame that was not written whole", "a JPEG file for each frame",
                    "see whether the disk is full, and run again");
            }
            if (i == 0) size = ImageCodec.ReadSize(bytes, frames[i]);
            hash.AppendData(bytes);
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
    }

    static string[] Frames(string folder) => [.. Directory.EnumerateFiles(folder, "img_*.jpg").Order(StringComparer.Ordinal).OrderBy(f => f.Length)];

    static ExtractedVideo? NoteOf(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ExtractedVideo>(File.ReadAllText(Path.Combine(folder, NoteName)), Json);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    ExtractionReport WriteManifest()
    {
        ExtractionReport report = new(_ffmpeg, _settings, [.. _done.Values.OrderBy(v => v.Id, StringComparer.Ordinal)], [.. _failures.Order(StringComparer.Ordinal)], _before);
        var manifest = new { report.Ffmpeg, report.Settings, report.Videos, report.Failures };
        AtomicFile.WriteAllText(Path.Combine(_output, ManifestName), JsonSerializer.Serialize(manifest, Json) + "\n");
        return report;
    }
}
