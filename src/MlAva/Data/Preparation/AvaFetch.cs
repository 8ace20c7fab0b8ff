using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Enumeration;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.Checkpoints;
using MlAva.Networks;

namespace MlAva.Preparation;

/// <summary>
/// Downloads AVA from where it is published: several files at once, each going on where an earlier run stopped. The length that the server
/// tells is checked; where a hash is known (the large annotation files, and whatever an earlier run noted in <c>fetched.json</c>), the content is too.
/// </summary>
public sealed class AvaFetch
{
    const string Archive = "annotations/ava_v2.2.zip", NoteName = "fetched.json";

    static readonly string[] Lists = ["annotations/ava_file_names_trainval_v2.1.txt", "annotations/ava_file_names_test_v2.1.txt"];

    /// <summary>SHA-256 of files in the archive.</summary>
    static readonly Dictionary<string, string> Known = new()
    {
        ["ava_train_v2.2.csv"] = "178ea776b641da36a542252cb3a140db713063356f000072f897680a78c1d65e",
        ["ava_val_v2.2.csv"] = "a1e158dfdabf88fcc10ec4a68e8ea50858d0c902c3bd17879a9f3445b2146669",
    };

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    readonly AvaFetchOptions _options;
    readonly string _root;
    readonly HttpClient _client;
    readonly ConcurrentDictionary<string, FetchedFile> _files = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> _noted = new(StringComparer.Ordinal);
    readonly ConcurrentBag<string> _failures = [];
    readonly Lock _writing = new();
    int _done, _total, _downloaded;
    long _bytes;

    AvaFetch(AvaFetchOptions options, HttpClient client) => (_options, _client, _root) = (options, client, Path.GetFullPath(options.Output));

    /// <summary>Where the set is published (Common Visual Data Foundation).</summary>
    public static Uri Publisher { get; } = new("https://s3.amazonaws.com/ava-dataset/");

    /// <summary>Downloads what is not here yet; the archive of annotations is unpacked.</summary>
    /// <param name="options">What and where to.</param>
    /// <param name="client">The client to use; null: one of its own.</param>
    /// <param name="cancellation">Stops the work; the next run goes on.</param>
    /// <exception cref="ArgumentException">An option is out of range, or no video matches.</exception>
    /// <exception cref="CheckpointDownloadException">A file cannot be had, or has another content than noted.</exception>
    /// <exception cref="InvalidDataException">The archive is damaged or holds another content than known.</exception>
    public static async Task<AvaFetchResult> RunAsync(AvaFetchOptions options, HttpClient? client = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using HttpClient? own = client is null ? new() { Timeout = Timeout.InfiniteTimeSpan } : null;
        return await new AvaFetch(options, client ?? own!).RunAsync(cancellation).ConfigureAwait(false);
    }

    async Task<AvaFetchResult> RunAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(_root, "annotations"));
        Recall();
        string[] first = [Archive, .. Lists[..(_options.WithTest ? 2 : 1)]];
        _total = first.Length;
        foreach (string name in first) await FetchAsync(name, name, cancellation).ConfigureAwait(false);
        Unpack(cancellation);
        if (!_options.AnnotationsOnly)
        {
            (string Address, string Name)[] videos = [.. VideosOf(Lists[0], "trainval"), .. _options.WithTest ? VideosOf(Lists[1], "test") : []];
            if (videos.Length == 0)
                throw new ArgumentException($"{nameof(AvaFetchOptions.Videos)} is '{_options.Videos}'; expected a pattern that at least one video's file name matches, such as 1j20*.");
            _total += videos.Length;
            await System.Threading.Tasks.Parallel.ForEachAsync(videos,
                new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = cancellation }, async (video, token) =>
                {
                    try
                    {
                        await FetchAsync(video.Address, video.Name, token).ConfigureAwait(false);
                    }
                    catch (CheckpointDownloadException e) when (_options.OnError == OnError.Skip)
                    {
                        _failures.Add(e.Message);
                        _options.Progress?.Report(new(_done, _total, Interlocked.Read(ref _bytes), $"left out: {e.Message}"));
                    }
                }).ConfigureAwait(false);
        }
        return new([.. _files.Values.OrderBy(f => f.Name, StringComparer.Ordinal)], _downloaded, [.. _failures.Order(StringComparer.Ordinal)]);
    }

    IEnumerable<(string Address, string Name)> VideosOf(string list, string split)
    {
        long line = 0;
        string path = Path.Combine(_root, list);
        foreach (string text in File.ReadLines(path))
        {
            line++;
            string name = text.Trim();
            if (name.Length == 0) continue;
            if (name.AsSpan().ContainsAny('/', '\\') || name.StartsWith('.') || Path.GetExtension(name).Length == 0)
                throw new AnnotationFormatException(path, line, $"'{name}'", "a video's file name", "download the list again");
            if (_options.Videos is not { } pattern || FileSystemName.MatchesSimpleExpression(pattern, name)) yield return ($"{split}/{name}", $"videos/{name}");
        }
    }

    async Task FetchAsync(string address, string name, CancellationToken cancellation)
    {
        string path = Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Uri source = new(_options.BaseUrl.AbsoluteUri.TrimEnd('/') + "/" + address);
        if (!_noted.ContainsKey(name) && File.Exists(path)) await CheckLengthAsync(source, path, cancellation).ConfigureAwait(false);
        Reporter reporter = new(this);
        CheckpointDownloadResult result = await CheckpointDownload.RunAsync(new()
        {
            Source = source, Path = path, ExpectedHash = _noted.GetValueOrDefault(name), Attempts = _options.Attempts, FirstDelay = _options.FirstDelay,
        }, reporter, _client, cancellation).ConfigureAwait(false);
        _files[name] = new(name, result.Length, result.Hash);
        if (!result.WasThere) Interlocked.Increment(ref _downloaded);
        Note();
        _options.Progress?.Report(new(Interlocked.Increment(ref _done), _total, Interlocked.Read(ref _bytes), null));
    }

    /// <summary>A file that no run of this noted, another program's perhaps, may be cut.</summary>
    async Task CheckLengthAsync(Uri source, string path, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Head, source);
            using HttpResponseMessage answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            long here = new FileInfo(path).Length;
            if (answer.IsSuccessStatusCode && answer.Content.Headers.ContentLength is { } there && there != here)
            {
                throw new CheckpointDownloadException(path, FormattableString.Invariant($"{here} bytes"), FormattableString.Invariant($"{there} bytes, as the server tells"),
                    "move the file away, and run again");
            }
        }
        catch (HttpRequestException e)
        {
            throw new CheckpointDownloadException(source.AbsoluteUri, $"a connection that failed ({e.GetBaseException().Message.TrimEnd('.')})", "the file's length", "run again later", e);
        }
    }

    void Unpack(CancellationToken cancellation)
    {
        string archive = Path.Combine(_root, Archive), folder = Path.GetDirectoryName(archive)!;
        using ZipArchive zip = ZipFile.OpenRead(archive);
        foreach (ZipArchiveEntry entry in zip.Entries.Where(e => e.Name.Length > 0 && !e.FullName.StartsWith("__MACOSX", StringComparison.Ordinal)))
        {
            cancellation.ThrowIfCancellationRequested();
            string target = Path.Combine(folder, entry.Name);
            if (!File.Exists(target) || new FileInfo(target).Length != entry.Length)
            {
                // The stream of an entry ends early, or fails its checksum, where the archive is damaged.
                AtomicFile.Write(target, stream =>
                {
                    using Stream content = entry.Open();
                    content.CopyTo(stream);
                    if (stream.Length != entry.Length)
                        throw new InvalidDataException($"{archive}: found {stream.Length} bytes of {entry.FullName}; expected {entry.Length}. To mend: delete the archive, and run again");
                });
            }
            string hash = CheckpointHash.Compute(target, null, cancellation);
            if (Known.TryGetValue(entry.Name, out string? expected) && _options.BaseUrl == Publisher && hash != expected)
            {
                throw new InvalidDataException($"{target}: found SHA-256 {hash}; expected {expected}. To mend: delete the archive and what came from it, and run again");
            }
            _files["annotations/" + entry.Name] = new("annotations/" + entry.Name, entry.Length, hash);
        }
        Note();
    }

    void Note()
    {
        lock (_writing)
        {
            // What earlier runs noted and this one has not come to yet stays.
            Dictionary<string, FetchedFile> all = Read().ToDictionary(f => f.Name, StringComparer.Ordinal);
            foreach (FetchedFile file in _files.Values) all[file.Name] = file;
            AtomicFile.WriteAllText(Path.Combine(_root, NoteName), JsonSerializer.Serialize(all.Values.OrderBy(f => f.Name, StringComparer.Ordinal), Json) + "\n");
        }
    }

    void Recall()
    {
        foreach (FetchedFile file in Read()) _noted[file.Name] = file.Sha256;
    }

    FetchedFile[] Read()
    {
        string path = Path.Combine(_root, NoteName);
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<FetchedFile[]>(File.ReadAllText(path), Json) ?? [];
        }
        catch (JsonException e)
        {
            throw new AnnotationFormatException(path, (e.LineNumber ?? -1) + 1, "what is no JSON", "the note of an earlier run", "delete the file; what is here is hashed anew", e);
        }
    }

    sealed class Reporter(AvaFetch fetch) : IProgress<DownloadProgress>
    {
        long _last = -1;

        public void Report(DownloadProgress value)
        {
            if (_last >= 0) Interlocked.Add(ref fetch._bytes, Math.Max(0, value.Bytes - _last));
            _last = value.Bytes;
            fetch._options.Progress?.Report(new(fetch._done, fetch._total, Interlocked.Read(ref fetch._bytes), value.Trouble));
        }
    }
}
