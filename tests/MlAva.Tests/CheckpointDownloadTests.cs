using System.Security.Cryptography;
using MlAva.Checkpoints;
using MlAva.TestSupport;

namespace MlAva.Tests;

/// <summary>Downloads over HTTP end with the whole right file or with nothing in its place, whatever servers do.</summary>
public sealed class CheckpointDownloadTests : IDisposable
{
    const string Tag = "\"one\"";
    static readonly byte[] Content = Bytes(1), Other = Bytes(2);
    static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));
    readonly TemporaryFolder _folder = new();
    readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    string Target => _folder.File($"models/slowonly-{Hash[..8]}.pth");

    string Part => Target + ".part";

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_whole_file_comes_with_progress_and_leaves_nothing_else_behind()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        List<DownloadProgress> told = [];
        CheckpointDownloadResult result = await Run(server, told: told);
        Assert.Equal(new(Target, Content.Length, Hash, IsVerified: true, WasThere: false), result);
        IsWhole();
        Assert.Equal(Content.Length, told[^1].Bytes);
        Assert.Equal(Content.Length, told[^1].Total);
        Assert.Equal(TimeSpan.Zero, told[^1].Left);
        Assert.True(told[^1].BytesPerSecond > 0);
        Assert.All(told, p => Assert.Null(p.Trouble));
        Assert.Equal(told.Select(p => p.Bytes).Order(), told.Select(p => p.Bytes));
        Assert.False(Assert.Single(server.Requests).ContainsKey("range"));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_downloaded_again()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        await Run(server);
        Assert.Equal(new(Target, Content.Length, Hash, IsVerified: true, WasThere: true), await Run(server));
        Assert.Equal(new(Target, Content.Length, Hash, IsVerified: true, WasThere: true),
            await Run(server, o => o with { Replace = true }));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stopped_download_leaves_its_part_and_goes_on_from_there()
    {
        using LoopbackServer server =
            new((n, request) => LoopbackServer.File(Content, request, Tag) with { CutAfter = n == 0 ? 700_000 : null, Stalls = n == 0 });
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(server, told: new Watch(p =>
        {
            if (p.Bytes >= 700_000) source.Cancel();
        }), cancellation: source.Token));
        Assert.False(File.Exists(Target));
        Assert.Equal(700_000, new FileInfo(Part).Length);

        List<DownloadProgress> told = [];
        Assert.Equal(Hash, (await Run(server, told: told)).Hash);
        IsWhole();
        Assert.Equal("bytes=700000-", server.Requests.Last()["range"]);
        Assert.Equal(Tag, server.Requests.Last()["if-range"]);
        Assert.True(told[0].Bytes >= 700_000);
    }

    [Fact]
    public async Task What_a_killed_process_left_is_gone_on_from_also_where_it_was_whole()
    {
        foreach (int length in (int[])[1, 12_345, Content.Length])
        {
            using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
            await Interrupted(server, length);
            await Run(server);
            IsWhole();
            Assert.Equal(length == Content.Length ? 1 : 2, server.Requests.Count);
            Assert.Equal(length < Content.Length, server.Requests.Last().ContainsKey("range"));
            File.Delete(Target);
        }
    }

    [Fact]
    public async Task A_date_serves_where_the_server_gives_no_tag()
    {
        const string Date = "Sat, 04 Jul 2020 10:00:00 GMT";
        using LoopbackServer server = new((n, request) => n == 0 ? new(Content, Headers: [$"Last-Modified: {Date}", "ETag: W/\"weak\""])
            : LoopbackServer.File(Content, request, Date));
        await Interrupted(server, 1000);
        await Run(server);
        IsWhole();
        Assert.Equal(Date, server.Requests.Last()["if-range"]);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_is_read_from_the_beginning()
    {
        using LoopbackServer server = new((_, _) => new(Content, Headers: [$"ETag: {Tag}"]));
        await Interrupted(server, 5000);
        await Run(server);
        IsWhole();
        Assert.Equal("bytes=5000-", server.Requests.Last()["range"]);
    }

    [Fact]
    public async Task A_file_that_changed_in_between_is_read_from_the_beginning()
    {
        using LoopbackServer server = new((n, request) => LoopbackServer.File(n == 0 ? Other : Content, request, n == 0 ? "\"old\"" : Tag));
        await Interrupted(server, 5000, Other);
        await Run(server);
        IsWhole();
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_changed_file_is_noticed_by_its_hash_where_the_server_tells_nothing_of_it()
    {
        using LoopbackServer server = new((n, request) =>
        {
            LoopbackServer.Answer answer = LoopbackServer.File(n == 0 ? Other : Content, request, "");
            return answer with { Headers = [.. answer.Headers.Where(h => !h.StartsWith("ETag", StringComparison.Ordinal))] };
        });
        await Interrupted(server, 5000, Other);
        await Run(server);
        IsWhole();
        Assert.Equal(["bytes=5000-", null], server.Requests.Skip(1).Select(r => r.GetValueOrDefault("range")));
    }

    [Fact]
    public async Task An_answer_about_another_file_is_not_put_behind_the_part()
    {
        // A server that heeds the range and not the condition.
        using LoopbackServer server =
            new((n, request) => LoopbackServer.File(n == 0 ? Other : Content, request.Where(h => h.Key != "if-range")
            .ToDictionary(h => h.Key, h => h.Value), n == 0 ? "\"old\"" : Tag));
        await Interrupted(server, 5000, Other);
        await Run(server);
        IsWhole();
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_part_longer_than_the_file_is_dropped()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        await Interrupted(server, 100);
        File.WriteAllBytes(Part, new byte[Content.Length + 1]);
        await Run(server);
        IsWhole();
        Assert.Equal(["bytes=1500001-", null], server.Requests.Skip(1).Select(r => r.GetValueOrDefault("range")));
    }

    [Fact]
    public async Task A_part_of_another_address_or_without_a_word_on_it_is_dropped()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        foreach (string? word in (string?[])[null, "{", "null",
            """{"Address":"http://127.0.0.1/other.pth","ETag":"\"one\"","Total":1500000}"""])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
            File.WriteAllBytes(Part, Other[..400]);
            if (word is not null) File.WriteAllText(Part + ".json", word);
            await Run(server);
            IsWhole();
            File.Delete(Target);
        }
        Assert.All(server.Requests, r => Assert.False(r.ContainsKey("range")));
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_asked_for_the_rest()
    {
        int[] cuts = [0, 100_000, 1, 300_000];
        using LoopbackServer server =
            new((n, request) => LoopbackServer.File(Content, request, Tag) with { CutAfter = n < cuts.Length ? cuts[n] : null });
        List<DownloadProgress> told = [];
        await Run(server, told: told);
        IsWhole();
        Assert.Equal([null, null, "bytes=100000-", "bytes=100001-", "bytes=400001-"],
            server.Requests.Select(r => r.GetValueOrDefault("range")));
        Assert.Equal(4, told.Count(p => p.Trouble is not null));
        Assert.Contains("trying again", told.First(p => p.Trouble is not null).Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_end_and_the_part_stays_for_the_next_run()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag) with { CutAfter = 1000 });
        CheckpointDownloadException error =
            await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server, o => o with { Attempts = 3 }));
        Assert.Contains("(3 times in a row); expected the whole file", error.Message, StringComparison.Ordinal);
        Assert.Contains("goes on from the 3000 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(Content[..3000], File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task A_server_that_stays_silent_is_asked_again()
    {
        using LoopbackServer server =
            new((n, request) => LoopbackServer.File(Content, request, Tag) with { CutAfter = n == 0 ? 1000 : null, Stalls = n == 0 });
        List<DownloadProgress> told = [];
        await Run(server, o => o with { StallTimeout = TimeSpan.FromSeconds(1) }, told);
        IsWhole();
        Assert.Contains(told, p => p.Trouble?.Contains("silent", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("503 Service Unavailable")]
    [InlineData("429 Too Many Requests")]
    [InlineData("408 Request Timeout")]
    public async Task A_busy_server_is_asked_again(string status)
    {
        using LoopbackServer server =
            new((n, request) => n < 2 ? new([], status, "Retry-After: 0") : LoopbackServer.File(Content, request, Tag));
        await Run(server);
        IsWhole();
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("403 Forbidden")]
    [InlineData("410 Gone")]
    public async Task A_file_that_is_not_there_is_not_asked_for_again(string status)
    {
        using LoopbackServer server = new((_, _) => new("no"u8.ToArray(), status));
        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server));
        Assert.Contains($"found status {status}; expected the file. To mend: check the address", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_set_aside()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Other, request, Tag));
        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Other)), error.Found, StringComparison.Ordinal);
        Assert.Contains(Hash[..8], error.Expected, StringComparison.Ordinal);
        Assert.Contains(Target + ".wrong", error.Mend, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal([Target + ".wrong"], Directory.GetFiles(Path.GetDirectoryName(Target)!));
        Assert.Equal(Other, File.ReadAllBytes(Target + ".wrong"));
    }

    [Fact]
    public async Task A_wrong_file_that_is_cut_over_and_over_ends_all_the_same()
    {
        using LoopbackServer server =
            new((_, request) => LoopbackServer.File(Other, request, Tag) with { CutAfter = request.ContainsKey("range") ? null : 9 });
        await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Another_file_in_the_place_is_not_replaced_unless_that_is_asked_for()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllBytes(Target, Other);
        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server));
        Assert.Contains(Hash[..8], error.Expected, StringComparison.Ordinal);
        Assert.StartsWith(Target, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        Assert.Equal(Other, File.ReadAllBytes(Target));
        Assert.False((await Run(server, o => o with { Replace = true })).WasThere);
        IsWhole();
    }

    [Fact]
    public async Task The_hash_may_be_given_and_is_told_where_none_is_known()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag));
        string plain = _folder.File("plain.pth");
        CheckpointDownloadOptions options = new() { Source = server.Address("plain.pth"), Path = plain };
        Assert.Equal(new(plain, Content.Length, Hash, IsVerified: false, WasThere: false),
            await CheckpointDownload.RunAsync(options, client: _client));
        Assert.Equal(new(plain, Content.Length, Hash, IsVerified: false, WasThere: true),
            await CheckpointDownload.RunAsync(options, client: _client));
        Assert.True((await CheckpointDownload.RunAsync(options with { ExpectedHash = Hash.ToUpperInvariant() }, client: _client))
            .IsVerified);
        string named = _folder.File("renamed.pth");
        CheckpointDownloadOptions byAddress = new() { Source = server.Address($"a-{Hash[..8]}.pth"), Path = named };
        Assert.True((await CheckpointDownload.RunAsync(byAddress, client: _client)).IsVerified);
        await Assert.ThrowsAsync<CheckpointDownloadException>(() =>
            CheckpointDownload.RunAsync(options with { ExpectedHash = new('0', 64) }, client: _client));
    }

    [Fact]
    public async Task A_web_page_or_nothing_in_place_of_the_file_is_refused()
    {
        string plain = _folder.File("plain.pth");
        foreach ((LoopbackServer.Answer answer, string found) in ((LoopbackServer.Answer, string)[])
            [(new("<html>"u8.ToArray(), Headers: ["Content-Type: text/html; charset=utf-8"]), "a web page"), (new([]), "an empty file"),
                (new([1, 2], Headers: ["Content-Encoding: gzip"]), "bytes packed as gzip")])
        {
            using LoopbackServer server = new((_, _) => answer);
            CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(
                () => CheckpointDownload.RunAsync(new() { Source = server.Address("plain.pth"), Path = plain }, client: _client));
            Assert.Equal(found, error.Found);
            Assert.False(File.Exists(plain));
        }
    }

    [Fact]
    public async Task A_server_that_does_not_tell_the_length_is_read_to_its_end()
    {
        using LoopbackServer server = new((_, request) => LoopbackServer.File(Content, request, Tag) with { TellsLength = false });
        List<DownloadProgress> told = [];
        await Run(server, told: told);
        IsWhole();
        Assert.Null(told[^1].Total);
        Assert.Null(told[^1].Left);
    }

    [Fact]
    public async Task Two_downloads_of_one_file_do_not_mix()
    {
        using LoopbackServer server =
            new((_, request) => LoopbackServer.File(Content, request, Tag) with { CutAfter = 1000, Stalls = true });
        using CancellationTokenSource source = new();
        TaskCompletionSource began = new();
        Task<CheckpointDownloadResult> first = Run(server, told: new Watch(_ => began.TrySetResult()), cancellation: source.Token);
        await began.Task;
        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => Run(server));
        Assert.Contains("a file in use", error.Message, StringComparison.Ordinal);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_told_without_what_is_secret_in_the_address()
    {
        CheckpointDownloadOptions options =
            new() { Source = new("http://name:word@127.0.0.1:1/a.pth?token=secret"), Path = _folder.File("a.pth"), Attempts = 1 };
        CheckpointDownloadException error =
            await Assert.ThrowsAsync<CheckpointDownloadException>(() => CheckpointDownload.RunAsync(options));
        Assert.StartsWith("http://127.0.0.1:1/a.pth: found ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<CheckpointDownloadOptions, CheckpointDownloadOptions>> Wrong => new()
    {
        { "Source is file:///a.pth", o => o with { Source = new("file:///a.pth") } },
        { "Source is a.pth", o => o with { Source = new("a.pth", UriKind.Relative) } },
        { "Path is ''", o => o with { Path = "" } },
        { "Path is '.'", o => o with { Path = "." } },
        { "Path is 'a-00000000.pth', whose name tells another hash", o =>
            o with { Path = "a-00000000.pth", Source = new("http://h/a-11111111.pth") } },
        { "ExpectedHash is '1234567'", o => o with { ExpectedHash = "1234567" } },
        { "ExpectedHash is '1234567x'", o => o with { ExpectedHash = "1234567x" } },
        { "Attempts is 0", o => o with { Attempts = 0 } },
        { "FirstDelay is -00:00:01", o => o with { FirstDelay = TimeSpan.FromSeconds(-1) } },
        { "StallTimeout is 00:00:00", o => o with { StallTimeout = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Impossible_options_are_refused_with_the_legal_range(string message,
        Func<CheckpointDownloadOptions, CheckpointDownloadOptions> change)
    {
        CheckpointDownloadOptions options = change(new() { Source = new("http://127.0.0.1/a.pth"), Path = "a.pth" });
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => CheckpointDownload.RunAsync(options, client: _client));
        Assert.StartsWith($"{nameof(CheckpointDownloadOptions)}.{message}", error.Message, StringComparison.Ordinal);
        Assert.Contains("; expected ", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Leaves what a process leaves that is killed after so many bytes.</summary>
    async Task Interrupted(LoopbackServer server, int length, byte[]? content = null)
    {
        using CancellationTokenSource source = new();
        // All has come when it is stopped: the hash is not computed any more.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(server, told: new Watch(p =>
        {
            if (p.Bytes == Content.Length) source.Cancel();
        }), cancellation: source.Token));
        Assert.Equal(content ?? Content, File.ReadAllBytes(Part));
        using FileStream part = File.OpenWrite(Part);
        part.SetLength(length);
    }

    Task<CheckpointDownloadResult> Run(LoopbackServer server, Func<CheckpointDownloadOptions, CheckpointDownloadOptions>? change = null,
        List<DownloadProgress>? told = null)
        => Run(server, told is null ? null : new Watch(told.Add), change);

    Task<CheckpointDownloadResult> Run(LoopbackServer server, Watch? told,
        Func<CheckpointDownloadOptions, CheckpointDownloadOptions>? change = null,
        CancellationToken cancellation = default)
    {
        CheckpointDownloadOptions options =
            new() { Source = server.Address(Path.GetFileName(Target)), Path = Target, FirstDelay = TimeSpan.FromMilliseconds(1) };
        return CheckpointDownload.RunAsync(change?.Invoke(options) ?? options, told, _client, cancellation);
    }

    void IsWhole()
    {
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[1_500_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    sealed class Watch(Action<DownloadProgress> tell) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => tell(value);
    }
}
