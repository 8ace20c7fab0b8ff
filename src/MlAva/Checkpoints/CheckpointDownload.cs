using System.Diagnostics;
using System.Globalization;
using System.Net;
using MlAva.Networks;

namespace MlAva.Checkpoints;

/// <summary>
/// Downloads a checkpoint over HTTP: goes on where an earlier run was stopped, tries again when the connection is cut, holds the content
/// against its hash, and puts the file in its place only when it is whole.
/// </summary>
public sealed class CheckpointDownload
{
    const int Buffer = 1 << 17;
    const long Progressed = 1 << 20;
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30), ReportEvery = TimeSpan.FromMilliseconds(100);

    readonly CheckpointDownloadOptions _options;
    readonly IProgress<DownloadProgress>? _progress;
    readonly HttpClient _client;
    readonly string _target;
    readonly string _address;
    readonly string? _digits;
    readonly Stopwatch _clock = Stopwatch.StartNew();
    TimeSpan _lastReport = -ReportEvery;
    long _received;
    bool _goesOn;

    CheckpointDownload(CheckpointDownloadOptions options, IProgress<DownloadProgress>? progress, HttpClient client)
    {
        (_options, _progress, _client) = (options, progress, client);
        (_target, _address, _digits) = (Path.GetFullPath(options.Path), options.Address(), options.Digits());
    }

    /// <summary>
    /// Downloads the file, or finds it there. When stopped, what has come stays in <c>FILE.part</c> and the next run goes on from it, if
    /// the server says that the file is still the same.
    /// </summary>
    /// <param name="options">What, where to, how long to try.</param>
    /// <param name="progress">Told now and then how far it is, and at the end.</param>
    /// <param name="client">The client to use; null: one of its own.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    /// <exception cref="CheckpointDownloadException">
    /// The server has no such file or cannot be reached, the content has another hash (it is set aside as <c>FILE.wrong</c>), or another
    /// file stands in the place.
    /// </exception>
    public static async Task<CheckpointDownloadResult> RunAsync(CheckpointDownloadOptions options,
        IProgress<DownloadProgress>? progress = null, HttpClient? client = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using HttpClient? own = client is null ? new() { Timeout = Timeout.InfiniteTimeSpan } : null;
        CheckpointDownload download = new(options, progress, client ?? own!);
        return await Task.Run(() => download.RunAsync(cancellation), cancellation).ConfigureAwait(false);
    }

    async Task<CheckpointDownloadResult> RunAsync(CancellationToken cancellation)
    {
        if (WhatIsThere(cancellation) is { } there) return there;
        using PartFile part = PartFile.Open(_target);
        for (bool isFirst = true; ; isFirst = false)
        {
            await FetchAsync(part, cancellation).ConfigureAwait(false);
            string hash = part.Hash(cancellation);
            long length = part.Length;
            if (_digits is null || hash.StartsWith(_digits, StringComparison.Ordinal))
            {
                MoveIntoPlace(part);
                return new(_target, length, hash, _digits is not null, WasThere: false);
            }
            if (_goesOn && isFirst)
            {
                // The beginning may be of another file: an earlier run's server did not say enough to know.
                part.Clear();
                continue;
            }
            string aside = _target + ".wrong";
            part.MoveTo(aside, replace: true);
            throw new CheckpointDownloadException(_address, $"{length} bytes with SHA-256 {hash}", $"one that begins with {_digits}",
                $"check the address and the hash; what came was set aside as {aside}");
        }
    }

    /// <summary>The file where it is there already and may stay.</summary>
    CheckpointDownloadResult? WhatIsThere(CancellationToken cancellation)
    {
        if (!File.Exists(_target) || (_options.Replace && _digits is null)) return null;
        string hash = CheckpointHash.Compute(_target, null, cancellation);
        bool isRight = _digits is not null && hash.StartsWith(_digits, StringComparison.Ordinal);
        if (isRight || _digits is null) return new(_target, new FileInfo(_target).Length, hash, isRight, WasThere: true);
        if (_options.Replace) return null;
        throw new CheckpointDownloadException(_target, $"a file with SHA-256 {hash}", $"one that begins with {_digits}, or no file",
            "move the file away, or ask for it to be replaced");
    }

    void MoveIntoPlace(PartFile part)
    {
        try
        {
            part.MoveTo(_target, _options.Replace);
        }
        catch (IOException e) when (!_options.Replace && File.Exists(_target))
        {
            throw new CheckpointDownloadException(_target, "a file that came while this one was downloaded", "no file",
                $"move it away, and run again; what was downloaded is {_target}.part", e);
        }
    }

    /// <summary>Asks until all bytes are here.</summary>
    async Task FetchAsync(PartFile part, CancellationToken cancellation)
    {
        _goesOn = false;
        // Without any sign that the file is still the same, only its hash can tell afterwards.
        if (part.Length > 0 && (!part.IsOf(_address) || (part.Condition is null && _digits is null))) part.Clear();
        for (int failed = 0; ;)
        {
            long before = part.Length;
            try
            {
                if (part.Length == 0 || part.Length != part.Total) await AskAsync(part, cancellation).ConfigureAwait(false);
                else _goesOn = true;
                Report(part, always: true);
                return;
            }
            catch (TransferInterruptedException e)
            {
                failed = part.Length - before >= Progressed ? 1 : failed + 1;
                if (failed >= _options.Attempts)
                {
                    throw new CheckpointDownloadException(_address, $"{e.Message} ({failed} times in a row)", "the whole file",
                        $"run again later; it goes on from the {part.Length} bytes that are here", e);
                }
                TimeSpan pause = Pause(failed, e.Wait);
                Report(part, always: true,
                    string.Create(CultureInfo.InvariantCulture, $"{e.Message}; trying again in {pause.TotalSeconds:0.#} s"));
                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    TimeSpan Pause(int failed, TimeSpan? asked)
    {
        TimeSpan own = _options.FirstDelay * Math.Pow(2, failed - 1);
        TimeSpan pause = asked is { } wait && wait > own ? wait : own;
        return pause < LongestDelay ? pause : LongestDelay;
    }

    /// <summary>One request, for what is missing.</summary>
    async Task AskAsync(PartFile part, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using HttpRequestMessage request = new(HttpMethod.Get, _options.Source);
        request.Headers.UserAgent.ParseAdd("MlAva");
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (part.Length > 0)
        {
            request.Headers.Range = new(part.Length, null);
            request.Headers.IfRange = part.Condition;
        }
        limit.CancelAfter(_options.StallTimeout);
        using HttpResponseMessage answer =
            await Network(() => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token), cancellation)
            .ConfigureAwait(false);
        if (!Prepare(part, answer)) return;
        using Stream body = await Network(() => answer.Content.ReadAsStreamAsync(limit.Token), cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[Buffer];
        while (true)
        {
            limit.CancelAfter(_options.StallTimeout);
            int count = await Network(() => Watched(body.ReadAsync(buffer, limit.Token).AsTask(), part), cancellation)
                .ConfigureAwait(false);
            if (count == 0) break;
            part.Write(buffer.AsSpan(0, count));
            _received += count;
            Report(part);
        }
        if (part.Total is { } total && part.Length != total)
        {
            long length = part.Length;
            if (length > total) part.Clear();
            throw new TransferInterruptedException($"an answer that ended at byte {length} of {total}");
        }
        if (part.Length == 0) throw Refused("an empty file", "check the address");
    }

    /// <summary>Waits for bytes, and tells how far it is meanwhile.</summary>
    async Task<int> Watched(Task<int> read, PartFile part)
    {
        while (_progress is not null && !read.IsCompleted)
        {
            Task pause = Task.Delay(ReportEvery, CancellationToken.None);
            if (await Task.WhenAny(read, pause).ConfigureAwait(false) == pause) Report(part);
        }
        return await read.ConfigureAwait(false);
    }

    /// <summary>Makes the part ready for an answer's body; false where it has all bytes already.</summary>
    bool Prepare(PartFile part, HttpResponseMessage answer)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                // The server does not give parts, or the file is another one by now.
                if (part.Length > 0) part.Clear();
                _goesOn = false;
                if (_digits is null && answer.Content.Headers.ContentType?.MediaType is "text/html")
                    throw Refused("a web page", "check the address; it must be the file's own");
                if (answer.Content.Headers.ContentEncoding.FirstOrDefault(e => e is not "identity") is { } packed)
                    throw Refused($"bytes packed as {packed}", "choose a server that gives the file as it is");
                part.Remember(_address, answer);
                return true;
            case HttpStatusCode.PartialContent when answer.Content.Headers.ContentRange is { Unit: "bytes" } range
                && range.From == part.Length && part.Agrees(answer):
                _goesOn = true;
                part.Remember(_address, answer);
                return true;
            case HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0
                && answer.Content.Headers.ContentRange?.Length == part.Length:
                _goesOn = true;
                return false;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0:
                part.Clear();
                throw new TransferInterruptedException("an answer that does not continue the file");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new TransferInterruptedException(Status(answer), answer.Headers.RetryAfter?.Delta);
            default:
                throw Refused(Status(answer), "check the address");
        }
    }

    static string Status(HttpResponseMessage answer) =>
        string.Create(CultureInfo.InvariantCulture, $"status {(int)answer.StatusCode} {answer.ReasonPhrase}").TrimEnd();

    CheckpointDownloadException Refused(string found, string mend) => new(_address, found, "the file", mend);

    /// <summary>Tells what the network did wrong from what the disk or the caller did.</summary>
    async Task<T> Network<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError)
        {
            throw new CheckpointDownloadException(_address, $"no secure connection ({Innermost(e)})",
                "a server whose certificate can be trusted",
                "check the address, the machine's clock and its certificates", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
        {
            throw new TransferInterruptedException($"a connection that failed ({Innermost(e)})", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferInterruptedException("a server that stayed silent", inner: e);
        }
    }

    static string Innermost(Exception e) => e.GetBaseException().Message.TrimEnd('.');

    void Report(PartFile part, bool always = false, string? trouble = null)
    {
        if (_progress is null || (!always && _clock.Elapsed - _lastReport < ReportEvery)) return;
        _lastReport = _clock.Elapsed;
        double rate = _received / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);
        TimeSpan? left = part.Total is { } total && rate > 0
            ? TimeSpan.FromSeconds(Math.Min(1e9, Math.Max(0, total - part.Length) / rate)) : null;
        _progress.Report(new(part.Length, part.Total, rate, left, trouble));
    }
}
