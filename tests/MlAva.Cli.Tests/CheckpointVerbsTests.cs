using System.Security.Cryptography;
using MlAva.Networks;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary>Checkpoints come over the wire, become models, and go out again: <c>fetch</c>, <c>import</c>, <c>export</c>.</summary>
public sealed class CheckpointVerbsTests : IDisposable
{
    const string Config = "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static string Checkpoint(string name = "tiny_slowonly") => Path.Combine(AppContext.BaseDirectory, "Golden", name, "checkpoint.pth");

    // The published shape at the width of the small reference case.
    static string[] Import(string checkpoint, string output, params string[] more) =>
        ["import", Config, checkpoint, "--out", output, "--set", "model.backbone.pathway.baseChannels=4", "--set", "model.backbone.pathway.stageBlocks=[1,1,1,1]", .. more];

    [Fact]
    public void A_checkpoint_becomes_a_model_and_goes_out_again_bit_for_bit()
    {
        string model = _folder.File("model.zip"), pth = _folder.File("out.pth"), safetensors = _folder.File("out.safetensors");

        Assert.Contains("104 of 104 tensors", Tool.Run(Import(Checkpoint(), model)).ExitsWith(0).Output, StringComparison.Ordinal);
        Tool.Run("export", model, "--format", "pth", "--out", pth).ExitsWith(0);
        Tool.Run("export", pth, "--out", safetensors).ExitsWith(0);

        using CheckpointFile before = CheckpointFile.Read(Checkpoint());
        foreach (string file in (string[])[pth, safetensors])
        {
            using CheckpointFile after = CheckpointFile.Read(file);
            Assert.Equal(before.Tensors.Keys.Order(StringComparer.Ordinal), after.Tensors.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, TorchSharp.torch.Tensor value) in before.Tensors)
            {
                Assert.Equal(value.shape, after.Tensors[name].shape);
                Assert.True(value.bytes.SequenceEqual(after.Tensors[name].bytes), name);
            }
        }
    }

    [Fact]
    public void The_published_class_names_travel_with_the_model()
    {
        string map = _folder.Write("map.pbtxt", "item { name: \"stand\" id: 12 }\nitem { name: \"watch\" id: 80 }\n");
        Tool.Run(Import(Checkpoint(), _folder.File("model.zip"), "--label-map", map)).ExitsWith(0);
        Tool.Run("export", _folder.File("model.zip"), "--out", _folder.File("out.pth")).ExitsWith(0);
        using TorchCheckpoint exported = TorchCheckpoint.Read(_folder.File("out.pth"));
        List<object?> names = [.. Assert.IsAssignableFrom<IEnumerable<object?>>(exported.Meta["CLASSES"])];
        Assert.Equal(81, names.Count);
        Assert.Equal("stand", names[12]);
        Assert.Equal("watch", names[80]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_left()
    {
        string model = _folder.File("model.zip");
        Tool.Run("import", Config, Checkpoint(), "--out", model).Refuses("checkpoint.pth", "missing");
        Tool.Run(Import(Checkpoint("tiny_slowfast"), model)).Refuses("SlowFast", "SlowOnly");
        Tool.Run(Import(_folder.File("none.pth"), model)).Refuses("none.pth", "no such file");
        byte[] bytes = File.ReadAllBytes(Checkpoint());
        File.WriteAllBytes(_folder.File("cut.pth"), bytes[..(bytes.Length / 2)]);
        Tool.Run(Import(_folder.File("cut.pth"), model)).Refuses("cut.pth", "expected");
        File.WriteAllBytes(_folder.File("wrong-0123abcd.pth"), bytes);
        Tool.Run(Import(_folder.File("wrong-0123abcd.pth"), model)).Refuses("0123abcd");
        Tool.Run(Import(Checkpoint(), _folder.File("model.onnxx"))).Refuses("--out", ".safetensors");
        Tool.Run("import", "slowonly_kinetics_r50", Checkpoint(), "--out", model).Refuses("slowonly_kinetics");
        Tool.Run("export", Checkpoint(), "--format", "safetensors", "--out", _folder.File("x.pth")).Refuses("--out", ".safetensors");
        Assert.False(File.Exists(model));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp*"));
    }

    [Fact]
    public void A_partial_import_says_what_it_lacked()
    {
        Tool run = Tool.Run(Import(Checkpoint(), _folder.File("start.safetensors"), "--partial", "--seed", "3", "--set", "model.head.numClasses=17")).ExitsWith(0);
        Assert.Contains("102 of 104 tensors", run.Output, StringComparison.Ordinal);
        Assert.Contains("roi_head.bbox_head.fc_cls.weight", run.Errors, StringComparison.Ordinal);
        using CheckpointFile start = CheckpointFile.Read(_folder.File("start.safetensors"));
        Assert.Equal(17, start.Tensors["roi_head.bbox_head.fc_cls.weight"].shape[0]);
    }

    [Fact]
    public void The_published_file_is_fetched_checked_and_found_the_next_time()
    {
        byte[] content = File.ReadAllBytes(Checkpoint());
        string hash = Convert.ToHexStringLower(SHA256.HashData(content))[..8], name = $"small-{hash}.pth";
        using LoopbackServer server = new((n, request) => LoopbackServer.File(content, request, "\"1\"") with { CutAfter = n == 0 ? 1000 : null });
        string config = WriteConfig(server.Address(name), hash), folder = _folder.File("zoo");

        Tool run = Tool.Run("fetch", config, "--out-dir", folder).ExitsWith(0);

        Assert.Contains("hash checked", run.Output, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, name)));
        Assert.True(server.Requests.Count >= 2, "the first connection was cut");
        int before = server.Requests.Count;
        Assert.Contains("was there", Tool.Run("fetch", config, "--out-dir", folder).ExitsWith(0).Output, StringComparison.Ordinal);
        Assert.Equal(before, server.Requests.Count);
    }

    [Fact]
    public void A_file_with_another_content_is_refused()
    {
        using LoopbackServer server = new((_, _) => new LoopbackServer.Answer([1, 2, 3]));
        Tool.Run("fetch", WriteConfig(server.Address("small-0123abcd.pth"), "0123abcd"), "--out-dir", _folder.File("zoo")).Refuses("0123abcd");
        Assert.Empty(Directory.GetFiles(_folder.File("zoo"), "*.pth"));
        Tool.Run("fetch", "lfb_slowonly_r50_ava_infer", "--warm-start").Refuses("names no warm start");
    }

    string WriteConfig(Uri address, string hash) => _folder.Write("mine.json", $$"""
        {
          "extends": "{{Config}}.json",
          "published": { "url": "{{address}}", "sha256Prefix": "{{hash}}" }
        }
        """);
}
