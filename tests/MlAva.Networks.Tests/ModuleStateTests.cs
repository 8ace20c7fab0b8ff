using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Checkpoints fit networks whole, in part with a report, or not at all (reference specification §2.7).</summary>
[Collection(TorchTests.Name)]
public sealed class ModuleStateTests
{
    const string LoadFrom = "golden/components/load_from", SlowFast = "golden/slowfast_r50_4x16";

    [SharedFact(LoadFrom)]
    public void A_recognisers_checkpoint_fits_all_but_the_head()
    {
        JsonElement golden = GoldenJson.Read("load_from/cases.json")[0], model = golden.GetProperty("detector_model");
        using DisposeScope scope = NewDisposeScope();
        int channels = model.GetProperty("backbone").GetProperty("base_channels").GetInt32();
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = channels } } }.WithMatchingHead());
        Assert.Equal(model.GetProperty("roi_head").GetProperty("bbox_head").GetProperty("in_channels").GetInt32(),
            detector.Options.Head.InputChannels);
        string file = SharedData.Path($"{LoadFrom}/{golden.GetProperty("recognizer").GetString()}");
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(file);
        Dictionary<string, Tensor> before = detector.state_dict().ToDictionary(p => p.Key, p => p.Value.clone());

        StateReport report = ModuleState.Load(detector, checkpoint.Tensors);

        Assert.Equal(GoldenJson.Strings(golden.GetProperty("missing")), report.Missing);
        Assert.Equal(GoldenJson.Strings(golden.GetProperty("unexpected")), report.Unexpected);
        Assert.Empty(report.Misshapen);
        Assert.Equal(golden.GetProperty("loaded").GetInt32(), report.Loaded);
        Assert.Equal(golden.GetProperty("total").GetInt32(), report.Total);
        Assert.Contains("a recogniser's", Assert.Single(report.Hints), StringComparison.Ordinal);
        Dictionary<string, Tensor> after = detector.state_dict();
        Assert.Equal(golden.GetProperty("total").GetInt32(), after.Count);
        Assert.Equal(golden.GetProperty("loaded").GetInt32(),
            after.Count(p => checkpoint.Tensors.TryGetValue(p.Key, out Tensor? value) && value.bytes.SequenceEqual(p.Value.bytes)));
        foreach (string missing in report.Missing) Assert.True(before[missing].bytes.SequenceEqual(after[missing].bytes), missing);
        CheckpointFormatException error =
            Assert.Throws<CheckpointFormatException>(() => ModuleState.LoadStrict(detector, checkpoint.Tensors, file));
        Assert.Contains("2 missing (roi_head.bbox_head.fc_cls.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_of_another_shape_are_reported_and_not_loaded_and_a_leading_module_is_dropped()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9 });
        StateReport report = ModuleState.Load(head,
            new Dictionary<string, Tensor> { ["module.fc_cls.bias"] = full(9, 0.5f), ["fc_cls.weight"] = ones(9, 5) });
        Assert.Empty(report.Missing);
        Assert.Contains("[9, 5] in the checkpoint, [9, 6] in the network", Assert.Single(report.Misshapen), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(0.5f, 9), head.state_dict()["fc_cls.bias"].data<float>().ToArray());
    }

    [SharedFact(LoadFrom)]
    public void A_SlowFast_recognisers_checkpoint_fits_all_but_the_head()
    {
        JsonElement golden = GoldenJson.Read("load_from/cases.json")[1];
        using DisposeScope scope = NewDisposeScope();
        // The detector of the other fixture has the same widths; names and shapes are all that counts here.
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"{SlowFast}/state_dict.json")));
        using Named detector =
            new(recorded.RootElement.EnumerateObject().Select(e => (e.Name, GoldenJson.Sides(e.Value.GetProperty("shape")))));
        using TorchCheckpoint checkpoint =
            TorchCheckpoint.Read(SharedData.Path($"{LoadFrom}/{golden.GetProperty("recognizer").GetString()}"));
        StateReport report = ModuleState.Load(detector, checkpoint.Tensors);
        Assert.Equal(GoldenJson.Strings(golden.GetProperty("missing")).Order(), report.Missing.Order());
        Assert.Equal(GoldenJson.Strings(golden.GetProperty("unexpected")), report.Unexpected);
        Assert.Empty(report.Misshapen);
        Assert.Equal(golden.GetProperty("loaded").GetInt32(), report.Loaded);
        Assert.Equal(golden.GetProperty("total").GetInt32(), report.Total);
    }

    [Fact]
    public void Strict_loading_loads_nothing_unless_all_fits()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9 });
        byte[][] before = [.. head.state_dict().Values.Select(v => v.bytes.ToArray())];
        foreach (Dictionary<string, Tensor> state in (Dictionary<string, Tensor>[])
            [
                new() { ["fc_cls.weight"] = ones(9, 6) },
                new() { ["fc_cls.weight"] = ones(9, 6), ["fc_cls.bias"] = ones(8) },
                new() { ["fc_cls.weight"] = ones(9, 6), ["fc_cls.bias"] = ones(9), ["more"] = ones(1) },
                new() { ["fc_cls.weight"] = ones(9, 6), ["fc_cls.bias"] = ones(9), ["module.fc_cls.bias"] = ones(9) },
                new() { ["fc_cls.weight"] = ones([9, 6], ScalarType.Int8), ["fc_cls.bias"] = ones(9) },
            ])
        {
            Assert.Throws<CheckpointFormatException>(() => ModuleState.LoadStrict(head, state, "file.pth"));
            Assert.All(head.state_dict().Values.Zip(before), p => Assert.True(p.First.bytes.SequenceEqual(p.Second)));
        }
        ModuleState.LoadStrict(head, new Dictionary<string, Tensor> { ["fc_cls.weight"] = ones(9, 6), ["fc_cls.bias"] = ones(9) },
            "file.pth");
        Assert.All(head.state_dict().Values, v => Assert.Equal(v.numel(), v.sum().item<float>()));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Other_types_of_fractions_become_the_networks(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using ActionHead head = new(new() { InputChannels = 6, NumClasses = 9 });
        ModuleState.LoadStrict(head,
            new Dictionary<string, Tensor> { ["fc_cls.weight"] = full([9, 6], 0.5f, type), ["fc_cls.bias"] = full([9], -2f, type) },
            "file.pth");
        Assert.All(head.parameters(), p => Assert.Equal(ScalarType.Float32, p.dtype));
        Assert.Equal(-2, head.state_dict()["fc_cls.bias"][8].item<float>());
        Assert.Equal(0.5f, head.state_dict()["fc_cls.weight"][8, 5].item<float>());
    }

    [Fact]
    public void Comparing_loads_nothing_and_loading_leaves_no_tensors()
    {
        using Named network = new([("bn.weight", [3]), ("bn.num_batches_tracked", [])]);
        using Tensor ones = torch.ones(3);
        Dictionary<string, Tensor> state = new() { ["bn.weight"] = ones };
        Assert.True(ModuleState.Compare(network, state).IsComplete);
        Assert.Equal([0, 0, 0], network.state_dict()["bn.weight"].data<float>().ToArray());
        LiveTensors.Unchanged(() => Assert.True(ModuleState.Load(network, state).IsComplete));
        Assert.Equal([1, 1, 1], network.state_dict()["bn.weight"].data<float>().ToArray());
    }

    [Fact]
    public void A_report_tells_every_name_by_module()
    {
        using DisposeScope scope = NewDisposeScope();
        using Named network = new([("a.bn.weight", [3]), ("a.bn.bias", [3]), ("b", [2]), ("roi_head.fc_cls.weight", [81, 4])]);
        StateReport report = ModuleState.Load(network, new Dictionary<string, Tensor>
        {
            ["b"] = ones(2), ["roi_head.fc_cls.weight"] = ones(17, 4), ["x"] = ones(1), ["y.z"] = ones(1), ["y.w"] = ones(1),
        });
        Assert.Equal(
            """
            1 of the network's 4 tensors fit.
            2 missing in the checkpoint; these keep their values:
              a.bn: weight, bias
            3 unexpected in the checkpoint; these were not used:
              x
              y: z, w
            1 of another shape; these keep their values:
              roi_head.fc_cls.weight: [17, 4] in the checkpoint, [81, 4] in the network
            To mend: the checkpoint scores 17 classes, the network 81; set NumClasses to 17, or begin a training from it with a head of its own

            """, report.Describe());
        Assert.Equal("2 missing (a.bn.weight, a.bn.bias); 3 unexpected (x, y.z, y.w); 1 of another shape (roi_head.fc_cls.weight: "
            + "[17, 4] in the checkpoint, [81, 4] in the network)", report.ToString());
    }

    [Fact]
    public void Another_depth_is_named_and_nothing_is_loaded()
    {
        using DisposeScope scope = NewDisposeScope();
        using Detector fifty = Narrow(50), hundredAndOne = Narrow(101);
        Dictionary<string, byte[]> before = hundredAndOne.state_dict().ToDictionary(e => e.Key, e => e.Value.bytes.ToArray());
        CheckpointFormatException error =
            Assert.Throws<CheckpointFormatException>(() => ModuleState.LoadStrict(hundredAndOne, fifty.state_dict(), "r50.pth"));
        Assert.Contains("missing (backbone.layer3.6.conv1.conv.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("To mend: the checkpoint's backbone.layer1, 2, … have 3, 4, 6, 3 blocks (ResNet-50), "
            + "the network's 3, 4, 23, 3 (ResNet-101)", error.Message, StringComparison.Ordinal);
        Assert.All(hundredAndOne.state_dict(), e => Assert.True(e.Value.bytes.SequenceEqual(before[e.Key]), e.Key));
    }

    static Detector Narrow(int depth) =>
        new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 2, Depth = depth } } }.WithMatchingHead());

    public static TheoryData<string, string, string> Differences => new()
    {
        { "set NumClasses to 17", "head.fc_cls.weight [81,4]", "head.fc_cls.weight [17,4]" },
        { "takes 2304 features of a box, the network's 2048", "head.fc_cls.weight [81,2048]", "head.fc_cls.weight [81,2304]" },
        { "the checkpoint holds a SlowFast backbone, the network has SlowOnly", "a [1]; backbone.conv1.w [1]",
            "a [1]; backbone.slow_path.conv1.w [1]" },
        { "the checkpoint holds a SlowOnly backbone, the network has SlowFast", "a [1]; backbone.slow_path.conv1.w [1]",
            "a [1]; backbone.conv1.w [1]" },
        { "the checkpoint alone has non-local blocks", "a [1]", "a [1]; backbone.layer2.0.non_local_block.g.w [1]" },
        { "the network alone has non-local blocks", "a [1]; backbone.layer2.0.non_local_block.g.w [1]", "a [1]" },
        { "stem.w has 64 channels in the checkpoint, 8 in the network", "stem.w [8,3,1,7,7]", "stem.w [64,3,1,7,7]" },
        { "has a kernel of 5×7×7 in the checkpoint, 1×7×7 in the network; set the stem's", "stem.w [8,3,1,7,7]", "stem.w [8,3,5,7,7]" },
        { "set the fusion kernel", "conv1_lateral.w [8,3,5,1,1]", "conv1_lateral.w [8,3,7,1,1]" },
        { "the checkpoint is a recogniser's", "backbone.a [1]; roi_head.bbox_head.fc_cls.bias [1]",
            "backbone.a [1]; cls_head.fc_cls.bias [1]" },
        { "put 'backbone.' before its names", "backbone.conv1.w [1]; roi_head.b [1]", "conv1.w [1]" },
        { "take 'backbone.' from the checkpoint's names", "conv1.w [1]", "backbone.conv1.w [1]; roi_head.b [1]" },
        { "the names are PySlowFast's", "backbone.conv1.w [1]", "s1.pathway0_stem.conv.weight [1]" },
        { "the checkpoint has 'x', the network 'a'", "a [1]", "x [1]" },
        { "the checkpoint holds no tensors", "a [1]", "" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void What_differs_is_told_with_the_mend(string hint, string own, string given)
    {
        using DisposeScope scope = NewDisposeScope();
        using Named network = new(Parse(own));
        StateReport report = ModuleState.Compare(network, Parse(given).ToDictionary(p => p.Name, p => zeros(p.Shape)));
        Assert.Contains(hint, Assert.Single(report.Hints), StringComparison.Ordinal);

        static IEnumerable<(string Name, long[] Shape)> Parse(string names) => names.Split("; ", StringSplitOptions.RemoveEmptyEntries)
            .Select(n => n.Split(' ')).Select(n => (n[0], n[1].Trim('[', ']').Split(',').Select(long.Parse).ToArray()));
    }

    /// <summary>A network that is nothing but names and shapes.</summary>
    sealed class Named : nn.Module
    {
        public Named(IEnumerable<(string Name, long[] Shape)> tensors)
            : base(nameof(Named))
        {
            foreach (IGrouping<string, (string Name, long[] Shape)> part in tensors.GroupBy(t => t.Name.Split('.')[0]))
            {
                ScalarType type = part.Key == "num_batches_tracked" ? ScalarType.Int64 : ScalarType.Float32;
                if (part.Any(t => t.Name == part.Key)) register_buffer(part.Key, zeros(part.Single().Shape, type));
                else register_module(part.Key, new Named(part.Select(t => (t.Name[(part.Key.Length + 1)..], t.Shape))));
            }
        }
    }
}
