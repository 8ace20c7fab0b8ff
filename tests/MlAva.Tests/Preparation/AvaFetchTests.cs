using System.IO.Compression;
using System.Text;
using MlAva.Annotations;
using MlAva.Checkpoints;
using MlAva.Preparation;
using MlAva.TestSupport;

namespace MlAva.Tests.Preparation;

public sealed class AvaFetchTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Dictionary<string, byte[]> _content = new()
    {
        ["annotations/ava_file_names_trainval_v2.1.txt"] = Encoding.ASCII.GetBytes("first.mkv\nsecond.mp4\n-5KQ66BBWC4.mkv\n"),
        ["annotations/ava_file_names_test_v2.1.txt"] = Encoding.ASCII.GetBytes("hidden.mp4\n"),
        ["trainval/first.mkv"] = Noise(1, 300_000), ["trainval/second.mp4"] = Noise(2, 100_000), ["trainval/-5KQ66BBWC4.mkv"] = Noise(3, 1000),
        ["test/hidden.mp4"] = Noise(4, 1000),
    };

    public AvaFetchTests()
    {
        using MemoryStream packed = new();
        using (ZipArchive zip = new(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream stream = zip.CreateEntry("ava_v2.2/ava_val_v2.2.csv").Open();
            stream.Write("1j20qq1JyX4,0902,0.002,0.118,0.714,0.977,12,1\n"u8);
        }
        _content["annotations/ava_v2.2.zip"] = packed.ToArray();
    }

    static byte[] Noise(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    LoopbackServer Server(Func<string, int, LoopbackServer.Answer, LoopbackServer.Answer>? spoil = null)
    {
        Dictionary<string, int> asked = [];
        return new((_, request) =>
        {
            string name = request["request"].Split(' ')[1]["/zoo/".Length..];
            int times;
            lock (asked) times = asked[name] = asked.GetValueOrDefault(name) + 1;
            if (!_content.TryGetValue(name, out byte[]? bytes)) return new([], "404 Not Found");
            LoopbackServer.Answer answer = LoopbackServer.File(bytes, request, $"\"{name.Length}-{bytes.Length}\"");
            return spoil?.Invoke(name, times, answer) ?? answer;
        });
    }

    AvaFetchOptions Options(LoopbackServer server) =>
        new() { Output = _folder.File("ava"), BaseUrl = server.Address(""), FirstDelay = TimeSpan.Zero, Parallel = 3 };

    byte[] Have(string name) => File.ReadAllBytes(_folder.File("ava/" + name));

    [Fact]
    public async Task Annotations_are_unpacked_and_videos_come_whole_over_a_server_that_cuts()
    {
        using LoopbackServer server = Server((name, times, answer) =>
            name == "trainval/first.mkv" && times < 3 ? answer with { CutAfter = answer.Body.Length / 2 } : answer);

        AvaFetchResult result = await AvaFetch.RunAsync(Options(server));

        Assert.Equal(_content["trainval/first.mkv"], Have("videos/first.mkv"));
        Assert.Equal(_content["trainval/-5KQ66BBWC4.mkv"], Have("videos/-5KQ66BBWC4.mkv"));
        Assert.Single(AnnotationFile.Read(_folder.File("ava/annotations/ava_val_v2.2.csv")).Rows);
        Assert.Equal((6, 5), (result.Files.Count, result.Downloaded));
        Assert.False(File.Exists(_folder.File("ava/videos/hidden.mp4")));
    }

    [Fact]
    public async Task A_second_run_asks_for_nothing_that_is_there()
    {
        using LoopbackServer server = Server();
        await AvaFetch.RunAsync(Options(server) with { AnnotationsOnly = true });
        int before = server.Requests.Count;

        AvaFetchResult more = await AvaFetch.RunAsync(Options(server) with { Videos = "f*" });
        AvaFetchResult none = await AvaFetch.RunAsync(Options(server) with { Videos = "f*" });

        Assert.Equal((1, 0), (more.Downloaded, none.Downloaded));
        Assert.Equal(before + 1, server.Requests.Count);
        Assert.False(File.Exists(_folder.File("ava/videos/second.mp4")));
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_noted_is_told()
    {
        using LoopbackServer server = Server();
        await AvaFetch.RunAsync(Options(server) with { Videos = "f*" });
        File.AppendAllText(_folder.File("ava/videos/first.mkv"), "more");

        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => AvaFetch.RunAsync(Options(server) with { Videos = "f*" }));

        Assert.Contains("first.mkv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_file_of_another_program_is_told_and_a_whole_one_is_kept()
    {
        using LoopbackServer server = Server();
        _folder.Write("ava/videos/first.mkv", "cut");
        Directory.CreateDirectory(_folder.File("other/videos"));
        File.WriteAllBytes(_folder.File("other/videos/first.mkv"), _content["trainval/first.mkv"]);

        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => AvaFetch.RunAsync(Options(server) with { Videos = "f*" }));
        AvaFetchResult kept = await AvaFetch.RunAsync(Options(server) with { Videos = "f*", Output = _folder.File("other") });

        Assert.Contains("found 3 bytes; expected 300000 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal((4, 2), (kept.Files.Count, kept.Downloaded));
    }

    [Fact]
    public async Task A_video_that_is_not_there_is_an_error_or_counted()
    {
        _content.Remove("trainval/second.mp4");
        using LoopbackServer server = Server();

        CheckpointDownloadException error = await Assert.ThrowsAsync<CheckpointDownloadException>(() => AvaFetch.RunAsync(Options(server)));
        AvaFetchResult rest = await AvaFetch.RunAsync(Options(server) with { OnError = OnError.Skip });

        Assert.Contains("trainval/second.mp4", error.Message, StringComparison.Ordinal);
        Assert.Contains("404", Assert.Single(rest.Failures), StringComparison.Ordinal);
        Assert.Equal(_content["trainval/first.mkv"], Have("videos/first.mkv"));
    }

    [Fact]
    public async Task A_pattern_without_videos_and_a_damaged_archive_are_errors()
    {
        using LoopbackServer server = Server();
        Assert.Contains("no-such*", (await Assert.ThrowsAsync<ArgumentException>(() => AvaFetch.RunAsync(Options(server) with { Videos = "no-such*" }))).Message, StringComparison.Ordinal);

        _content["annotations/ava_v2.2.zip"] = Noise(9, 500);
        await Assert.ThrowsAsync<InvalidDataException>(() => AvaFetch.RunAsync(Options(server) with { Output = _folder.File("other") }));
    }

    public void Dispose() => _folder.Dispose();
}
