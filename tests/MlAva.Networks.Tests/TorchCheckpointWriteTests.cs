using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MlAva.Pickle;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>What is written as a PyTorch checkpoint is one: for our reader, by its structure, and for PyTorch where there is one.</summary>
[Collection(TorchTests.Name)]
public sealed class TorchCheckpointWriteTests
{
    /// <summary>All that torch's restricted unpickler (weights_only) takes.</summary>
    const string SafeOpcodes = "\u0080\u0081\u0085\u0086\u0087\u0088\u0089\u008a()]}.NKMJGXcRbaesutqrhjQ\u008f";

    static readonly Dictionary<string, object?> Meta = new()
    {
        ["epoch"] = 20, ["iter"] = 4_000_000_000L, ["lr"] = 0.0125, ["config"] = "model = dict()\n", ["Größe"] = "ü", ["none"] = null,
        ["yes"] = true, ["classes"] = new[] { "sit", "stand" },
        ["nested"] = new Dictionary<string, object?> { ["a"] = new List<object?> { 1, 2.5, new Dictionary<int, string> { [3] = "x" } } },
        ["negative"] = -1, ["exact"] = new PickleTuple(1L, 2L),
    };

    [Theory]
    [InlineData(ScalarType.Float64, "DoubleStorage")]
    [InlineData(ScalarType.Float32, "FloatStorage")]
    [InlineData(ScalarType.Float16, "HalfStorage")]
    [InlineData(ScalarType.BFloat16, "BFloat16Storage")]
    [InlineData(ScalarType.Int64, "LongStorage")]
    [InlineData(ScalarType.Int32, "IntStorage")]
    [InlineData(ScalarType.Int16, "ShortStorage")]
    [InlineData(ScalarType.Int8, "CharStorage")]
    [InlineData(ScalarType.Byte, "ByteStorage")]
    [InlineData(ScalarType.Bool, "BoolStorage")]
    public void Every_type_comes_back_as_it_was(ScalarType type, string storage)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = tensor(new[] { 0f, 1, 2, 3, 5, 127 }, [2, 3]).to(type);
        (string, Tensor)[] tensors =
        [
            ("all", value), ("turned", value.transpose(0, 1)), ("scalar", value[1, 2]), ("empty", value.slice(0, 0, 0, 1)),
            ("one", value.slice(1, 1, 2, 1)),
        ];
        using TemporaryFolder folder = new();
        byte[] file = Written(tensors);
        Assert.Contains(storage, Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        using TorchCheckpoint read = Read(folder, file);
        Assert.Equal(CheckpointFormat.TorchZip, read.Format);
        Assert.Equal(tensors.Select(t => t.Item1), read.Tensors.Keys);
        foreach ((string name, Tensor expected) in tensors)
        {
            Tensor actual = read.Tensors[name];
            Assert.Equal(type, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(actual.is_contiguous());
            Assert.True(expected.contiguous().bytes.SequenceEqual(actual.bytes), name);
        }
    }

    [Fact]
    public void Plain_values_of_meta_come_back_as_they_were()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using TorchCheckpoint read = Read(folder, Written([("w", ones(2))], Meta));
        Assert.Equal(Meta.Keys, read.Meta.Keys);
        Assert.Equal(20L, read.Meta["epoch"]);
        Assert.Equal(4_000_000_000L, read.Meta["iter"]);
        Assert.Equal(0.0125, read.Meta["lr"]);
        Assert.Equal("ü", read.Meta["Größe"]);
        Assert.Null(read.Meta["none"]);
        Assert.Equal(true, read.Meta["yes"]);
        Assert.Equal(-1L, read.Meta["negative"]);
        Assert.Equal(new PickleTuple(1L, 2L), read.Meta["exact"]);
        Assert.Equal(["sit", "stand"], Assert.IsType<List<object?>>(read.Meta["classes"]));
        List<object?> list = Assert.IsType<List<object?>>(Assert.IsType<PickleDictionary>(read.Meta["nested"])["a"]);
        Assert.Equal([1L, 2.5], list[..2]);
        Assert.Equal("x", Assert.IsType<PickleDictionary>(list[2])[3]);
        Assert.True(Assert.IsType<PickleDictionary>(Assert.IsType<PickleDictionary>(read.Root)["state_dict"]).IsOrderedDict);
    }

    [Fact]
    public void The_file_is_laid_out_as_torch_lays_it_out()
    {
        using DisposeScope scope = NewDisposeScope();
        byte[] file = Written([("w", ones(3, 5)), ("b", ones(3)), ("n", tensor(7L)), ("none", zeros(0))], Meta);
        using ZipArchive zip = new(new MemoryStream(file));
        Assert.Equal(
            ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1", "archive/data/2", "archive/data/3",
                "archive/version"],
            zip.Entries.Select(e => e.FullName));
        Assert.Equal("3\n"u8, BytesOf(zip, "archive/version"));
        Assert.Equal("little"u8, BytesOf(zip, "archive/byteorder"));
        Assert.Equal(BitConverter.GetBytes(7L), BytesOf(zip, "archive/data/2"));
        Assert.Empty(BytesOf(zip, "archive/data/3"));
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            Assert.Equal(entry.Length, entry.CompressedLength);
            byte[] bytes = BytesOf(zip, entry.FullName);
            Assert.Equal(Crc(bytes), entry.Crc32);
        }
        // Behind the header (30 bytes), the name and the padding the data stands at a multiple of 64, where it can be mapped into memory.
        int headers = 0;
        for (int at = 0; file.AsSpan(at).StartsWith("PK\u0003\u0004"u8); headers++)
        {
            int data = at + 30 + BitConverter.ToUInt16(file, at + 26) + BitConverter.ToUInt16(file, at + 28);
            Assert.Equal(0, data % 64);
            at = data + BitConverter.ToInt32(file, at + 18);
        }
        Assert.Equal(zip.Entries.Count, headers);
    }

    [Fact]
    public void The_pickle_holds_only_what_torch_allows_in_files_of_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, object?> extra =
            new() { ["optimizer"] = new Dictionary<string, object?> { ["state"] = new Dictionary<int, object?> { [0] = ones(2) } } };
        using ZipArchive zip =
            new(new MemoryStream(Written([("w", ones(2)), ("h", ones(2, ScalarType.BFloat16)), ("n", tensor(7L))], Meta, extra)));
        byte[] pickle = BytesOf(zip, "archive/data.pkl");
        List<string> globals = [];
        foreach ((char opcode, string argument) in Opcodes(pickle))
        {
            Assert.Contains(opcode, SafeOpcodes);
            if (opcode == 'c') globals.Add(argument);
        }
        Assert.Equal(
            ["collections OrderedDict", "torch BFloat16Storage", "torch FloatStorage", "torch LongStorage",
                "torch._utils _rebuild_tensor_v2"],
            globals.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2, pickle[1]);
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes_also_on_a_stream_that_cannot_seek()
    {
        using DisposeScope scope = NewDisposeScope();
        using MemoryStream through = new();
        using (GZipStream forward = new(through, CompressionMode.Compress, leaveOpen: true))
            TorchCheckpoint.Write(forward, [new("w", ones(300, 400))], Meta);
        through.Position = 0;
        using MemoryStream unpacked = new();
        using (GZipStream backward = new(through, CompressionMode.Decompress)) backward.CopyTo(unpacked);
        Assert.Equal(Written([("w", ones(300, 400))], Meta), unpacked.ToArray());
    }

    [Fact]
    public void A_tensor_larger_than_a_part_of_memory_comes_back_as_it_was()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        Tensor value = arange(5_000_001, ScalarType.Float64);
        using TorchCheckpoint read = Read(folder, Written([("w", value)]));
        Assert.True(value.equal(read.Tensors["w"]).all().item<bool>());
    }

    [Fact]
    public void Writing_and_reading_leave_no_tensors()
    {
        using Tensor value = ones(3, 2), turned = value.t();
        using TemporaryFolder folder = new();
        LiveTensors.Unchanged(() => Read(folder, Written([("a", turned), ("b", value), ("c", value)])).Dispose());
    }

    [Fact]
    public void A_tensor_under_two_names_is_stored_once_and_read_as_two()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        Tensor value = ones(1000);
        byte[] file = Written([("a", value), ("b", value)]);
        Assert.True(file.Length < 6000, $"{file.Length} bytes");
        using TorchCheckpoint read = Read(folder, file);
        read.Tensors["a"].zero_();
        Assert.Equal(1, read.Tensors["b"][0].item<float>());
    }

    public static TheoryData<string, Func<Tensor, Content>> Wrong => new()
    {
        { "'w' has type ComplexFloat32", w => new([new("w", w.to(ScalarType.ComplexFloat32))], [], []) },
        { "Two tensors are named 'w'", w => new([new("w", w), new("w", w)], [], []) },
        { "'meta.time' is a DateTime", w => new([new("w", w)], new() { ["time"] = DateTime.UnixEpoch }, []) },
        { "'meta.raw' is a Byte[]", w => new([new("w", w)], new() { ["raw"] = new byte[2] }, []) },
        { "'meta.list[1].x' is a Decimal", w =>
            new([new("w", w)], new() { ["list"] = new object[] { 1, new Dictionary<string, object> { ["x"] = 1m } } }, []) },
        { "half of a surrogate pair", w => new([new("w", w)], new() { ["text"] = "\ud800" }, []) },
        { "nested deeper than 100", w => new([new("w", w)], new() { ["deep"] = Circle() }, []) },
        { "'meta' has a place of its own", w => new([new("w", w)], [], new() { ["meta"] = 1 }) },
        { "'state_dict' has a place of its own", w => new([new("w", w)], [], new() { ["state_dict"] = 1 }) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_written_is_refused_before_anything_is_written(
        string message, Func<Tensor, Content> content)
    {
        using DisposeScope scope = NewDisposeScope();
        using MemoryStream stream = new();
        Content all = content(ones(2));
        ArgumentException error = Assert.Throws<ArgumentException>(() => TorchCheckpoint.Write(stream, all.Tensors, all.Meta, all.Extra));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void An_optimisers_momentum_goes_into_a_checkpoint_and_out_again()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string[] names = ["a", "frozen", "b"];
        Dictionary<string, Tensor> momentum = new() { ["a"] = arange(6, ScalarType.Float32).reshape(2, 3), ["b"] = ones(2) };
        SgdOptions options = new() { Momentum = 0.8, Nesterov = true, WeightDecay = 1e-4 };
        byte[] file = Written([("a", ones(2, 3))], null,
            new() { ["optimizer"] = TorchSgdState.ToTorch(names, momentum, options, 0.01, 0.1) });
        using TorchCheckpoint read = Read(folder, file);
        Assert.Equal(["a"], read.Tensors.Keys);
        PickleDictionary group =
            (PickleDictionary)((List<object?>)((PickleDictionary)((PickleDictionary)read.Root!)["optimizer"]!)["param_groups"]!)[0]!;
        Assert.Equal(0.01, group["lr"]);
        Assert.Equal(0.1, group["initial_lr"]);
        Assert.Equal(0.8, group["momentum"]);
        Assert.Equal(1e-4, group["weight_decay"]);
        Assert.Equal(true, group["nesterov"]);
        Assert.Equal([0L, 1L, 2L], Assert.IsType<List<object?>>(group["params"]));
        IReadOnlyDictionary<string, Tensor> back = TorchSgdState.FromTorch(read, names);
        Assert.Equal(["a", "b"], back.Keys);
        foreach ((string name, Tensor expected) in momentum) Assert.True(expected.bytes.SequenceEqual(back[name].bytes), name);

        CheckpointFormatException fewer = Assert.Throws<CheckpointFormatException>(() => TorchSgdState.FromTorch(read, ["a"]));
        Assert.Contains("an optimiser of 3 parameters; expected 1", fewer.Message, StringComparison.Ordinal);
        using TorchCheckpoint without = Read(folder, Written([("a", ones(2))]));
        Assert.Contains("no optimiser state",
            Assert.Throws<CheckpointFormatException>(() => TorchSgdState.FromTorch(without, names)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TorchSgdState.ToTorch(["a"], momentum, options, 1, 1));
    }

    [PythonTorchFact]
    public void PyTorch_reads_what_is_written_equal_to_the_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        List<(string Name, Tensor Value)> tensors =
            [("n", tensor(7L)), ("none", zeros(0, 3)), ("turned", arange(12, ScalarType.Float32).reshape(3, 4).t())];
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16,
            ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool])
            tensors.Add(($"x.{type}", tensor(new[] { 0f, 1, 2, -3, 5, 127 }, [2, 3]).abs().to(type)));
        string[] names = ["a", "b"];
        Dictionary<string, Tensor> momentum = new() { ["a"] = full(2, 0.5f) };
        Dictionary<string, object?> extra = new() { ["optimizer"] = TorchSgdState.ToTorch(names, momentum, new(), 0.01, 0.1) };
        string path = folder.File("written.pth");
        File.WriteAllBytes(path, Written([.. tensors], Meta, extra));
        string plain = folder.File("plain.pth");
        File.WriteAllBytes(plain, Written([.. tensors], new() { ["epoch"] = 3, ["config"] = "x" }));

        string printed = PythonTorch.Run(
            """
            import collections, hashlib, json, sys, torch
            def digest(v):
                return hashlib.sha256(bytes(v.reshape(-1).view(torch.uint8).tolist()) if v.numel() else b'').hexdigest()
            def told(state):
                assert type(state) is collections.OrderedDict
                return [[k, str(v.dtype), list(v.shape), list(v.stride()), digest(v)] for k, v in state.items()]
            file = torch.load(sys.argv[1])
            parameters = [torch.nn.Parameter(torch.zeros(2)), torch.nn.Parameter(torch.zeros(2))]
            sgd = torch.optim.SGD(parameters, lr=1.)
            sgd.load_state_dict(file['optimizer'])
            safe = torch.load(sys.argv[2], weights_only=True)
            meta = file['meta']
            print(json.dumps({'state': told(file['state_dict']), 'safe': told(safe['state_dict']), 'safe_meta': safe['meta'],
                'epoch': meta['epoch'], 'lr': meta['lr'], 'nested': meta['nested']['a'][2][3], 'exact': repr(meta['exact']),
                'text': meta['Größe'], 'momentum': sgd.state[parameters[0]]['momentum_buffer'].tolist(),
                'rate': sgd.param_groups[0]['lr'], 'untouched': parameters[1] in sgd.state}))
            """, path, plain);
        JsonElement told = JsonDocument.Parse(printed).RootElement;
        foreach (string kind in (string[])["state", "safe"])
        {
            JsonElement[] state = [.. told.GetProperty(kind).EnumerateArray()];
            Assert.Equal(tensors.Select(t => t.Name), state.Select(s => s[0].GetString()));
            foreach (((string name, Tensor value), JsonElement entry) in tensors.Zip(state))
            {
                Tensor contiguous = value.contiguous();
                Assert.Equal("torch." + (value.dtype == ScalarType.Byte ? "uint8" : value.dtype.ToString().ToLowerInvariant()),
                    entry[1].GetString());
                Assert.Equal(value.shape, entry[2].EnumerateArray().Select(s => s.GetInt64()));
                if (value.numel() > 0) Assert.Equal(contiguous.stride(), entry[3].EnumerateArray().Select(s => s.GetInt64()));
                Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(contiguous.bytes)), entry[4].GetString());
            }
        }
        Assert.Equal("{\"epoch\": 3, \"config\": \"x\"}", told.GetProperty("safe_meta").ToString());
        Assert.Equal(20, told.GetProperty("epoch").GetInt32());
        Assert.Equal(0.0125, told.GetProperty("lr").GetDouble());
        Assert.Equal("x", told.GetProperty("nested").GetString());
        Assert.Equal("(1, 2)", told.GetProperty("exact").GetString());
        Assert.Equal("ü", told.GetProperty("text").GetString());
        Assert.Equal([0.5, 0.5], told.GetProperty("momentum").EnumerateArray().Select(m => m.GetDouble()));
        Assert.Equal(0.01, told.GetProperty("rate").GetDouble());
        Assert.False(told.GetProperty("untouched").GetBoolean());
    }

    [PythonTorchFact]
    public void What_PyTorch_writes_in_both_formats_is_read_equal_to_the_bit()
    {
        using TemporaryFolder folder = new();
        string printed = PythonTorch.Run(
            """
            import argparse, collections, hashlib, json, sys, torch
            base = torch.arange(24.).reshape(2, 3, 4)
            state = collections.OrderedDict(base=base, turned=base.permute(2, 0, 1), part=base[1, :, 1:3],
                stepped=torch.arange(10)[1::3], again=base, repeated=torch.tensor([[1.5], [2.5]]).expand(2, 5),
                none=torch.zeros(0, 3), scalar=torch.tensor(5), parameter=torch.nn.Parameter(torch.ones(2, 2)))
            for t in ('float16', 'bfloat16', 'float64', 'int8', 'int16', 'int32', 'int64', 'uint8', 'bool'):
                state[t] = torch.tensor([[0, 1, 2], [3, 5, 127]]).to(getattr(torch, t))
            state._metadata = collections.OrderedDict([('', {'version': 1})])
            def digest(v):
                flat = v.detach().contiguous().reshape(-1)
                return hashlib.sha256(bytes(flat.view(torch.uint8).tolist()) if v.numel() else b'').hexdigest()
            told = {k: [list(v.shape), str(v.dtype), digest(v)] for k, v in state.items()}
            whole = {'meta': {'args': argparse.Namespace(lr=.1), 'complex': torch.zeros(2, dtype=torch.complex64),
                'quantised': torch.quantize_per_tensor(torch.ones(3), .1, 0, torch.qint8)},
                'state_dict': state, 'momentum': {0: base[0] * 2}}
            torch.save(whole, sys.argv[1] + '/zip.pth')
            torch.save(whole, sys.argv[1] + '/legacy.pth', _use_new_zipfile_serialization=False)
            print(json.dumps(told))
            """, folder.Path);
        JsonElement told = JsonDocument.Parse(printed).RootElement;
        foreach ((string file, CheckpointFormat format) in (ReadOnlySpan<(string, CheckpointFormat)>)
            [("zip.pth", CheckpointFormat.TorchZip), ("legacy.pth", CheckpointFormat.TorchLegacy)])
        {
            LiveTensors.Unchanged(() =>
            {
                using TorchCheckpoint read = TorchCheckpoint.Read(folder.File(file));
                Assert.Equal(format, read.Format);
                Assert.Equal(told.EnumerateObject().Select(p => p.Name), read.Tensors.Keys);
                foreach (JsonProperty expected in told.EnumerateObject())
                {
                    Tensor actual = read.Tensors[expected.Name];
                    Assert.Equal(expected.Value[0].EnumerateArray().Select(s => s.GetInt64()), actual.shape);
                    Assert.Equal(expected.Value[1].GetString(),
                        "torch." + (actual.dtype == ScalarType.Byte ? "uint8" : actual.dtype.ToString().ToLowerInvariant()));
                    Assert.Equal(expected.Value[2].GetString(), Convert.ToHexStringLower(SHA256.HashData(actual.bytes)));
                }
                Assert.Equal(new PickleGlobal("argparse", "Namespace"), Assert.IsType<PickleObject>(read.Meta["args"]).Global);
                CheckpointTensor momentum =
                    Assert.IsType<CheckpointTensor>(Assert.IsType<PickleDictionary>(((PickleDictionary)read.Root!)["momentum"])[0]);
                using Tensor doubled = momentum.ToTensor();
                Assert.Equal(Enumerable.Range(0, 12).Select(i => 2f * i), doubled.data<float>().ToArray());
            });
        }
    }

    public sealed record Content(
        KeyValuePair<string, Tensor>[] Tensors, Dictionary<string, object?> Meta, Dictionary<string, object?> Extra);

    static byte[] BytesOf(ZipArchive zip, string name)
    {
        using Stream stream = zip.GetEntry(name)!.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The checksum bit by bit, as its definition has it.</summary>
    static uint Crc(byte[] bytes)
    {
        uint state = uint.MaxValue;
        foreach (byte one in bytes)
        {
            state ^= one;
            for (int bit = 0; bit < 8; bit++) state = (state & 1) != 0 ? state >> 1 ^ 0xEDB88320 : state >> 1;
        }
        return ~state;
    }

    static IEnumerable<(char Opcode, string Argument)> Opcodes(byte[] pickle)
    {
        for (int at = 0; at < pickle.Length;)
        {
            char opcode = (char)pickle[at++];
            int start = at;
            at += opcode switch
            {
                '\u0080' or 'K' or 'q' or 'h' => 1,
                'M' => 2,
                'J' or 'r' or 'j' => 4,
                'G' => 8,
                'X' => 4 + BitConverter.ToInt32(pickle, at),
                '\u008a' => 1 + pickle[at],
                'c' => LineEnd(LineEnd(at)) - at,
                _ => 0,
            };
            yield return (opcode, opcode == 'c' ? Encoding.ASCII.GetString(pickle[start..(at - 1)]).Replace('\n', ' ') : "");
        }

        int LineEnd(int from) => Array.IndexOf(pickle, (byte)'\n', from) + 1;
    }

    static List<object> Circle()
    {
        List<object> circle = [];
        circle.Add(circle);
        return circle;
    }

    static byte[] Written((string Name, Tensor Value)[] tensors, Dictionary<string, object?>? meta = null,
        Dictionary<string, object?>? extra = null)
    {
        using MemoryStream stream = new();
        TorchCheckpoint.Write(stream, tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)), meta, extra);
        return stream.ToArray();
    }

    static TorchCheckpoint Read(TemporaryFolder folder, byte[] file)
    {
        string path = folder.File("file.pth");
        File.WriteAllBytes(path, file);
        return TorchCheckpoint.Read(path);
    }
}
