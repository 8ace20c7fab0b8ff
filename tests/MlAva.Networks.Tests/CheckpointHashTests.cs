using System.Security.Cryptography;
using MlAva.TestSupport;

namespace MlAva.Networks.Tests;

/// <summary>The hash in a published file's name is held against its content (reference specification §1.7).</summary>
public sealed class CheckpointHashTests
{
    [Theory]
    [InlineData("slowonly_r50_4x16x1_256e_kinetics400_rgb_20200704-a69556c6.pth", "a69556c6")]
    [InlineData("https://host/mmaction/slowfast-b987b516.pth", "b987b516")]
    [InlineData("folder-11223344/a-B987B516.safetensors", "b987b516")]
    [InlineData("resnet50-0676ba61.pth.tar", "0676ba61")]
    [InlineData("a-73547d2b", "73547d2b")]
    [InlineData("a-99999999.pth", "99999999")]
    [InlineData("a-20200704.pth", null)]
    [InlineData("a_a69556c6.pth", null)]
    [InlineData("a-a69556c.pth", null)]
    [InlineData("a-a69556c67.pth", null)]
    [InlineData("a-g69556c6.pth", null)]
    [InlineData("a-a69556c6-1.pth", null)]
    [InlineData("folder-a69556c6/a.pth", null)]
    [InlineData("", null)]
    public void A_name_tells_a_hash_or_none(string name, string? expected) => Assert.Equal(expected, CheckpointHash.InName(name));

    [Fact]
    public void A_file_matches_its_name_or_differs_or_has_none()
    {
        using TemporaryFolder folder = new();
        byte[] content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        foreach ((string name, CheckpointHashVerdict verdict, string? expected) in (ReadOnlySpan<(string, CheckpointHashVerdict, string?)>)
            [($"a-{hash[..8]}.pth", CheckpointHashVerdict.Matches, hash[..8]),
                ("a-00112233.pth", CheckpointHashVerdict.Differs, "00112233"), ("a.pth", CheckpointHashVerdict.NoneInName, null)])
        {
            string path = folder.File(name);
            File.WriteAllBytes(path, content);
            CheckpointHashResult result = CheckpointHash.Verify(path);
            Assert.Equal(new(path, verdict, expected, hash), result);
            Assert.Contains(hash, result.ToString(), StringComparison.Ordinal);
        }
        Assert.Contains("expected one that begins with 00112233", CheckpointHash.Verify(folder.File("a-00112233.pth")).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_tells_how_far_it_is_and_can_be_stopped()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a-00112233.pth");
        File.WriteAllBytes(path, new byte[3_000_000]);
        List<long> told = [];
        CheckpointHash.Verify(path, new Told(told.Add));
        Assert.Equal(3_000_000, told[^1]);
        Assert.Equal(told.Order(), told);
        Assert.True(told.Count > 1);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => CheckpointHash.Compute(path, new Told(_ => source.Cancel()), source.Token));
        Assert.Throws<FileNotFoundException>(() => CheckpointHash.Verify(folder.File("none.pth")));
    }

    sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
