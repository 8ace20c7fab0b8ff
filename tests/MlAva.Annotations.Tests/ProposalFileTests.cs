using System.Text.Json;
using MlAva.Pickle;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class ProposalFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory("golden/components/dataset/proposals.json"), InlineData("proposals_p2.pkl"), InlineData("proposals_p4.pkl")]
    public void Pickles_of_protocol_2_and_4_hold_the_reference_boxes(string name)
    {
        Proposals read = ProposalFile.Read(SharedData.Path($"golden/components/dataset/{name}"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/dataset/proposals.json")));
        JsonProperty[] expected = [.. json.RootElement.EnumerateObject()];
        Assert.Equal(expected.Select(e => e.Name), read.Keys.Select(k => k.ToString()));
        foreach ((JsonProperty entry, KeyframeKey key) in expected.Zip(read.Keys))
        {
            double[][] rows = [.. entry.Value.EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
            Assert.Equal(rows.Select(r => new Box(r[0], r[1], r[2], r[3])), read[key].Boxes);
            Assert.Equal(rows.Select(r => r[4]), read[key].Scores);
        }
    }

    [SharedFact("golden/components/dataset/proposals_p2.pkl")]
    public void What_is_written_equals_Pythons_own_file_byte_for_byte()
    {
        string path = SharedData.Path("golden/components/dataset/proposals_p2.pkl");
        ProposalFile.Write(_folder.File("w.pkl"), ProposalFile.Read(path));
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder.File("w.pkl")));
    }

    [Fact]
    public void Random_proposals_come_back_as_they_were()
    {
        Random random = new(31);
        List<KeyValuePair<KeyframeKey, KeyframeProposals>> entries = [];
        for (int i = 0; i < 700; i++)
        {
            bool single = random.Next(2) == 0;
            double Value() => single ? random.NextSingle() : random.NextDouble();
            Box[] boxes = [.. Enumerable.Range(0, random.Next(5)).Select(_ => new Box(Value(), Value(), Value(), Value()))];
            entries.Add(new(new($"v {i},x", random.Next(3) == 0 ? random.NextDouble() * 100 : i),
                new(boxes, i % 3 == 0 ? null : [.. boxes.Select(_ => Value())], single)));
        }
        ProposalFile.Write(_folder.File("w.pkl"), new(entries));
        Proposals read = ProposalFile.Read(_folder.File("w.pkl"));
        Assert.Equal(entries.Select(e => e.Key), read.Keys);
        foreach ((KeyframeKey key, KeyframeProposals expected) in entries)
        {
            Assert.Equal(expected.Boxes, read[key].Boxes);
            Assert.Equal(expected.Scores, read[key].Scores);
            Assert.Equal(expected.IsSinglePrecision, read[key].IsSinglePrecision);
        }
    }

    [Fact]
    public void A_keyframe_is_found_however_its_key_was_padded()
    {
        Proposals read = ReadDict(("v,1", Boxes(5)), ("w,0002", Boxes(4)), ("a,b,17.500000", Boxes(5)));
        Assert.True(read.TryGet(new("v", 1), out KeyframeProposals? found));
        Assert.Equal(2, found.Count);
        Assert.Null(read[new("w", 2)].Scores);
        Assert.Equal(2, read[new("a,b", 17.5)].Count);
        Assert.False(read.TryGet(new("v", 2), out _));
        Assert.Throws<KeyNotFoundException>(() => read[new("v", 2)]);
    }

    [Fact]
    public void FAIRs_csv_has_an_empty_column_and_the_score_last()
    {
        Proposals read = ProposalFile.Read(
            _folder.Write("p.csv",
            "zC5Fh2tTS1U,1797,0.514,0.153,0.645,0.454,,0.401384\nother,0902,0,0,1,1,,1\nzC5Fh2tTS1U,1797,0.1,0.2,0.3,0.4, ,0.5\n"));
        KeyframeProposals boxes = read[new("zC5Fh2tTS1U", 1797)];
        Assert.Equal([new Box(0.514, 0.153, 0.645, 0.454), new Box(0.1, 0.2, 0.3, 0.4)], boxes.Boxes);
        Assert.Equal([0.401384, 0.5], boxes.Scores!);
        Assert.Equal(2, read.Count);
        Assert.Null(ProposalFile.Read(_folder.Write("p.csv", "v,1,0,0,1,1\n"))[new("v", 1)].Scores);
    }

    [Theory]
    [InlineData("v,1,0,0,1,1,12,0.5\n", 1, "'12' in column 7")]
    [InlineData("v,1,0,0,1,1,,0.5\nv,1,0,0,1,1\n", 2, "6 columns")]
    [InlineData("v,1,0,0,1,1,0.5\n", 1, "7 columns")]
    [InlineData("v,1,0,0,1,1,,nan\n", 1, "'nan' in column 8")]
    public void Malformed_csv_rows_are_named(string text, long row, string found)
    {
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => ProposalFile.Read(_folder.Write("p.csv", text)));
        Assert.Equal(row, e.Row);
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_arrays_are_keyframes_with_nobody_found()
    {
        Proposals read = ReadDict(("v,1", NumpyArray.Create([0], Array.Empty<double>())),
            ("v,2", NumpyArray.Create([0, 5], Array.Empty<float>())), ("v,3", NumpyArray.Create([0, 4], Array.Empty<float>())));
        Assert.All(read.Entries, e => Assert.Equal(0, e.Value.Count));
        Assert.Null(read[new("v", 3)].Scores);
    }

    [Fact]
    public void Wrong_content_is_named_with_the_mend()
    {
        Refused(new List<object?> { 1L, 2L }, "a pickled list", "dict");
        Refused(new PickleDictionary { [new PickleTuple("v", "0902")] = Boxes(5) }, "tuple", "f'{v},{int(t):04d}'");
        Refused(new PickleDictionary { ["v0902"] = Boxes(5) }, "key 'v0902'", "comma");
        Refused(new PickleDictionary { ["v,-1"] = Boxes(5) }, "key 'v,-1'", "comma");
        Refused(new PickleDictionary { [902L] = Boxes(5) }, "key 902 (int)", "comma");
        Refused(new PickleDictionary { ["v,1"] = Boxes(5), ["v,0001"] = Boxes(5) }, "key 'v,0001'", "join");
        Refused(new PickleDictionary { ["v,1"] = new List<object?> { 0.5 } }, "a list under key 'v,0001'", "numpy.asarray");
        Refused(new PickleDictionary { ["v,1"] = NumpyArray.Create([5], new double[5]) }, "shape (5)", "atleast_2d");
        Refused(new PickleDictionary { ["v,1"] = NumpyArray.Create([2, 6], new double[12]) }, "shape (2, 6)", "4 or 5 columns");
        Refused(new PickleDictionary { ["v,1"] = NumpyArray.Create([1, 4], [0, 0, double.NaN, 1]) }, "not finite", "NaN");
        Refused(new PickleDictionary { ["v,1"] = NumpyArray.Create([1, 4], new bool[4]) }, "Boolean", "numbers");
    }

    [Fact]
    public void Boxes_and_arrays_that_cannot_be_used_are_told_of_and_passed_over_where_that_is_asked_for()
    {
        double nan = double.NaN;
        PickleDictionary dictionary = new()
        {
            ["v,1"] = NumpyArray.Create([3, 5], [0, 0, nan, 1, 0.9, 0.1, 0, 1, 1, 0.8, 0, nan, 1, 1, 0.7]),
            ["v,2"] = NumpyArray.Create([2, 6], new double[12]), ["w,1"] = Boxes(5),
        };
        File.WriteAllBytes(_folder.File("p.pkl"), PickleWriter.ToBytes(dictionary));
        List<AnnotationFormatException> refused = [];
        Proposals read = ProposalFile.Read(_folder.File("p.pkl"), refused.Add);
        Assert.Equal(new Box(0.1, 0, 1, 1), Assert.Single(read[new("v", 1)].Boxes));
        Assert.Equal([0.8], read[new("v", 1)].Scores!);
        Assert.Equal(0, read[new("v", 2)].Count);
        Assert.Equal(2, read[new("w", 1)].Count);
        Assert.Equal(2, refused.Count);
        Assert.Contains("not finite", refused[0].Found, StringComparison.Ordinal);
        Assert.Contains("shape (2, 6)", refused[1].Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "os.system", "stranger")]
    [InlineData("", "ends", "load it in Python")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull")]
    [InlineData("PK\u0003\u0004", "zip", "unpack")]
    public void Files_that_are_no_plain_pickles_are_named(string content, string found, string mend)
    {
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => ProposalFile.Read(_folder.Write("p.pkl", content)));
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
        Assert.Contains(mend, e.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_selection_keeps_at_least_the_best_and_cuts_in_file_order()
    {
        Box[] boxes = [.. Enumerable.Range(0, 4).Select(i => new Box(i, 0, 1, 1))];
        static double[] Kept(KeyframeProposals p) => [.. p.Boxes.Select(b => b.X1)];
        Assert.Equal([1, 3], Kept(new KeyframeProposals(boxes, [0.8, 0.9, 0.1, 0.95]).Select(0.9, 1000)));
        Assert.Equal([1], Kept(new KeyframeProposals(boxes, [0.8, 0.9, 0.1, 0.95]).Select(0.9, 1)));
        Assert.Equal([1, 3], Kept(new KeyframeProposals(boxes, [0.1, 0.5, 0.2, 0.5]).Select(0.9, 1000)));
        Assert.Equal([0, 1], Kept(new KeyframeProposals(boxes, null).Select(0.9, 2)));
        Assert.Equal(0, new KeyframeProposals([], []).Select(0.9, 1000).Count);
        // As doubles 0.9f < 0.9; NumPy compares a float32 array in float32, where they are equal.
        double[] nines = [0.9f, 0.99f, 0.9f, 0.1f];
        Assert.Equal([1], Kept(new KeyframeProposals(boxes, nines).Select(0.9, 1000)));
        Assert.Equal([0, 1, 2], Kept(new KeyframeProposals(boxes, nines, singlePrecision: true).Select(0.9, 1000)));
        Assert.Throws<ArgumentException>(() => new KeyframeProposals(boxes, [0.5]));
    }

    [SharedTheory("ava")]
    [InlineData("nest/annotations/ava_dense_proposals_train.FAIR.recall_93.9.pkl")]
    [InlineData("nest/annotations/ava_dense_proposals_val.FAIR.recall_93.9.pkl")]
    [InlineData("custom_bird/ava_dense_proposals_train.FAIR.recall_93.9.pkl")]
    [InlineData("custom_bird/ava_dense_proposals_val.FAIR.recall_93.9.pkl")]
    public void Custom_sets_proposals_are_read_and_survive_writing(string name)
    {
        Proposals read = ProposalFile.Read(SharedData.Path($"ava/{name}"));
        Assert.NotEqual(0, read.Count);
        Assert.All(read.Entries, e => Assert.All(e.Value.Boxes, b => Assert.True(b.HasArea)));
        ProposalFile.Write(_folder.File("w.pkl"), read);
        Proposals again = ProposalFile.Read(_folder.File("w.pkl"));
        Assert.Equal(read.Keys, again.Keys);
        Assert.All(read.Entries, e => Assert.Equal(e.Value.Boxes, again[e.Key].Boxes));
    }

    static NumpyArray Boxes(int width) => NumpyArray.Create([2, width], Enumerable.Range(0, 2 * width).Select(i => i / 16.0).ToArray());

    Proposals ReadDict(params ReadOnlySpan<(string Key, NumpyArray Value)> entries)
    {
        PickleDictionary dictionary = [];
        foreach ((string key, NumpyArray value) in entries) dictionary.Add(key, value);
        File.WriteAllBytes(_folder.File("p.pkl"), PickleWriter.ToBytes(dictionary));
        return ProposalFile.Read(_folder.File("p.pkl"));
    }

    void Refused(object content, string found, string mend)
    {
        File.WriteAllBytes(_folder.File("p.pkl"), PickleWriter.ToBytes(content));
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => ProposalFile.Read(_folder.File("p.pkl")));
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
        Assert.Contains(mend, e.Mend, StringComparison.Ordinal);
    }
}
