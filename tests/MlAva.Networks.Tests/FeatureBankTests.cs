using System.Text.Json;
using MlAva.Pickle;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Banks of long-term features: sampled as the reference samples them, kept in two file forms, held against what is asked of them.</summary>
[Collection(TorchTests.Name)]
public sealed class FeatureBankTests
{
    const string Case = "golden/slowonly_lfb_nl_r50_4x16", Video = "vid0";
    const int Second = 902;
    static readonly FeatureBankHeadOptions Asked = new() { BankChannels = 48 };
    static readonly FeatureBankHeadOptions Small = new() { BankChannels = 2, WindowSize = 4, FeaturesPerSecond = 2 };

    [Fact]
    public void Sampling_is_the_references_number_for_number() =>
        Replays(GoldenCase.Shipped("lfb/lfb_train.pkl"), GoldenCase.Shipped("lfb/lfb_draws.json"), GoldenCase.Shipped("lfb/lt_feat.npy"));

    [SharedFact(Case)]
    public void Sampling_from_the_banks_of_two_splits_is_the_references_number_for_number()
    {
        FeatureBank bank = FeatureBank.Read(SharedData.Path($"{Case}/lfb/lfb_train.pkl"));
        FeatureBank val = FeatureBank.Read(SharedData.Path($"{Case}/lfb/lfb_val.pkl"));
        long before = bank.Count;
        bank.Merge(val);
        Assert.Equal(["other0", "other1", "vid0", "vid1"], bank.Videos.Order());
        Assert.Equal(before + val.Count, bank.Count);
        Replays(bank, SharedData.Path($"{Case}/lfb_draws.json"), SharedData.Path($"{Case}/lt_feat.npy"));
    }

    /// <summary>Its draws are not recorded: they are what was found at each place, which must be features of that second, each once.</summary>
    [SharedFact(Case)]
    public void Sampling_for_training_is_the_references_number_for_number()
    {
        FeatureBank bank = FeatureBank.Read(SharedData.Path($"{Case}/lfb/lfb_train.pkl"));
        (int[] shape, float[] expected) = Npy.Read<float>(SharedData.Path($"{Case}/train_lt_feat.npy"));
        int channels = shape[1], slots = shape[2];
        for (int r = 0; r < shape[0]; r++)
        {
            int person = r, drawn = 0;
            int[] seconds = [.. bank.Seconds(Video).Where(s => s >= Second - 30 && s < Second + 30)];
            AssertSampled(expected.AsSpan(r * channels * slots, channels * slots), bank, (count, taken) =>
            {
                int second = seconds[drawn++];
                int[] chosen = [.. Enumerable.Range(0, taken).Select(k => Found((second - Second + 30) * 5 + k, bank.Features(Video, second)))];
                Assert.Equal(taken, chosen.Distinct().Count());
                return chosen;
            });
            Assert.Equal(seconds.Length, drawn);

            int Found(int slot, IReadOnlyList<Half[]> features) => Enumerable.Range(0, features.Count)
                .Single(i => Enumerable.Range(0, channels).All(c => (float)features[i][c] == expected[(person * channels + c) * slots + slot]));
        }
    }

    [Fact]
    public void A_bank_is_the_same_after_either_file_form()
    {
        using TemporaryFolder folder = new();
        FeatureBank bank = FeatureBank.Read(GoldenCase.Shipped("lfb/lfb_train.pkl"));
        bank.Add("nobody");
        foreach (string name in (string[])["a.safetensors", "a.pkl", "named otherwise.bin"])
        {
            string path = folder.File(name);
            using (FileStream file = File.Create(path))
            {
                if (name == "a.safetensors") bank.Write(file);
                else bank.WriteTorch(file);
            }
            AssertSame(bank, FeatureBank.Read(path));
        }
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes_in_whatever_order_it_came()
    {
        FeatureBank one = new(2), other = new(2);
        one.Add("a", 5, [1f, 2f]);
        one.Add("b", 3, [3f, 4f]);
        one.Add("a", 4, [5f, 6f]);
        other.Add("a", 4, [5f, 6f]);
        other.Add("a", 5, [1f, 2f]);
        other.Add("b", 3, [3f, 4f]);
        Assert.Equal(Bytes(one), Bytes(other));
    }

    [Fact]
    public void Texts_travel_with_a_bank()
    {
        FeatureBank bank = Filled();
        using MemoryStream file = new();
        bank.Write(file, new Dictionary<string, string> { ["made"] = "by hand" });
        file.Position = 0;
        AssertSame(bank, FeatureBank.Read(file, "bank", out IReadOnlyDictionary<string, string> texts));
        Assert.Equal("by hand", texts["made"]);
    }

    [PythonTorchFact]
    public void PyTorch_reads_what_is_written_for_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("lfb_train.pkl");
        using (FileStream file = File.Create(path)) Filled().WriteTorch(file);
        const string Script = """
            import sys, torch
            bank = torch.load(sys.argv[1])
            for video in sorted(bank):
                for second, features in bank[video].items():
                    print(video, type(second).__name__, second, type(features).__name__, [(str(f.dtype), f.tolist()) for f in features])
            """;
        Assert.Equal(
            [
                "a int 4 list [('torch.float16', [5.0, 6.0])]",
                "a int 5 list [('torch.float16', [1.0, 2.0]), ('torch.float16', [7.0, 8.0])]",
                "b int 3 list [('torch.float16', [3.0, 4.0])]",
            ],
            PythonTorch.Run(Script, path).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [PythonTorchFact]
    public void What_PyTorch_writes_is_read_in_every_shape()
    {
        using TemporaryFolder folder = new();
        const string Script = """
            import sys, torch
            rows = torch.tensor([[1., 2.], [7., 8.]])
            torch.save({'a': {4: [torch.tensor([5., 6.]).half()], 5: rows.half()}, 'b': {3: torch.tensor([[3., 4.]]).double()}}, sys.argv[1])
            torch.save({'a': {4: (torch.tensor([5., 6.]),), 5: list(rows.reshape(2, 2, 1, 1, 1))}, 'b': {3: [rows.t()[0].clone() * 0 + torch.tensor([3., 4.])]}},
                sys.argv[2], _use_new_zipfile_serialization=False)
            """;
        PythonTorch.Run(Script, folder.File("zip.pkl"), folder.File("legacy.pkl"));
        AssertSame(Filled(), FeatureBank.Read(folder.File("zip.pkl")));
        AssertSame(Filled(), FeatureBank.Read(folder.File("legacy.pkl")));
    }

    [Fact]
    public void Arrays_of_NumPy_are_read_too()
    {
        using TemporaryFolder folder = new();
        PickleDictionary a = new() { [4] = NumpyArray.Create([1, 2], new[] { 5f, 6f }) }, b = new() { [3] = new List<object?> { NumpyArray.Create([2], new[] { (Half)3, (Half)4 }) } };
        a[5] = new List<object?> { NumpyArray.Create([2], new[] { 1.0, 2.0 }), NumpyArray.Create([2, 1, 1], new[] { 7f, 8f }) };
        AssertSame(Filled(), FeatureBank.Read(Torch(folder, new() { ["a"] = a, ["b"] = b })));
    }

    [Fact]
    public void What_is_no_bank_is_refused_and_the_place_named()
    {
        using TemporaryFolder folder = new();
        Refused(Torch(folder, []), "an empty one");
        Refused(Torch(folder, new() { ["a"] = new PickleDictionary() }), "without any feature");
        Refused(Torch(folder, new() { ["a"] = 5 }), "'a'");
        Refused(Torch(folder, new() { ["a"] = new PickleDictionary { ["902"] = new List<object?>() } }), "a second '902' of 'a'");
        Refused(Torch(folder, new() { ["a"] = new PickleDictionary { [902] = "many" } }), "'many' as second 902 of 'a'");
        Refused(Torch(folder, new() { ["a"] = new PickleDictionary { [902] = new List<object?> { 3.0 } } }), "a Double in second 902 of 'a'");
        Refused(Torch(folder, Vectors([1f, 2f], [1f, 2f, 3f])), "3 numbers; this bank holds 2");
        Refused(Torch(folder, Vectors([1f, float.NaN])), "not all finite");
        Refused(Torch(folder, Vectors([1f, 70000f])), "not all finite");
        Refused(folder.Write("text", "abc"), "text");
        Refused(folder.Write("empty", ""), "an empty file");
        Refused(GoldenCase.Shipped("tiny_slowonly/checkpoint.pth"), "");
        using (DisposeScope scope = NewDisposeScope())
        {
            using FileStream file = File.Create(folder.File("weights.safetensors"));
            Safetensors.Write(file, new Dictionary<string, Tensor> { ["w"] = ones(2) });
        }
        Refused(folder.File("weights.safetensors"), "no feature bank");
        Assert.Throws<FileNotFoundException>(() => FeatureBank.Read(folder.File("none")));
    }

    [Fact]
    public void A_tampered_bank_of_our_own_is_refused()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = ones([2, 3], ScalarType.Float16), seconds = tensor(new[] { 1, 2 });
        AssertRefused("version 9", ("mlava_feature_bank", "9"), ("channels", "3"));
        AssertRefused("'x' channels", ("mlava_feature_bank", "1"), ("channels", "x"));
        AssertRefused("Float16 [2, 3] and Int32 [2]", ("mlava_feature_bank", "1"), ("channels", "4"));
        features = ones([2, 3]);
        AssertRefused("Float32 [2, 3]", ("mlava_feature_bank", "1"), ("channels", "3"));
        features = full([2, 3], float.PositiveInfinity, ScalarType.Float16);
        AssertRefused("not all finite", ("mlava_feature_bank", "1"), ("channels", "3"));
        byte[] whole = Bytes(Filled());
        File.WriteAllBytes(folder.File("half"), whole[..(whole.Length - 3)]);
        Refused(folder.File("half"), "within the file");

        void AssertRefused(string found, params (string Key, string Value)[] texts)
        {
            using (FileStream file = File.Create(folder.File("tampered")))
                Safetensors.Write(file, new Dictionary<string, Tensor> { ["features/a"] = features, ["seconds/a"] = seconds }, texts.ToDictionary(t => t.Key, t => t.Value));
            Refused(folder.File("tampered"), found);
        }
    }

    [Fact]
    public void A_video_that_both_banks_have_is_the_others()
    {
        FeatureBank bank = Filled(), other = new(2);
        other.Add("a", 9, [9f, 9f]);
        other.Add("c", 1, [1f, 1f]);
        bank.Merge(other);
        Assert.Equal(["a", "b", "c"], bank.Videos.Order());
        Assert.Equal([9], bank.Seconds("a"));
        Assert.Equal(3, bank.Count);
        bank.Merge(bank);
        Assert.Equal(3, bank.Count);
        bank.Add("c", 1, [2f, 2f]);
        Assert.Single(other.Features("c", 1));
        Assert.Contains("3 numbers", Assert.Throws<ArgumentException>(() => bank.Merge(new(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_person_has_draws_of_its_own_without_repetition_and_zeros_where_nobody_was_seen()
    {
        FeatureBank bank = new(2);
        for (int i = 1; i <= 5; i++) bank.Add("a", 10, [(float)i, (float)-i]);
        bank.Add("a", 12, [9f, -9f]); // the window of second 10 is 8 to 11
        using Tensor sampled = bank.Sample([.. Enumerable.Repeat(("a", 10), 20)], Small, new Random(1));
        Assert.Equal([20, 2, 8], sampled.shape);
        float[] values = sampled.data<float>().ToArray();
        HashSet<(float, float)> pairs = [];
        for (int r = 0; r < 20; r++)
        {
            float[] first = values[(r * 16)..(r * 16 + 8)], second = values[(r * 16 + 8)..(r * 16 + 16)];
            Assert.Equal([0, 0, 0, 0, first[4], first[5], 0, 0], first);
            Assert.Equal(first.Select(v => -v), second);
            Assert.InRange(first[4], 1, 5);
            Assert.InRange(first[5], 1, 5);
            Assert.NotEqual(first[4], first[5]);
            pairs.Add((first[4], first[5]));
        }
        Assert.True(pairs.Count > 5, $"{pairs.Count} different draws of 20");
    }

    [Theory]
    [InlineData(902.0, 902)]
    [InlineData(902.9, 902)]
    [InlineData(-0.5, -1)]
    public void A_fraction_belongs_to_its_second(double timestamp, int second) => Assert.Equal(second, FeatureBank.SecondOf(timestamp));

    [Fact]
    public void A_bank_is_held_against_what_will_be_asked_of_it()
    {
        FeatureBank bank = Filled();
        bank.Check(Small, [("a", 5), ("a", 500)], "x.pkl");
        bank.Check(Small, [("a", 3), ("b", 500)], "x.pkl");
        AssertMessage(() => bank.Check(Small with { BankChannels = 2048 }, [("a", 5)], "x.pkl"), "BankChannels is 2048", "x.pkl", "2 numbers", "To mend: ");
        AssertMessage(() => bank.Check(Small, [("a", 5), ("c", 5), ("d", 1), ("c", 6)], "x.pkl"), "x.pkl", "2 of 3 videos (c, d)", "a, b", "To mend: ");
        AssertMessage(() => bank.Check(Small, [("a", 902), ("a", 1)], "x.pkl"), "within 2 seconds of any of 2 keyframes", "seconds 4 to 5", "at 902", "To mend: ");
        bank.Add("nobody");
        AssertMessage(() => bank.Check(Small, [("nobody", 1)], "x.pkl"), "no second");
    }

    [Fact]
    public void What_does_not_fit_is_an_error_in_words()
    {
        FeatureBank bank = Filled();
        AssertMessage(() => bank.Add("a", 1, [1f]), "a at 1 s", "1 numbers", "holds 2");
        AssertMessage(() => bank.Add("a", 1, [1f, float.PositiveInfinity]), "not all finite");
        AssertMessage(() => bank.Sample("z", 1, Small, (_, n) => new int[n], new Half[16]), "no video 'z'", "a, b", "To mend: ");
        AssertMessage(() => bank.Sample("a", 1, Asked, (_, n) => new int[n], new Half[16]), "BankChannels is 48");
        AssertMessage(() => bank.Sample("a", 1, Small, (_, n) => new int[n], new Half[15]), "15 numbers");
        AssertMessage(() => FeatureBank.ToTensor(new Half[17], Small, CPU), "17 numbers", "16 a person");
        Assert.Equal(4, bank.Count);
    }

    [Fact]
    public void Reading_writing_and_sampling_leave_no_tensors_behind()
    {
        using TemporaryFolder folder = new();
        string pickle = folder.File("bank.pkl"), native = folder.File("bank.safetensors");
        LiveTensors.Unchanged(() =>
        {
            FeatureBank bank = FeatureBank.Read(GoldenCase.Shipped("lfb/lfb_train.pkl"));
            using (FileStream file = File.Create(pickle)) bank.WriteTorch(file);
            using (FileStream file = File.Create(native)) bank.Write(file);
            FeatureBank.Read(native);
            bank.Sample([(Video, Second)], Asked, new Random(1)).Dispose();
            Assert.Throws<CheckpointFormatException>(() => FeatureBank.Read(Torch(folder, Vectors([1f, 2f], [1f]))));
        });
    }

    static void Replays(string bank, string draws, string expected) => Replays(FeatureBank.Read(bank), draws, expected);

    static void Replays(FeatureBank bank, string draws, string expected)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(draws));
        Queue<JsonElement> left = new(document.RootElement.EnumerateArray());
        (int[] shape, float[] values) = Npy.Read<float>(expected);
        Assert.Equal([3, 48, 300, 1, 1], shape);
        int each = values.Length / shape[0];
        for (int r = 0; r < shape[0]; r++)
        {
            AssertSampled(values.AsSpan(r * each, each), bank, (count, taken) =>
            {
                JsonElement draw = left.Dequeue();
                Assert.Equal(count, draw.GetProperty("args")[0].GetArrayLength());
                Assert.Equal(taken, draw.GetProperty("args")[1].GetInt32());
                return [.. draw.GetProperty("value").EnumerateArray().Select(v => v.GetInt32())];
            });
        }
        Assert.Empty(left);
    }

    static void AssertSampled(ReadOnlySpan<float> expected, FeatureBank bank, Func<int, int, IReadOnlyList<int>> choose)
    {
        Half[] sampled = new Half[expected.Length];
        bank.Sample(Video, Second, Asked, choose, sampled);
        using Tensor tensor = FeatureBank.ToTensor(sampled, Asked, CPU);
        Assert.Equal([1, 48, 300], tensor.shape);
        Assert.Equal(expected.ToArray(), tensor.data<float>().ToArray());
    }

    static FeatureBank Filled()
    {
        FeatureBank bank = new(2);
        bank.Add("a", 4, [5f, 6f]);
        bank.Add("a", 5, [1f, 2f]);
        bank.Add("a", 5, [7f, 8f]);
        bank.Add("b", 3, [3f, 4f]);
        return bank;
    }

    static byte[] Bytes(FeatureBank bank)
    {
        using MemoryStream file = new();
        bank.Write(file);
        return file.ToArray();
    }

    static PickleDictionary Vectors(params float[][] vectors) => new()
    {
        ["a"] = new PickleDictionary { [902] = vectors.Select(v => (object?)NumpyArray.Create([v.Length], v)).ToList() },
    };

    static string Torch(TemporaryFolder folder, PickleDictionary root)
    {
        string path = folder.File("hand.pkl");
        File.WriteAllBytes(path, PthBytes.Zip(PickleWriter.ToBytes(root)));
        return path;
    }

    static void Refused(string path, string found)
    {
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => FeatureBank.Read(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("To mend: ", error.Message, StringComparison.Ordinal);
    }

    static void AssertMessage(Action action, params string[] words)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(action);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    static void AssertSame(FeatureBank expected, FeatureBank actual)
    {
        Assert.Equal((expected.Channels, expected.Count), (actual.Channels, actual.Count));
        Assert.Equal(expected.Videos.Order(StringComparer.Ordinal), actual.Videos.Order(StringComparer.Ordinal));
        foreach (string video in expected.Videos)
        {
            Assert.Equal(expected.Seconds(video), actual.Seconds(video));
            foreach (int second in expected.Seconds(video)) Assert.Equal(expected.Features(video, second), actual.Features(video, second));
        }
    }
}
