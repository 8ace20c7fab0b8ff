using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlAva.TestSupport;

/// <summary>An HTTP server on this machine that misbehaves as it is told: it cuts connections, stalls, ignores ranges.</summary>
public sealed class LoopbackServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Func<int, IReadOnlyDictionary<string, string>, Answer> _serve;
    int _count;

    /// <param name="serve">Gives the answer to the n-th request (from 0) with these headers, named in lower case.</param>
    public LoopbackServer(Func<int, IReadOnlyDictionary<string, string>, Answer> serve)
    {
        _serve = serve;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>An answer; a whole file unless told otherwise.</summary>
    /// <param name="Body">The bytes.</param>
    /// <param name="Status">For example <c>200 OK</c>.</param>
    /// <param name="Headers">Further lines.</param>
    public sealed record Answer(byte[] Body, string Status = "200 OK", params string[] Headers)
    {
        /// <summary>After how many bytes the connection is cut.</summary>
        public int? CutAfter { get; init; }

        /// <summary>Whether it stays silent in place of cutting.</summary>
        public bool Stalls { get; init; }

        /// <summary>Whether the length is told.</summary>
        public bool TellsLength { get; init; } = true;
    }

    public Uri Address(string name) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/zoo/{name}"));

    /// <summary>The headers of all requests so far.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Requests { get; } = new();

    /// <summary>What a well-behaved server answers: the rest of the file where that is asked for and the file is still the same.</summary>
    public static Answer File(byte[] content, IReadOnlyDictionary<string, string> request, string tag)
    {
        if (!request.TryGetValue("range", out string? range)
            || (request.TryGetValue("if-range", out string? condition) && condition != tag))
            return new(content, Headers: [$"ETag: {tag}"]);
        int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        return from >= content.Length
            ? new([], "416 Range Not Satisfiable", string.Create(CultureInfo.InvariantCulture, $"Content-Range: bytes */{content.Length}"))
            : new(content[from..], "206 Partial Content", $"ETag: {tag}",
                string.Create(CultureInfo.InvariantCulture, $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}"));
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        try
        {
            using TcpClient _ = client;
            using NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.Latin1, leaveOpen: true);
            Dictionary<string, string> headers = new() { ["request"] = await reader.ReadLineAsync(_stop.Token) ?? "" };
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                headers[line[..line.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant()] =
                    line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            Requests.Enqueue(headers);
            Answer answer = _serve(Interlocked.Increment(ref _count) - 1, headers);
            string[] lines = [$"HTTP/1.1 {answer.Status}", .. answer.Headers, "Connection: close"];
            if (answer.TellsLength)
                lines = [.. lines, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {answer.Body.Length}")];
            await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), _stop.Token);
            await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length), _stop.Token);
            if (answer.Stalls) await Task.Delay(Timeout.Infinite, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other side went away, or the test is over.
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }
}
