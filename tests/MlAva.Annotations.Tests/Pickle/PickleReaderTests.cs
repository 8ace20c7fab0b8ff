using System.Numerics;
using System.Text;
using MlAva.Pickle;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests.Pickle;

public class PickleReaderTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void Plain_values_of_every_protocol_are_read(int protocol)
    {
        PickleDictionary read = (PickleDictionary)PickleReader.Load(PythonPickles.Get("plain", protocol))!;
        Assert.Equal(["n", "t", "f", "i", "d", "s", "b", "t0", "t1", "t4", "x"], read.Keys);
        Assert.Null(read["n"]);
        Assert.Equal(true, read["t"]);
        Assert.Equal(false, read["f"]);
        Assert.Equal(
            [0L, 255L, 256L, 65535L, 65536L, -1L, -129L, 1L << 31, long.MinValue, long.MaxValue, BigInteger.Pow(2, 70),
                -BigInteger.Pow(2, 70)],
            (List<object?>)read["i"]!);
        Assert.Equal([0.5, -1e300, double.PositiveInfinity], (List<object?>)read["d"]!);
        Assert.Equal(["", "a'b", "café 中 😀\\n\n"], (List<object?>)read["s"]!);
        List<object?> bytes = (List<object?>)read["b"]!;
        Assert.Empty((byte[])bytes[0]!);
        Assert.Equal([0, 255], (byte[])bytes[1]!);
        Assert.Equal(PickleTuple.Empty, read["t0"]);
        Assert.Equal(new PickleTuple(1L), read["t1"]);
        Assert.Equal(new PickleTuple(1L, 2L, 3L, new PickleTuple(4L)), read["t4"]);
        PickleDictionary inner = (PickleDictionary)read["x"]!;
        Assert.Equal(2L, inner[1]);
        Assert.True(inner.TryGetValue(new PickleTuple(1L, "a"), out object? none));
        Assert.Null(none);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void NumPy_arrays_and_scalars_of_every_protocol_are_read(int protocol)
    {
        PickleDictionary read = (PickleDictionary)PickleReader.Load(PythonPickles.Get("arrays", protocol))!;
        NumpyArray Array(string name) => (NumpyArray)read[name]!;
        Assert.Equal([2, 3], Array("f8").Shape);
        Assert.Equal([1.5, 2, 3, 4, 5, 6], Array("f8").AsSpan<double>());
        Assert.Equal([2, 3], Array("f4F").Shape);
        Assert.Equal([1.5f, 2, 3, 4, 5, 6], Array("f4F").AsSpan<float>());
        Assert.Equal([1.5, 2, 3, 4, 5, 6], Array("f4F").ToDoubles());
        Assert.Equal([1, 2, -3], Array("be").AsSpan<int>());
        Assert.Equal([1L, 2, -3], Array("be").ToInt64s());
        Assert.Equal([true, false], Array("b").AsSpan<bool>());
        Assert.Equal(["ab", "c"], Array("U").AsSpan<string>());
        Assert.Equal([1L, null], Array("O").AsSpan<object?>().ToArray());
        Assert.Empty(Array("z").Shape);
        Assert.Equal([7L], Array("z").AsSpan<long>());
        Assert.Equal([0, 5], Array("e").Shape);
        Assert.Equal(0.25, read["s"]);
        Assert.Equal(new BigInteger(ulong.MaxValue), read["u"]);
        Assert.Equal([0.5f], Array("h").ToSingles());
        Assert.Equal([200], Array("u1").AsSpan<byte>().ToArray());
        Assert.Equal(["xy"], Array("S").AsSpan<string>());
        Assert.Throws<InvalidOperationException>(() => Array("u1").AsSpan<sbyte>().Length);
        Assert.Throws<InvalidOperationException>(() => Array("U").ToDoubles());
    }

    [Theory, InlineData(0), InlineData(2), InlineData(4)]
    public void Attributes_set_on_an_OrderedDict_are_kept(int protocol)
    {
        PickleDictionary read = (PickleDictionary)PickleReader.Load(PythonPickles.Get("ordered", protocol))!;
        Assert.True(read.IsOrderedDict);
        Assert.Equal(["a", "b"], read.Keys);
        Assert.Equal(1L, ((PickleDictionary)read.Attributes!["_metadata"]!)["v"]);
    }

    [Fact]
    public void NumPy_2_names_are_known()
    {
        byte[] pickle = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(PythonPickles.Get("arrays", 2)).Replace("numpy.core.", "numpy._core.", StringComparison.Ordinal));
        Assert.Equal([1.5, 2, 3, 4, 5, 6], ((NumpyArray)((PickleDictionary)PickleReader.Load(pickle)!)["f8"]!).ToDoubles());
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "os.system", 0)]
    [InlineData("}cposix\nsystem\n.", "posix.system", 1)]
    [InlineData("(ibuiltins\neval\n.", "builtins.eval", 1)]
    [InlineData("\u0080\u0004\u008c\u0008builtins\u008c\u0004eval\u0093.", "builtins.eval", 18)]
    [InlineData("cnumpy\nload\n.", "numpy.load", 0)]
    [InlineData("ccollections\ndefaultdict\n.", "collections.defaultdict", 0)]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n.", "torch._utils._rebuild_tensor_v2", 0)]
    public void Foreign_globals_are_refused_where_they_stand(string pickle, string name, long position)
    {
        PickleException e = Assert.Throws<PickleException>(() => PickleReader.Load(Encoding.Latin1.GetBytes(pickle)));
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.Equal(position, e.Position);
    }

    /// <summary>What is kept inert elsewhere: a file that asks for one of these is an attack, and is told from one with a strange class.</summary>
    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "os.system")]
    [InlineData("cposix\nexecv\n.", "posix.execv")]
    [InlineData("csubprocess\nPopen\n.", "subprocess.Popen")]
    [InlineData("c__builtin__\neval\n.", "__builtin__.eval")]
    public void Programs_are_refused_even_where_unknown_classes_are_kept(string pickle, string name)
    {
        PickleReaderOptions options = new() { KeepUnknownGlobals = true };
        PickleException e = Assert.Throws<PickleException>(() => PickleReader.Load(Encoding.Latin1.GetBytes(pickle), options));
        Assert.Contains($"asks to run '{name}'", e.Message, StringComparison.Ordinal);
        Assert.IsType<PickleGlobal>(PickleReader.Load(Encoding.Latin1.GetBytes("cbuiltins\ngetattr\n."), options));
        Assert.IsType<PickleObject>(PickleReader.Load(Encoding.Latin1.GetBytes("cpathlib\nPosixPath\n(S'a'\ntR."), options));
    }

    [Theory, InlineData("plain", 0), InlineData("plain", 2), InlineData("plain", 5), InlineData("arrays", 0), InlineData("arrays", 2),
        InlineData("arrays", 4), InlineData("arrays", 5)]
    public void A_pickle_cut_anywhere_is_a_PickleException(string name, int protocol)
    {
        byte[] whole = PythonPickles.Get(name, protocol);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<PickleException>(() => PickleReader.Load(whole.AsMemory(0, length)));
            Assert.Throws<PickleException>(() => new PickleReader(new OneWayStream(whole[..length])).Read());
        }
    }

    [Theory, InlineData("plain", 0), InlineData("plain", 4), InlineData("arrays", 0), InlineData("arrays", 2), InlineData("arrays", 5),
        InlineData("ordered", 2)]
    public void Damaged_bytes_give_a_value_or_a_PickleException_and_nothing_else(string name, int protocol)
    {
        byte[] whole = PythonPickles.Get(name, protocol);
        Random random = new(7);
        int refused = 0;
        for (int round = 0; round < 4000; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                PickleReader.Load(damaged, new() { KeepUnknownGlobals = round % 2 == 0 });
            }
            catch (PickleException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0);
    }

    [Theory]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffab.")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffab.")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u007f\u0000\u0000\u0000\u0000ab.")]
    [InlineData("B\u00ff\u00ff\u00ff\u007fab.")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007fab.")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ffab.")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntR(I1\n(I2000000000\nI2000000000\ntcnumpy\ndtype\n(S'f8'\ntRI00\nS''\ntb.")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntR(I1\n(I2000000000\ntcnumpy\ndtype\n(S'S0'\ntRI00\nS''\ntb.")]
    [InlineData("cnumpy\ndtype\n(S'U999999999'\ntR.")]
    public void Huge_lengths_that_the_file_does_not_have_are_refused(string pickle)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(pickle);
        Assert.Throws<PickleException>(() => PickleReader.Load(bytes));
        Assert.Throws<PickleException>(() => new PickleReader(new OneWayStream(bytes)).Read());
    }

    [Theory]
    [InlineData(".")]
    [InlineData("0.")]
    [InlineData("t.")]
    [InlineData("h\u0000.")]
    [InlineData("g7\n.")]
    [InlineData("NN.")]
    [InlineData("(N.")]
    [InlineData("Na.")]
    [InlineData("]]N(e.")]
    [InlineData("}(Nu.")]
    [InlineData("}]Ns.")]
    [InlineData("NNb.")]
    [InlineData("K\u0001)R.")]
    [InlineData("\u0080\u0006N.")]
    [InlineData("\u0082\u0001.")]
    [InlineData("\u0097.")]
    [InlineData("K\u0001Q.")]
    [InlineData("I1_0\n.")]
    [InlineData("S'a\n.")]
    [InlineData("V\\u12\n.")]
    [InlineData("X\u0001\u0000\u0000\u0000\u00ff.")]
    [InlineData("hello")]
    [InlineData("PK\u0003\u0004")]
    public void Senseless_opcodes_are_refused(string pickle) =>
        Assert.Throws<PickleException>(() => PickleReader.Load(Encoding.Latin1.GetBytes(pickle)));

    [Fact]
    public void Memo_entries_may_be_numbered_wildly_and_again()
    {
        Assert.Equal(
            new PickleTuple(1L, 2L, 3L, 4L, null, 1L, 2L, 4L, null),
            PickleReader.Load(Encoding.Latin1.GetBytes(
                "(K\u0001r\u00ff\u00ff\u00ff\u00ffK\u0002p1000\nK\u0003q\u0000K\u0004q\u0000Nq\u0007j\u00ff\u00ff\u00ff\u00ffg1000\nh\u0000h\u0007t.")));
        // 1000 is numbered far ahead, read, numbered anew when the numbers before it have come, and read again.
        string between = string.Concat(Enumerable.Range(0, 1000).Select(i => $"I{i}\np{i}\n0"));
        Assert.Equal(new PickleTuple("far", "near", 999L),
            PickleReader.Load(Encoding.Latin1.GetBytes($"S'far'\np1000\n{between}S'near'\np1000\n0g1000\ng999\n\u0087.")));
        Assert.Throws<PickleException>(() => PickleReader.Load("Np9\ng8\n."u8.ToArray()));
        // Numbers that double every time must not double an array every time.
        string doubling = string.Concat(Enumerable.Range(0, 31).Select(i => $"p{255L << i & 0xffffffff}\n"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(PickleReader.Load(Encoding.Latin1.GetBytes($"N{doubling}.")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Deep_nesting_neither_overflows_the_stack_nor_hangs()
    {
        // A million tuples, each in the next.
        byte[] deep = [(byte)')', .. Enumerable.Repeat((byte)0x85, 1_000_000), (byte)'.'];
        Assert.Throws<PickleException>(() => PickleReader.Load(deep));
        // Two towers of shared tuples, 2^200 leaves each, as keys of one dictionary.
        byte[] tower = [(byte)'K', 1, .. Enumerable.Repeat<byte[]>([(byte)'2', 0x86], 200).SelectMany(b => b)];
        Assert.Throws<PickleException>(() =>
            PickleReader.Load((byte[])[(byte)'}', .. tower, (byte)'N', (byte)'s', .. tower, (byte)'N', (byte)'s', (byte)'.']));
        // A call of a call of a call.
        byte[] calls = [.. "cm\nf\n"u8, .. Enumerable.Repeat(")R"u8.ToArray(), 500_000).SelectMany(b => b), (byte)'.'];
        Assert.Contains("result of a call", PickleReader.Load(calls, new() { KeepUnknownGlobals = true })!.ToString(),
            StringComparison.Ordinal);
        // Lists may be as deep as they like: nothing walks them.
        byte[] lists = [.. Enumerable.Repeat((byte)']', 1_000_000), .. Enumerable.Repeat((byte)'a', 999_999), (byte)'.'];
        Assert.Single((List<object?>)PickleReader.Load(lists)!);
    }

    [Fact]
    public void Copying_the_same_bytes_over_and_over_is_refused()
    {
        byte[] head = [.. "cnumpy._core.numeric\n_frombuffer\nq\0(B"u8, 0, 0, 16, 0, .. new byte[1 << 20],
            .. "cnumpy\ndtype\n(S'u1'\ntR(I1048576\ntS'C'\ntq\u0001R0"u8];
        byte[] again = [.. "h\0h\u0001R0"u8];
        byte[] bomb = [.. head, .. Enumerable.Repeat(again, 2000).SelectMany(b => b), (byte)'N', (byte)'.'];
        PickleException e = Assert.Throws<PickleException>(() => PickleReader.Load(bomb));
        Assert.Contains("over and over", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pickles_following_one_another_are_read_in_turn()
    {
        byte[] bytes = [.. PythonPickles.Get("plain", 2), .. PythonPickles.Get("ordered", 0), 1, 2, 3, .. PythonPickles.Get("arrays", 5)];
        using MemoryStream seekable = new(bytes);
        foreach (PickleReader reader in (PickleReader[])[new(bytes), new(seekable), new(new OneWayStream(bytes))])
        {
            reader.Read();
            Assert.Equal(PythonPickles.Get("plain", 2).Length, reader.Position);
            Assert.Equal(2, ((PickleDictionary)reader.Read()!).Count);
            byte[] between = new byte[3];
            reader.ReadExactly(between);
            Assert.Equal([1, 2, 3], between);
            Assert.False(reader.AtEnd);
            Assert.Equal(13, ((PickleDictionary)reader.Read()!).Count);
            Assert.Equal(bytes.Length, reader.Position);
            Assert.True(reader.AtEnd);
        }
    }

    [Fact]
    public void A_seekable_stream_stands_right_behind_the_pickle()
    {
        using MemoryStream stream = new([.. PythonPickles.Get("ordered", 2), 42]);
        new PickleReader(stream).Read();
        Assert.Equal(42, stream.ReadByte());
    }

    [Fact]
    public void Large_values_pass_through_a_stream_of_unknown_length()
    {
        byte[] large = new byte[500_000];
        new Random(1).NextBytes(large);
        byte[] pickle = [.. "B"u8, .. BitConverter.GetBytes(large.Length), .. large, (byte)'.'];
        Assert.Equal(large, new PickleReader(new OneWayStream(pickle)).Read());
        using MemoryStream seekable = new(pickle);
        Assert.Equal(large, new PickleReader(seekable).Read());
    }

    [Fact]
    public void Options_give_extra_globals_and_persistent_ids_a_meaning()
    {
        byte[] pickle = "cmy\nadd\n((K\u0001K\u0002tQcmy\nkind\ntR."u8.ToArray();
        object? read = PickleReader.Load(pickle, new()
        {
            AllowGlobal = g => g.Module == "my",
            Call = (g, arguments) => $"{g.Name}:{arguments[0]}:{arguments[1]}",
            PersistentLoad = id => ((PickleTuple)id!)[1],
        });
        Assert.Equal("add:2:my.kind", read);
        Assert.Throws<PickleException>(() => PickleReader.Load(pickle));
        Assert.Throws<PickleException>(() => PickleReader.Load(pickle, new() { AllowGlobal = _ => true, PersistentLoad = _ => null }));
    }

    [Fact]
    public void Unknown_globals_can_be_kept_as_inert_data()
    {
        // mmcv's Config pickles so: a class made with NEWOBJ, then entries, items and a state.
        byte[] pickle = "\u0080\u0002cmmcv\nConfig\n(K\u0007t\u0081(K\u0001K\u0002u(K\u0003e}S'a'\nK\u0005sb."u8.ToArray();
        byte[] ascii = Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(pickle));
        PickleObject read = (PickleObject)PickleReader.Load(ascii, new() { KeepUnknownGlobals = true })!;
        Assert.Equal(new PickleGlobal("mmcv", "Config"), read.Global);
        Assert.Equal([7L], read.Arguments);
        Assert.Equal(2L, read.Entries[1]);
        Assert.Equal([3L], read.Items);
        Assert.Equal(5L, ((PickleDictionary)read.State!)["a"]);
        Assert.Throws<PickleException>(() => PickleReader.Load(ascii));
    }

    [Fact]
    public void A_cancelled_reading_stops()
    {
        byte[] pickle = [.. Enumerable.Repeat("N0"u8.ToArray(), 10_000).SelectMany(b => b), (byte)'N', (byte)'.'];
        Assert.Throws<OperationCanceledException>(() => new PickleReader(pickle).Read(new CancellationToken(canceled: true)));
    }

    [SharedFact("golden/slowonly_r50_4x16/checkpoint_legacy.pth")]
    public void The_five_pickles_of_a_legacy_torch_file_are_read_with_hooks()
    {
        using FileStream stream = File.OpenRead(SharedData.Path("golden/slowonly_r50_4x16/checkpoint_legacy.pth"));
        PickleReader reader = new(stream, new()
        {
            AllowGlobal = g => g.Module.StartsWith("torch", StringComparison.Ordinal),
            Call = (g, arguments) => new PickleObject(g, arguments),
            PersistentLoad = id => new PicklePersistentId(id),
        });
        Assert.Equal(BigInteger.Parse("119547037146038801333356", null), reader.Read());
        Assert.Equal(1001L, reader.Read());
        reader.Read();
        PickleDictionary weights = (PickleDictionary)((PickleDictionary)reader.Read()!)["state_dict"]!;
        Assert.Equal(320, weights.Count);
        Assert.NotNull(weights.Attributes!["_metadata"]);
        Assert.Equal("backbone.conv1.conv.weight", weights.Keys.First());
        Assert.Equal(new PickleGlobal("torch._utils", "_rebuild_tensor_v2"), ((PickleObject)weights.Values.First()!).Global);
        Assert.Equal(320, ((List<object?>)reader.Read()!).Count);
        Assert.Equal(57880, reader.Position);
    }

    sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1000)]);
    }
}
