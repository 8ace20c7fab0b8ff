using System.Text;
using System.Text.Json;
using MlAva.Pickle;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Checkpoints of PyTorch are read whole or refused, and never run (reference specification §2.7).</summary>
[Collection(TorchTests.Name)]
public sealed class TorchCheckpointTests
{
    const string Case = "golden/slowonly_r50_4x16", LoadFrom = "golden/components/load_from", Training = "golden/components/training_checkpoint";
    static readonly string One = PthBytes.Tensor("0", 2, "2", "1");
    static readonly (string, byte[]) Data = ("0", PthBytes.Floats(1, 2));

    [SharedFact(Case)]
    public void The_zip_and_the_older_format_hold_the_same_tensors()
    {
        LiveTensors.Unchanged(() =>
        {
            using TorchCheckpoint zip = TorchCheckpoint.Read(SharedData.Path($"{Case}/checkpoint.pth")), legacy = TorchCheckpoint.Read(SharedData.Path($"{Case}/checkpoint_legacy.pth"));
            Assert.Equal(zip.Tensors.Keys, legacy.Tensors.Keys);
            foreach ((string name, Tensor expected) in zip.Tensors)
            {
                Tensor actual = legacy.Tensors[name];
                Assert.Equal(expected.dtype, actual.dtype);
                Assert.Equal(expected.shape, actual.shape);
                Assert.True(expected.bytes.SequenceEqual(actual.bytes), name);
            }
        });
    }

    [SharedTheory(Case)]
    [InlineData("checkpoint.pth")]
    [InlineData("checkpoint_legacy.pth")]
    public void Every_tensor_has_the_recorded_type_shape_sum_and_norm(string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(SharedData.Path($"{Case}/{file}"));
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"{Case}/state_dict.json")));
        Assert.Equal(recorded.RootElement.EnumerateObject().Select(p => p.Name), checkpoint.Tensors.Keys);
        foreach (JsonProperty entry in recorded.RootElement.EnumerateObject())
        {
            Tensor value = checkpoint.Tensors[entry.Name], precise = value.to(ScalarType.Float64);
            Assert.Equal(entry.Value.GetProperty("dtype").GetString(), value.dtype == ScalarType.Int64 ? "torch.int64" : $"torch.{value.dtype.ToString().ToLowerInvariant()}");
            Assert.Equal(entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()), value.shape);
            Near.Value(entry.Value.GetProperty("sum").GetDouble(), precise.sum().item<double>(), 1e-9, $"sum of {entry.Name}");
            Near.Value(entry.Value.GetProperty("l2").GetDouble(), precise.norm().item<double>(), 1e-9, $"norm of {entry.Name}");
        }
    }

    [SharedFact(Training)]
    public void A_training_checkpoint_gives_its_weights_and_the_rest_as_inert_data()
    {
        JsonElement expected = GoldenJson.Read("training_checkpoint/expected.json");
        using DisposeScope scope = NewDisposeScope();
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(SharedData.Path($"{Training}/epoch_2.pth"));
        JsonElement norms = expected.GetProperty("param_l2");
        foreach (JsonProperty norm in norms.EnumerateObject())
            Near.Value(norm.Value.GetDouble(), checkpoint.Tensors[norm.Name].to(ScalarType.Float64).norm().item<double>(), 1e-6, norm.Name);
        Assert.Equal(norms.EnumerateObject().Select(n => n.Name), checkpoint.Tensors.Keys.Where(k => !k.EndsWith("num_batches_tracked", StringComparison.Ordinal)));

        PickleDictionary root = Assert.IsType<PickleDictionary>(checkpoint.Root);
        Assert.Equal(2L, Assert.IsType<PickleDictionary>(root["meta"])["epoch"]);
        PickleDictionary optimizer = Assert.IsType<PickleDictionary>(root["optimizer"]);
        PickleDictionary group = Assert.IsType<PickleDictionary>(Assert.IsType<List<object?>>(optimizer["param_groups"])[0]);
        JsonElement recorded = expected.GetProperty("param_groups")[0];
        Assert.Equal(recorded.GetProperty("lr").GetDouble(), group["lr"]);
        Assert.Equal(recorded.GetProperty("nesterov").GetBoolean(), group["nesterov"]);
        Assert.Equal(expected.GetProperty("parameter_names").GetArrayLength(), Assert.IsType<PickleDictionary>(optimizer["state"]).Count);
    }

    [SharedFact(LoadFrom)]
    public void A_recognisers_checkpoint_fits_all_but_the_head()
    {
        JsonElement golden = GoldenJson.Read("load_from/cases.json")[0];
        JsonElement model = golden.GetProperty("detector_model");
        using DisposeScope scope = NewDisposeScope();
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = model.GetProperty("backbone").GetProperty("base_channels").GetInt32() } } }.WithMatchingHead());
        Assert.Equal(model.GetProperty("roi_head").GetProperty("bbox_head").GetProperty("in_channels").GetInt32(), detector.Options.Head.InputChannels);
        string file = SharedData.Path($"{LoadFrom}/{golden.GetProperty("recognizer").GetString()}");
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(file);
        Dictionary<string, Tensor> before = detector.state_dict().ToDictionary(p => p.Key, p => p.Value.clone());

        StateReport report = ModuleState.Load(detector, checkpoint.Tensors);

        Assert.Equal(GoldenJson.Strings(golden.GetProperty("missing")), report.Missing);
        Assert.Equal(GoldenJson.Strings(golden.GetProperty("unexpected")), report.Unexpected);
        Assert.Empty(report.Misshapen);
        Dictionary<string, Tensor> after = detector.state_dict();
        Assert.Equal(golden.GetProperty("total").GetInt32(), after.Count);
        Assert.Equal(golden.GetProperty("loaded").GetInt32(), after.Count(p => checkpoint.Tensors.TryGetValue(p.Key, out Tensor? value) && value.bytes.SequenceEqual(p.Value.bytes)));
        foreach (string missing in report.Missing) Assert.True(before[missing].bytes.SequenceEqual(after[missing].bytes), missing);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => ModuleState.LoadStrict(detector, checkpoint.Tensors, file));
        Assert.Contains("2 missing (roi_head.bbox_head.fc_cls.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_of_another_shape_are_reported_and_not_loaded_and_a_leading_module_is_dropped()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9 });
        StateReport report = ModuleState.Load(head, new Dictionary<string, Tensor> { ["module.fc_cls.bias"] = full(9, 0.5f), ["fc_cls.weight"] = ones(9, 5) });
        Assert.Empty(report.Missing);
        Assert.Contains("[9, 5] in the checkpoint, [9, 6] in the network", Assert.Single(report.Misshapen), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(0.5f, 9), head.state_dict()["fc_cls.bias"].data<float>().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(-1)]
    public void A_truncated_file_is_refused_and_leaves_no_tensors(double at)
    {
        using TemporaryFolder folder = new();
        foreach (string source in Sources())
        {
            byte[] whole = File.ReadAllBytes(source);
            int length = at < 0 ? whole.Length + (int)at : at is > 0 and < 1 ? (int)(whole.Length * at) : (int)at;
            Refused(folder, whole[..length]);
        }

        static IEnumerable<string> Sources()
        {
            yield return Path.Combine(GoldenCase.Shipped("tiny_slowonly"), "checkpoint.pth");
            if (SharedData.Root is not null) yield return SharedData.Path($"{Case}/checkpoint_legacy.pth");
        }
    }

    [Fact]
    public void Handmade_checkpoints_of_both_formats_are_read()
    {
        using TemporaryFolder folder = new();
        byte[] pickle = PthBytes.Dictionary(("w", PthBytes.Tensor("0", 4, "2,2", "1,2")), ("b", PthBytes.Tensor("0", 4, "2", "1", 1)));
        byte[] numbers = PthBytes.Floats(1, 2, 3, 4);
        foreach (byte[] file in (byte[][])[PthBytes.Zip(pickle, ("0", numbers)), PthBytes.Legacy(pickle, "(lS'0'\na.", (4, numbers))])
        {
            LiveTensors.Unchanged(() =>
            {
                using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, file));
                Assert.Equal([1, 3, 2, 4], checkpoint.Tensors["w"].data<float>().ToArray());
                Assert.Equal([2, 3], checkpoint.Tensors["b"].data<float>().ToArray());
            });
        }
    }

    [Fact]
    public void A_call_of_a_system_function_is_refused_and_not_run()
    {
        using TemporaryFolder folder = new();
        string trace = folder.File("trace");
        byte[] pickle = Encoding.ASCII.GetBytes($"cos\nsystem\n(S'touch {trace}'\ntR.");
        Refused(folder, PthBytes.Zip(pickle, Data));
        Refused(folder, PthBytes.Legacy(pickle, "(l."));
        Assert.False(File.Exists(trace));
    }

    [Fact]
    public void A_call_of_a_system_function_beside_the_weights_stays_inert()
    {
        using TemporaryFolder folder = new();
        string trace = folder.File("trace");
        byte[] pickle = PthBytes.Dictionary(("w", One), ("meta", $"cos\nsystem\n(S'touch {trace}'\ntR"));
        using (TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data))))
        {
            Assert.Equal(["w"], checkpoint.Tensors.Keys);
            Assert.Equal(new PickleGlobal("os", "system"), Assert.IsType<PickleObject>(((PickleDictionary)checkpoint.Root!)["meta"]).Global);
        }
        Assert.False(File.Exists(trace));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "longer than its storage", PthBytes.Tensor("0", 2, "3", "1") },
        { "starts behind its storage", PthBytes.Tensor("0", 2, "1", "1", 2) },
        { "starts before its storage", PthBytes.Tensor("0", 2, "1", "1", -1) },
        { "goes backwards", PthBytes.Tensor("0", 2, "2", "-1", 1) },
        { "has a negative side", PthBytes.Tensor("0", 2, "-2", "1") },
        { "has fewer strides than sides", PthBytes.Tensor("0", 2, "1,1", "1") },
        { "has no strides", PthBytes.Tensor("0", 2, "1,1", "") },
        { "overflows", PthBytes.Tensor("0", 2, "9223372036854775807,9223372036854775807", "9223372036854775807,9223372036854775807") },
        { "repeats two numbers a trillion times", PthBytes.Tensor("0", 2, "1000000000000", "0") },
        { "has another count than its storage", PthBytes.Tensor("0", 3, "2", "1") },
        { "asks for all memory", PthBytes.Tensor("0", 1L << 60, "2", "1") },
        { "has a storage larger than numbers go", PthBytes.Tensor("0", long.MaxValue, "2", "1") },
        { "names a storage that is not there", PthBytes.Tensor("1", 2, "2", "1") },
        { "has no storage", "ctorch._utils\n_rebuild_tensor_v2\n(NI0\n(I2\nt(I1\ntI00\n}tR" },
        { "has no offset", One.Replace("L0L\n", "N", StringComparison.Ordinal) },
        { "has a shape of words", One.Replace("(L2L\nt", "(S'2'\nt", StringComparison.Ordinal) },
        { "has no shape", One.Replace("(L2L\nt", "N", StringComparison.Ordinal) },
        { "has too few properties", "ctorch._utils\n_rebuild_tensor_v2\n(tR" },
        { "is no tensor", "I1\n" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_tensor_that_cannot_be_is_refused(string why, string tensor)
    {
        Assert.NotEmpty(why);
        using TemporaryFolder folder = new();
        // The good tensor beside it must not be left over.
        byte[] pickle = why == "is no tensor" ? PthBytes.Dictionary(("bad", tensor)) : PthBytes.Dictionary(("good", PthBytes.Tensor("2", 2, "2", "1")), ("bad", tensor));
        Refused(folder, PthBytes.Zip(pickle, Data, ("2", PthBytes.Floats(1, 2))));
    }

    [Fact]
    public void An_older_file_that_lies_about_its_storages_is_refused()
    {
        using TemporaryFolder folder = new();
        byte[] numbers = PthBytes.Floats(1, 2);
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", One)), "(lS'0'\na.", (3, numbers)));
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", One)), "(lS'1'\na.", (2, numbers)));
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", One)), "(l."));
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", One)), "N."));
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", One)), "(lI0\na.", (2, numbers)));
        long huge = 1L << 50;
        Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", PthBytes.Tensor("0", huge, "2", "1"))), "(lS'0'\na.", (huge, numbers)));
    }

    [Fact]
    public void A_zip_file_whose_directory_lies_about_a_size_is_refused()
    {
        using TemporaryFolder folder = new();
        const int Claimed = 0x3FFFFFFC;
        byte[] file = PthBytes.Zip(PthBytes.Dictionary(("w", PthBytes.Tensor("0", Claimed / 4, "2", "1"))), Data);
        int record = file.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(Claimed).CopyTo(file, record + 24);
        Refused(folder, file);
    }

    [Fact]
    public void Other_zip_files_are_refused()
    {
        using TemporaryFolder folder = new();
        byte[] good = PthBytes.Dictionary(("w", One));
        Refused(folder, PthBytes.Zip(good));
        Refused(folder, PthBytes.Zip([], Data));
        Refused(folder, PthBytes.Zip(good, Data, ("inner/data.pkl", good)));
        byte[] other = PthBytes.Zip(good, Data);
        Refused(folder, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(other).Replace("data.pkl", "data.bin", StringComparison.Ordinal)));
    }

    static void Refused(TemporaryFolder folder, byte[] file)
    {
        string path = Write(folder, file);
        LiveTensors.Unchanged(() =>
        {
            CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => TorchCheckpoint.Read(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        });
    }

    static string Write(TemporaryFolder folder, byte[] file)
    {
        string path = folder.File("file.pth");
        File.WriteAllBytes(path, file);
        return path;
    }
}
