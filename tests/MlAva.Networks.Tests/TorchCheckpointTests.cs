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
    const string Case = "golden/slowonly_r50_4x16", Training = "golden/components/training_checkpoint";
    static readonly string One = PthBytes.Tensor("0", 2, "2", "1");
    static readonly (string, byte[]) Data = ("0", PthBytes.Floats(1, 2));

    [SharedFact(Case)]
    public void The_zip_and_the_older_format_hold_the_same_tensors()
    {
        LiveTensors.Unchanged(() =>
        {
            using TorchCheckpoint zip = TorchCheckpoint.Read(SharedData.Path($"{Case}/checkpoint.pth")),
                legacy = TorchCheckpoint.Read(SharedData.Path($"{Case}/checkpoint_legacy.pth"));
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

    public static TheoryData<string> Files
    {
        get
        {
            TheoryData<string> files = [];
            if (SharedData.Root is null) return files;
            foreach (string file in Directory.EnumerateFiles(SharedData.Path("golden"), "checkpoint*.pth", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
                files.Add(Path.GetRelativePath(SharedData.Path("golden"), file));
            return files;
        }
    }

    [SharedTheory("golden")]
    [MemberData(nameof(Files))]
    public void Every_tensor_has_the_recorded_type_shape_sum_and_norm(string file)
    {
        string path = SharedData.Path($"golden/{file}");
        Recorded(path, Path.Combine(Path.GetDirectoryName(path)!, "state_dict.json"));
    }

    [Fact]
    public void Every_tensor_of_the_shipped_file_has_the_recorded_type_shape_sum_and_norm()
    {
        string folder = GoldenCase.Shipped("tiny_slowonly");
        Recorded(Path.Combine(folder, "checkpoint.pth"), Path.Combine(folder, "state_dict.json"));
    }

    static void Recorded(string file, string record)
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(file);
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(record));
        Assert.Equal(recorded.RootElement.EnumerateObject().Select(p => p.Name), checkpoint.Tensors.Keys);
        foreach (JsonProperty entry in recorded.RootElement.EnumerateObject())
        {
            Tensor value = checkpoint.Tensors[entry.Name], precise = value.to(ScalarType.Float64);
            Assert.Equal(entry.Value.GetProperty("dtype").GetString(), $"torch.{value.dtype.ToString().ToLowerInvariant()}");
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
        Assert.Equal(norms.EnumerateObject().Select(n => n.Name),
            checkpoint.Tensors.Keys.Where(k => !k.EndsWith("num_batches_tracked", StringComparison.Ordinal)));

        PickleDictionary root = Assert.IsType<PickleDictionary>(checkpoint.Root);
        Assert.Equal(2L, Assert.IsType<PickleDictionary>(root["meta"])["epoch"]);
        PickleDictionary optimizer = Assert.IsType<PickleDictionary>(root["optimizer"]);
        PickleDictionary group = Assert.IsType<PickleDictionary>(Assert.IsType<List<object?>>(optimizer["param_groups"])[0]);
        JsonElement recorded = expected.GetProperty("param_groups")[0];
        Assert.Equal(recorded.GetProperty("lr").GetDouble(), group["lr"]);
        Assert.Equal(recorded.GetProperty("nesterov").GetBoolean(), group["nesterov"]);
        string[] names = GoldenJson.Strings(expected.GetProperty("parameter_names"));
        Assert.Equal(names.Length, Assert.IsType<PickleDictionary>(optimizer["state"]).Count);
        IReadOnlyDictionary<string, Tensor> momentum = TorchSgdState.FromTorch(checkpoint, names);
        foreach (JsonProperty norm in expected.GetProperty("momentum_l2").EnumerateObject())
            Near.Value(norm.Value.GetDouble(), momentum[norm.Name].to(ScalarType.Float64).norm().item<double>(), 1e-6, norm.Name);
        Assert.Equal(names, momentum.Keys);
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
    public void A_call_of_a_system_function_beside_the_weights_is_refused_and_not_made()
    {
        using TemporaryFolder folder = new();
        string trace = folder.File("trace");
        byte[] pickle = PthBytes.Dictionary(("w", One), ("meta", $"cos\nsystem\n(S'touch {trace}'\ntR"));

        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data))));

        Assert.Contains("os.system", error.Message, StringComparison.Ordinal);
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
        byte[] pickle = why == "is no tensor" ? PthBytes.Dictionary(("bad", tensor))
            : PthBytes.Dictionary(("good", PthBytes.Tensor("2", 2, "2", "1")), ("bad", tensor));
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
    public void A_view_of_a_storage_in_an_older_file_begins_where_it_says()
    {
        using TemporaryFolder folder = new();
        string view = PthBytes.Tensor("0", 4, "2", "1", view: "(S'v'\nL1L\nL2L\nt");
        byte[] numbers = PthBytes.Floats(1, 2, 3, 4);
        using (TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder,
            PthBytes.Legacy(PthBytes.Dictionary(("w", view)), "(lS'0'\na.", (4, numbers)))))
            Assert.Equal([2, 3], checkpoint.Tensors["w"].data<float>().ToArray());
        foreach (string beyond in (string[])["(S'v'\nL3L\nL2L\nt", "(S'v'\nL-1L\nL2L\nt", "(S'v'\nL1L\nL1L\nt", "(S'v'\nt", "I3\n"])
        {
            string tensor = PthBytes.Tensor("0", 4, "2", "1", view: beyond);
            Refused(folder, PthBytes.Legacy(PthBytes.Dictionary(("w", tensor)), "(lS'0'\na.", (4, numbers)));
        }
    }

    [Theory]
    [InlineData("float32", ScalarType.Float32)]
    [InlineData("float64", ScalarType.Float64)]
    [InlineData("float16", ScalarType.Float16)]
    [InlineData("bfloat16", ScalarType.BFloat16)]
    [InlineData("int64", ScalarType.Int64)]
    [InlineData("uint8", ScalarType.Byte)]
    [InlineData("bool", ScalarType.Bool)]
    public void Bytes_of_a_storage_that_knows_no_type_get_the_tensors(string name, ScalarType type)
    {
        using TemporaryFolder folder = new();
        byte[] numbers = [.. Enumerable.Range(0, 32).Select(i => (byte)(i % 2))];
        int size = 32 / (int)empty(1, type).element_size();
        LiveTensors.Unchanged(() =>
        {
            byte[] pickle = PthBytes.Dictionary(("w", PthBytes.TypedTensor("0", 32, $"{size}", "1", name)),
                ("last", PthBytes.TypedTensor("0", 32, "1", "1", name, size - 1)));
            using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, ("0", numbers))));
            Tensor w = checkpoint.Tensors["w"], last = checkpoint.Tensors["last"];
            Assert.Equal(type, w.dtype);
            Assert.Equal([size], w.shape);
            Assert.True(w.bytes.SequenceEqual(numbers));
            Assert.True(last.bytes.SequenceEqual(numbers.AsSpan(32 - 32 / size)));
        });
        Refused(folder, PthBytes.Zip(PthBytes.Dictionary(("w", PthBytes.TypedTensor("0", 32, $"{size + 1}", "1", name))), ("0", numbers)));
    }

    public static TheoryData<string, string> Unreadable => new()
    {
        { "tensor 'bad' of torch.ComplexFloatStorage", PthBytes.Tensor("1", 1, "1", "1", kind: "ComplexFloatStorage") },
        { "tensor 'bad' of torch.ComplexDoubleStorage", PthBytes.Tensor("1", 1, "1", "1", kind: "ComplexDoubleStorage") },
        { "a storage of type torch.StrangeStorage", PthBytes.Tensor("1", 1, "1", "1", kind: "StrangeStorage") },
        { "tensor 'bad' of uint16", PthBytes.TypedTensor("1", 8, "1", "1", "uint16") },
        { "tensor 'bad' of float8_e4m3fn", PthBytes.TypedTensor("1", 8, "1", "1", "float8_e4m3fn") },
        { "'bad', a quantised tensor", "ctorch._utils\n_rebuild_qtensor\n(NtR" },
        { "'bad', a sparse tensor", "ctorch._utils\n_rebuild_sparse_tensor\n(NtR" },
        { "'bad', a tensor without numbers", "ctorch._utils\n_rebuild_meta_tensor_no_storage\n(NtR" },
        { "'bad', an object of torch.FloatTensor", "ctorch\nFloatTensor\n(tR" },
        { "'bad', an object of torch._utils._rebuild_wrapper_subclass",
            "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_wrapper_subclass\nctorch\nTensor\n(tNtR" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Weights_that_cannot_be_read_are_named_and_never_left_out(string message, string tensor)
    {
        using TemporaryFolder folder = new();
        byte[] pickle = PthBytes.Dictionary(("good", One), ("bad", tensor));
        CheckpointFormatException error = Refused(folder, PthBytes.Zip(pickle, Data, ("1", new byte[8])));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_with_attributes_and_parameters_are_tensors()
    {
        using TemporaryFolder folder = new();
        string arguments = One["ctorch._utils\n_rebuild_tensor_v2\n".Length..^1];
        byte[] pickle = PthBytes.Dictionary(
            ("attributes", $"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n{arguments}}}tR"),
            ("parameter", $"ctorch._utils\n_rebuild_parameter\n({One}I01\n}}tR"),
            ("both", $"ctorch._utils\n_rebuild_parameter_with_state\n({One}I01\n}}}}tR"),
            ("oldest", One.Replace("_v2", "", StringComparison.Ordinal).Replace("I00\n}t", "t", StringComparison.Ordinal)));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data)));
        Assert.Equal(4, checkpoint.Tensors.Count);
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal([1, 2], t.data<float>().ToArray()));
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model_state")]
    [InlineData("model")]
    [InlineData("net")]
    [InlineData("weights")]
    public void The_weights_are_found_under_the_usual_names(string name)
    {
        using TemporaryFolder folder = new();
        byte[] pickle = PthBytes.Dictionary(("epoch", "I3\n"), (name, $"(S'w'\n{One}d"), ("lr", PthBytes.Tensor("1", 1, "", "")));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data, ("1", PthBytes.Floats(0.5f)))));
        Assert.Equal(["w"], checkpoint.Tensors.Keys);
        using Tensor rate = Assert.IsType<CheckpointTensor>(((PickleDictionary)checkpoint.Root!)["lr"]).ToTensor();
        Assert.Equal(0.5f, rate.item<float>());
    }

    [Fact]
    public void Weights_that_could_be_either_of_two_or_are_a_whole_model_are_refused()
    {
        using TemporaryFolder folder = new();
        string two = Refused(folder, PthBytes.Zip(PthBytes.Dictionary(("model", $"(S'w'\n{One}d"), ("net", $"(S'w'\n{One}d")), Data))
            .Message;
        Assert.Contains("weights in 'model' and in 'net'", two, StringComparison.Ordinal);
        string whole = Refused(folder, PthBytes.Zip("cmymodels\nNet\n(tR."u8.ToArray(), Data)).Message;
        Assert.Contains("a whole model, <mymodels.Net", whole, StringComparison.Ordinal);
        Assert.Contains("torch.save(model.state_dict()", whole, StringComparison.Ordinal);
        string none = Refused(folder, PthBytes.Zip(PthBytes.Dictionary(("epoch", "I3\n"), ("arch", "I4\n")), Data)).Message;
        Assert.Contains("its keys are 'epoch', 'arch'", none, StringComparison.Ordinal);
        Assert.Contains("no dictionary", Refused(folder, PthBytes.Zip(PthBytes.Dictionary(("state_dict", One)), Data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_share_a_storage_do_not_share_memory_here()
    {
        using TemporaryFolder folder = new();
        byte[] pickle = PthBytes.Dictionary(("a", One + "p9\n"), ("b", "g9\n"), ("c", PthBytes.Tensor("0", 2, "1", "1")));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data)));
        checkpoint.Tensors["a"].zero_();
        Assert.Equal([1, 2], checkpoint.Tensors["b"].data<float>().ToArray());
        Assert.Equal([1], checkpoint.Tensors["c"].data<float>().ToArray());
    }

    [Fact]
    public void A_tensor_beside_the_weights_ends_with_the_checkpoint()
    {
        using TemporaryFolder folder = new();
        byte[] pickle = PthBytes.Dictionary(("state_dict", $"(S'w'\n{One}d"), ("other", PthBytes.Tensor("1", 2, "2", "1")));
        CheckpointTensor? other = null;
        LiveTensors.Unchanged(() =>
        {
            using TorchCheckpoint checkpoint =
                TorchCheckpoint.Read(Write(folder, PthBytes.Zip(pickle, Data, ("1", PthBytes.Floats(3, 4)))));
            other = Assert.IsType<CheckpointTensor>(((PickleDictionary)checkpoint.Root!)["other"]);
            Assert.Equal([2], other.Shape);
            using Tensor value = other.ToTensor();
            Assert.Equal([3, 4], value.data<float>().ToArray());
        });
        Assert.Throws<ObjectDisposedException>(() => other!.ToTensor());
    }

    [Fact]
    public void Damaged_numbers_are_found_by_their_checksum_unless_torch_left_it_out()
    {
        using TemporaryFolder folder = new();
        byte[] file = PthBytes.Zip(PthBytes.Dictionary(("w", One)), Data);
        int numbers = file.AsSpan().IndexOf(Data.Item2), record = file.AsSpan().IndexOf("PK\u0001\u0002"u8),
            second = record + 4 + file.AsSpan(record + 4).IndexOf("PK\u0001\u0002"u8);
        file[numbers + 2] ^= 1;
        Assert.Contains("damaged bytes in archive/data/0", Refused(folder, file).Message, StringComparison.Ordinal);
        file.AsSpan(second + 16, 4).Clear();
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Write(folder, file));
        Assert.NotEqual([1, 2], checkpoint.Tensors["w"].data<float>().ToArray());
    }

    [Fact]
    public void What_often_stands_in_a_checkpoints_place_is_named()
    {
        using TemporaryFolder folder = new();
        foreach ((string content, string named) in (ReadOnlySpan<(string, string)>)[("", "an empty file"),
            ("<!DOCTYPE html>", "a web page"),
            ("version https://git-lfs.github.com/spec/v1", "Git LFS"), ("\u001f\u008b\u0008", "a gzip file")])
            Assert.Contains(named, Refused(folder, Encoding.Latin1.GetBytes(content)).Message, StringComparison.Ordinal);
        byte[] program = PthBytes.Zip(PthBytes.Dictionary(("w", One)), Data, ("/constants.pkl", []));
        Assert.Contains("a TorchScript program", Refused(folder, program).Message, StringComparison.Ordinal);
        byte[] bigEndian = PthBytes.Zip(PthBytes.Dictionary(("w", One)), Data, ("/byteorder", "big"u8.ToArray()));
        Assert.Contains("big-endian", Refused(folder, bigEndian).Message, StringComparison.Ordinal);
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
        Refused(folder, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(other)
            .Replace("data.pkl", "data.bin", StringComparison.Ordinal)));
    }

    static CheckpointFormatException Refused(TemporaryFolder folder, byte[] file)
    {
        string path = Write(folder, file);
        CheckpointFormatException? error = null;
        LiveTensors.Unchanged(() =>
        {
            error = Assert.Throws<CheckpointFormatException>(() => TorchCheckpoint.Read(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        });
        return error!;
    }

    static string Write(TemporaryFolder folder, byte[] file)
    {
        string path = folder.File("file.pth");
        File.WriteAllBytes(path, file);
        return path;
    }
}
