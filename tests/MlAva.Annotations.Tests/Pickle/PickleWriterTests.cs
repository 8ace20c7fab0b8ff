using System.Numerics;
using MlAva.Pickle;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests.Pickle;

public class PickleWriterTests
{
    [SharedFact("golden/components/dataset/proposals_p4.pkl")]
    public void A_dictionary_of_arrays_is_written_as_Python_and_NumPy_write_it_byte_for_byte()
    {
        object? read = PickleReader.Load(SharedData.Path("golden/components/dataset/proposals_p4.pkl"));
        Assert.Equal(File.ReadAllBytes(SharedData.Path("golden/components/dataset/proposals_p2.pkl")), PickleWriter.ToBytes(read));
    }

    [Theory, InlineData("ordered")]
    public void An_OrderedDict_with_attributes_is_written_as_Python_writes_it_byte_for_byte(string name)
        => Assert.Equal(PythonPickles.Get(name, 2), PickleWriter.ToBytes(PickleReader.Load(PythonPickles.Get(name, 2))));

    [Fact]
    public void Plain_values_come_back_as_they_were()
    {
        object? read = PickleReader.Load(PythonPickles.Get("plain", 4));
        AssertSame(read, PickleReader.Load(PickleWriter.ToBytes(read)));
    }

    [Fact]
    public void Random_values_come_back_as_they_were()
    {
        Random random = new(11);
        for (int round = 0; round < 500; round++)
        {
            object? value = RandomValue(random, 4);
            AssertSame(value, PickleReader.Load(PickleWriter.ToBytes(value)));
        }
    }

    [Fact]
    public void Large_lists_dictionaries_and_bytes_come_back_as_they_were()
    {
        byte[] bytes = new byte[200_001];
        new Random(3).NextBytes(bytes);
        List<object?> list = [.. Enumerable.Range(0, 2001).Select(i => (object?)$"text {i}")];
        PickleDictionary dictionary = [];
        for (long i = 0; i < 2001; i++) dictionary[i] = i * i;
        List<object?> value = [bytes, list, dictionary, list];
        List<object?> read = (List<object?>)PickleReader.Load(PickleWriter.ToBytes(value))!;
        AssertSame(value, read);
        Assert.Same(read[1], read[3]);
    }

    [Fact]
    public void Cycles_calls_globals_and_persistent_ids_are_written()
    {
        List<object?> cycle = [];
        cycle.Add(cycle);
        PickleObject call = new(new PickleGlobal("torch._utils", "_rebuild"), new PicklePersistentId(new PickleTuple("storage", 3L)),
            2L) { State = "s" };
        List<object?> read = (List<object?>)PickleReader.Load(
            PickleWriter.ToBytes(new object?[] { cycle, call, new PickleGlobal("torch", "FloatStorage") }),
            new() { KeepUnknownGlobals = true, PersistentLoad = id => id })!;
        Assert.Same(read[0], ((List<object?>)read[0]!)[0]);
        PickleObject made = (PickleObject)read[1]!;
        Assert.Equal(call.Global, made.Global);
        Assert.Equal([new PickleTuple("storage", 3L), 2L], made.Arguments);
        Assert.Equal("s", made.State);
        Assert.Equal(new PickleGlobal("torch", "FloatStorage"), read[2]);
    }

    [Fact]
    public void DotNet_dictionaries_and_sequences_become_dicts_and_lists()
    {
        PickleDictionary read = (PickleDictionary)PickleReader.Load(
            PickleWriter.ToBytes(new Dictionary<string, int[]> { ["b"] = [2, 70000], ["a"] = [] }))!;
        Assert.Equal(["b", "a"], read.Keys);
        Assert.Equal([2L, 70000L], (List<object?>)read["b"]!);
    }

    [Fact]
    public void What_has_no_form_in_a_pickle_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PickleWriter.ToBytes(new Version()));
        Assert.Throws<ArgumentException>(() => PickleWriter.ToBytes(NumpyArray.Create([1], ["text"])));
        Assert.Throws<ArgumentException>(() => PickleWriter.ToBytes("half \ud800"));
        List<object?> deep = [];
        for (int i = 0; i < 1000; i++) deep = [deep];
        Assert.Throws<ArgumentException>(() => PickleWriter.ToBytes(deep));
        Assert.Throws<ArgumentException>(() => NumpyArray.Create([2, 3], new double[5]));
        Assert.Throws<ArgumentException>(() => NumpyArray.Create([1], new decimal[1]));
    }

    static object? RandomValue(Random random, int depth) => random.Next(depth > 0 ? 14 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        3 => BigInteger.Pow(random.NextInt64(), 8) * (random.Next(2) == 0 ? 1 : -1) - BigInteger.Pow(2, 100),
        4 => random.Next(3) switch { 0 => double.NaN, 1 => -0.0, _ => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)) },
        5 => new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(1, 0x3000))]),
        6 => Bytes(random),
        7 => Array(random),
        8 or 9 => new PickleTuple([.. Items(random, depth)]),
        10 or 11 => Items(random, depth),
        _ => Dictionary(random, depth),
    };

    static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }

    static NumpyArray Array(Random random)
    {
        int[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(4))];
        int count = shape.Aggregate(1, (a, b) => a * b);
        return random.Next(5) switch
        {
            0 => NumpyArray.Create(shape, Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray()),
            1 => NumpyArray.Create(shape, Enumerable.Range(0, count).Select(_ => random.NextSingle()).ToArray()),
            2 => NumpyArray.Create(shape, Enumerable.Range(0, count).Select(_ => random.NextInt64()).ToArray()),
            3 => NumpyArray.Create(shape, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)).ToArray()),
            _ => NumpyArray.Create(shape, Enumerable.Range(0, count).Select(_ => random.Next(2) == 0).ToArray()),
        };
    }

    static List<object?> Items(Random random, int depth) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomValue(random, depth - 1))];

    static PickleDictionary Dictionary(Random random, int depth)
    {
        PickleDictionary made = new() { IsOrderedDict = random.Next(2) == 0 };
        for (int i = random.Next(6); i > 0; i--) made[random.Next(2) == 0 ? $"k{random.Next()}"
            : random.NextInt64()] = RandomValue(random, depth - 1);
        return made;
    }

    static void AssertSame(object? expected, object? actual)
    {
        switch (expected)
        {
            case PickleDictionary dictionary:
                PickleDictionary other = Assert.IsType<PickleDictionary>(actual);
                Assert.Equal(dictionary.IsOrderedDict, other.IsOrderedDict);
                Assert.Equal(dictionary.Keys, other.Keys);
                AssertAllSame([.. dictionary.Values], [.. other.Values]);
                break;
            case NumpyArray array:
                NumpyArray same = Assert.IsType<NumpyArray>(actual);
                Assert.Equal(array.Shape, same.Shape);
                Assert.Equal(array.ElementType, same.ElementType);
                Assert.Equal(array.Data, same.Data);
                break;
            case List<object?> list:
                AssertAllSame(list, Assert.IsType<List<object?>>(actual));
                break;
            case PickleTuple tuple:
                AssertAllSame([.. tuple], [.. Assert.IsType<PickleTuple>(actual)]);
                break;
            case double number:
                Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits((double)actual!));
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    static void AssertAllSame(List<object?> expected, List<object?> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++) AssertSame(expected[i], actual[i]);
    }
}
