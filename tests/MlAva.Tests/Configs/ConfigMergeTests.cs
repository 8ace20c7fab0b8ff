using MlAva.Configs;
using MlAva.Networks;
using MlAva.TestSupport;

namespace MlAva.Tests.Configs;

/// <summary>How files extend each other, and what overrides do.</summary>
public sealed class ConfigMergeTests : IDisposable
{
    const string SlowOnly = "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";
    const string SlowFast = "slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    DetectionConfig Load(string text, params string[] overrides) => DetectionConfig.Load(_folder.Write("mine.json", text), overrides);

    static ConfigProblem Problem(Action load) => Assert.Single(Assert.Throws<ConfigException>(load).Problems);

    static string Origin(DetectionConfig config, string path) => config.Values.Single(v => v.Path == path).Origin.ToString();

    [Fact]
    public void A_file_extends_a_shipped_configuration_and_says_only_what_differs()
    {
        DetectionConfig mine = Load($$"""
            {
              "extends": "{{SlowOnly}}",
              "training": { "schedule": { "steps": [7] } },
              "model": { "roIExtractor": { "withGlobal": true } }
            }
            """);

        Assert.Equal("mine", mine.Name);
        Assert.Equal([7], mine.Training!.Schedule.Steps);
        Assert.Equal((0.2, 5, 16), (mine.Training.Schedule.LearningRate, mine.Training.Schedule.Warmup, mine.Training.BatchSize));
        Assert.Equal(4096, mine.Model.Head.InputChannels);
        Assert.Equal(["model.roIExtractor.withGlobal", "training.schedule.steps"],
            DetectionConfig.Compare(DetectionConfig.Load(SlowOnly), mine).Select(d => d.Path));
    }

    [Theory]
    [InlineData(SlowOnly)]
    [InlineData(SlowOnly + ".py")]
    [InlineData("configs/detection/ava/" + SlowOnly + ".json")]
    [InlineData("../mmaction2/configs/detection/ava/" + SlowOnly + ".py")]
    public void A_shipped_configuration_is_extended_by_any_of_its_names(string name) =>
        Assert.Equal(16, Load($$"""{ "extends": "{{name}}" }""").Training!.BatchSize);

    [Fact]
    public void A_shipped_base_is_extended_by_its_path()
    {
        const string Text = """
            { "extends": "configs/detection/_base_/models/slowfast_r50_8x8.json", "clip": { "sampling": { "clipLength": 32 } } }
            """;

        Assert.Equal(7, Assert.IsType<SlowFastOptions>(Load(Text).Model.Backbone).FusionKernel);
    }

    [Fact]
    public void Of_several_the_later_wins_and_the_file_itself_over_all()
    {
        _folder.Write("sub/first.json", """{ "training": { "epochs": 1, "batchSize": 1, "seed": 1 }, "data": { "root": "first" } }""");
        _folder.Write("second.json", """{ "extends": "sub/third.json", "training": { "epochs": 2, "batchSize": 2 } }""");
        _folder.Write("sub/third.json", """{ "extends": "../deep/fourth.json", "training": { "epochs": 3, "seed": 3 } }""");
        _folder.Write("deep/fourth.json", """{ "training": { "epochs": 4, "checkpointInterval": 4 }, "data": { "root": "fourth" } }""");

        DetectionConfig mine = Load("""{ "extends": ["sub/first.json", "second.json"], "training": { "epochs": 9 } }""");

        Assert.Equal((9, 2, 3, 4), (mine.Training!.Epochs, mine.Training.BatchSize, mine.Training.Seed, mine.Training.CheckpointInterval));
        Assert.Equal("fourth", mine.Data.Root);
        Assert.EndsWith("mine.json:1", Origin(mine, "training.epochs"), StringComparison.Ordinal);
        Assert.Equal(_folder.File(Path.Combine("deep", "fourth.json")) + ":1", Origin(mine, "data.root"));
        Assert.Equal("default", Origin(mine, "data.maxProposals"));
    }

    [Fact]
    public void Null_takes_a_value_away_and_tells_where()
    {
        _folder.Write("base.json", $$"""{ "extends": "lfb_nl_kinetics_pretrained_slowonly_r50_4x16x1_20e_ava_rgb" }""");

        DetectionConfig mine = Load("""
            { "extends": "base.json",
              "model": { "sharedHead": null },
              "training": { "batchSize": null },
              "data": { "featureBank": null, "train": { "proposalPath": null } },
              "warmStart": null }
            """);

        Assert.Null(mine.Model.SharedHead);
        Assert.Equal(2048, mine.Model.Head.InputChannels);
        Assert.Equal(new TrainingOptions().BatchSize, mine.Training!.BatchSize);
        Assert.Equal(0.15, mine.Training.Schedule.LearningRate);
        Assert.Null(mine.Data.FeatureBank);
        Assert.Null(mine.WarmStart);
        Assert.Null(mine.ToDataViewOptions(DataSplit.Train).Dataset.ProposalPath);
        Assert.EndsWith("mine.json:2", Origin(mine, "model.sharedHead"), StringComparison.Ordinal);
        Assert.EndsWith("mine.json:3", Origin(mine, "training.batchSize"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_given_again_after_null_starts_anew()
    {
        _folder.Write("base.json", """
            { "extends": "slowonly_nl_kinetics_pretrained_r50_4x16x1_10e_ava_rgb", "training": { "optimizer": null } }
            """);

        DetectionConfig mine = Load("""{ "extends": "base.json", "training": { "optimizer": { "momentum": 0.5 } } }""");

        Assert.Equal((0.5, false), (mine.Training!.Optimizer.Momentum, mine.Training.Optimizer.Nesterov));
    }

    [Fact]
    public void A_backbone_of_another_type_replaces_the_one_below()
    {
        DetectionConfig mine = Load($$"""
            {
              "extends": "{{SlowOnly}}",
              "model": { "backbone": { "type": "SlowFast", "fast": { "depth": 101 }, "slow": { "depth": 101 } } },
              "clip": { "sampling": { "clipLength": 32, "frameInterval": 2 } }
            }
            """);

        SlowFastOptions backbone = Assert.IsType<SlowFastOptions>(mine.Model.Backbone);
        // What SlowFast's fast pathway is by itself stays where only its depth is given.
        Assert.Equal((101, 8), (backbone.Fast.Depth, backbone.Fast.BaseChannels));
        Assert.Equal([5, 7, 7], backbone.Fast.StemKernel);
        Assert.Equal([true, true, true, true], backbone.Fast.Inflate);
        Assert.Equal(2304, mine.Model.Head.InputChannels);
    }

    [Fact]
    public void An_empty_file_is_the_options_defaults_and_has_no_training()
    {
        DetectionConfig mine = Load("{}");

        Assert.Equal(new DetectorOptions().WithMatchingHead().Head.InputChannels, mine.Model.Head.InputChannels);
        Assert.Null(mine.Training);
        Assert.All(mine.Values, v => Assert.Equal(ConfigOrigin.Default, v.Origin));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => mine.ToDataViewOptions(DataSplit.Train));
        Assert.Contains("data.train.annotationPath", error.Message, StringComparison.Ordinal);
        Assert.NotNull(Load("""{ "training": {} }""").ToTrainerOptions());
    }

    [Fact]
    public void A_set_of_ones_own_has_its_own_files()
    {
        DetectionConfig mine = Load($$"""
            { "extends": "{{SlowOnly}}",
              "data": {
                "root": "/sets/mine", "framesPath": "films", "labelMapPath": "/labels/all.pbtxt",
                "test": { "annotationPath": "test.csv", "framesPath": "test" }
              } }
            """);

        AvaDataViewOptions test = mine.ToDataViewOptions(DataSplit.Test), train = mine.ToDataViewOptions(DataSplit.Train, testMode: true);
        Assert.Equal((Path.Combine("/sets/mine", "test"), Path.Combine("/sets/mine", "test.csv"), "/labels/all.pbtxt"),
            (test.Frames, test.Dataset.AnnotationPath, test.Dataset.LabelMapPath));
        Assert.Null(test.Dataset.ProposalPath);
        Assert.Equal((Path.Combine("/sets/mine", "films"), true), (train.Frames, train.Dataset.TestMode));
    }

    [Fact]
    public void Files_that_extend_each_other_in_a_circle_are_refused()
    {
        string a = _folder.Write("a.json", "{\n\"extends\": \"b.json\"\n}"),
            b = _folder.Write("b.json", "{\n\n\"extends\": [\"a.json\"]\n}");

        ConfigProblem problem = Problem(() => DetectionConfig.Load(a));

        Assert.Equal((b, 3, "extends"), (problem.Origin.Source, problem.Origin.Line, problem.Path));
        Assert.Equal($"a circle, {a} → {b} → {a}", problem.Found);
        Assert.Contains("a circle", Problem(() => Load("""{ "extends": "mine.json" }""")).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void One_base_by_two_ways_is_no_circle()
    {
        _folder.Write("base.json", """{ "training": { "epochs": 5 } }""");
        _folder.Write("left.json", """{ "extends": "base.json" }""");
        _folder.Write("right.json", """{ "extends": "base.json" }""");

        Assert.Equal(5, Load("""{ "extends": ["left.json", "right.json"] }""").Training!.Epochs);
    }

    [Theory]
    [InlineData("\"none.json\"", "neither a file 'none.json' nor a shipped configuration 'none'")]
    [InlineData("[\"" + SlowOnly + "\", 3]", "3")]
    [InlineData("{}", "{}")]
    public void What_is_extended_must_be_there(string extended, string found)
    {
        ConfigProblem problem = Problem(() => Load($"{{\n\n\"extends\": {extended}\n}}"));

        Assert.Equal((3, "extends", found), (problem.Origin.Line, problem.Path, problem.Found));
    }

    [Fact]
    public void A_file_on_disk_goes_before_a_shipped_one_of_its_name()
    {
        string path = _folder.Write($"{SlowOnly}.json", """{ "training": { "epochs": 77 } }""");

        Assert.Equal(77, DetectionConfig.Load(path).Training!.Epochs);
        Assert.Equal(77, Load($$"""{ "extends": "{{SlowOnly}}.json" }""").Training!.Epochs);
        Assert.Equal(20, Load($$"""{ "extends": "{{SlowOnly}}" }""").Training!.Epochs);
    }

    [Theory]
    [InlineData("training.batchSize=8", "training.batchSize", "8")]
    [InlineData(" training.batchSize = 8 ", "training.batchSize", "8")]
    [InlineData("clip.mean=[1,2.5,3]", "clip.mean", "[1,2.5,3]")]
    [InlineData("clip.mean.1=2.5", "clip.mean", "[123.675,2.5,103.53]")]
    [InlineData("training.schedule.steps.0=2", "training.schedule.steps", "[2,15]")]
    [InlineData("clip.frames.template=frame_%06d.jpg", "clip.frames.template", "\"frame_%06d.jpg\"")]
    [InlineData("training.schedule={\"policy\": \"Cosine\"}", "training.schedule.policy", "\"Cosine\"")]
    [InlineData("training.schedule={\"policy\": \"Cosine\"}", "training.schedule.warmup", "5")]
    [InlineData("model.backbone.pathway.style=Caffe", "model.backbone.pathway.style", "\"Caffe\"")]
    [InlineData("data.version=2.2", "data.version", "\"2.2\"")]
    [InlineData("data.version=\"2.2\"", "data.version", "\"2.2\"")]
    [InlineData("published.remark=2020-01-01T00:00:00Z", "published.remark", "\"2020-01-01T00:00:00Z\"")]
    [InlineData("published.remark=a=b", "published.remark", "\"a=b\"")]
    [InlineData("data.train.proposalPath=null", "data.train.proposalPath", "null")]
    [InlineData("training.optimizer.weightDecay=1E-7", "training.optimizer.weightDecay", "1e-07")]
    [InlineData("training.optimizer.nesterov=true", "training.optimizer.nesterov", "true")]
    [InlineData("model.head.topK=[]", "model.head.topK", "[]")]
    public void An_override_replaces_a_value(string text, string path, string json)
    {
        DetectionConfig config = DetectionConfig.Load(SlowOnly, [text]);

        Assert.Equal(json, config.Values.Single(v => v.Path == path).Json);
        if (!path.EndsWith("warmup", StringComparison.Ordinal)) Assert.Equal($"override '{text}'", Origin(config, path));
    }

    [Fact]
    public void Overrides_come_one_after_the_other_and_reach_into_lists_of_lists()
    {
        DetectionConfig config = DetectionConfig.Load("slowonly_nl_kinetics_pretrained_r50_4x16x1_10e_ava_rgb",
            ["training.epochs=3", "training.epochs=4", "model.backbone.pathway.nonLocal.blocks.1.0=false"]);

        Assert.Equal(4, config.Training!.Epochs);
        Assert.Equal([false, false, true, false], ((SlowOnlyOptions)config.Model.Backbone).Pathway.NonLocal!.Blocks[1]);
    }

    [Fact]
    public void An_entry_of_a_list_that_nobody_gave_is_that_of_the_default()
    {
        DetectionConfig mine = Load("""{ "model": { "backbone": { "type": "SlowOnly" } } }""", "model.backbone.pathway.dilations.3=2");

        Assert.Equal([1, 1, 1, 2], Assert.IsType<SlowOnlyOptions>(mine.Model.Backbone).Pathway.Dilations);
    }

    [Fact]
    public void The_heads_input_follows_what_is_set()
    {
        string[] narrow = ["model.backbone.slow.baseChannels=32", "model.backbone.channelRatio=4"];

        Assert.Equal(1280, DetectionConfig.Load(SlowFast, narrow).Model.Head.InputChannels);
        Assert.Equal(4096, DetectionConfig.Load(SlowOnly, ["model.roIExtractor.withGlobal=true"]).Model.Head.InputChannels);
        Assert.Equal(2304, DetectionConfig.Load(SlowOnly, ["model.sharedHead.type=ActorRelation"]).Model.Head.InputChannels);
    }

    [Theory]
    [InlineData("trainng.epochs=3", "trainng", "an unknown key", "did you mean 'training'?")]
    [InlineData("training.epochs=many", "training.epochs", "\"many\"", "a whole number")]
    [InlineData("training.epochs=0", "training.epochs", "0", "at least 1")]
    [InlineData("training.epochs.x=1", "training.epochs", "{\"x\":1}", "a whole number")]
    [InlineData("model.roIExtractor.withGlobal=True", "model.roIExtractor.withGlobal", "\"True\"", "true or false")]
    [InlineData("clip.mean.3=1", "clip.mean.3", "entry 3, counted from 0", "0 to 2")]
    [InlineData("clip.mean=[1,2", "", "text that is no JSON ('2' is an invalid end of a number)", "JSON")]
    [InlineData("training.epochs", "", "no path before an equals sign", "path=value")]
    [InlineData("=3", "", "no path before an equals sign", "path=value")]
    [InlineData("training..epochs=3", "", "no path before an equals sign", "path=value")]
    [InlineData("extends=mine.json", "extends", "a key of files", "the path of a value")]
    [InlineData("model.head.inputChannels=4", "model.head.inputChannels", "an unknown key", "numClasses")]
    public void A_wrong_override_is_named(string text, string path, string found, string expected)
    {
        ConfigProblem problem = Problem(() => DetectionConfig.Load(SlowOnly, [text]));

        Assert.Equal(($"override '{text}'", path, found), (problem.Origin.ToString(), problem.Path, problem.Found));
        Assert.Contains(expected, $"{problem.Expected} {problem.Mend}", StringComparison.Ordinal);
    }

    [Fact]
    public void Differences_are_told_with_both_values()
    {
        IReadOnlyList<ConfigDifference> differences = DetectionConfig.Compare(DetectionConfig.Load(SlowOnly),
            DetectionConfig.Load(SlowOnly, ["training.epochs=3", "training.schedule.steps.1=12", "model.sharedHead.type=ActorRelation"]));

        Assert.Equal(
            [
                ("model.sharedHead", "null", null), ("training.schedule.steps", "[10,15]", "[10,12]"), ("training.epochs", "20", "3"),
                ("model.sharedHead.type", null, "\"ActorRelation\""), ("model.sharedHead.channels", null, "2304"),
                ("model.sharedHead.convolutions", null, "1"), ("model.sharedHead.stride", null, "1"),
            ],
            differences.Select(d => (d.Path, d.First?.Json, d.Second?.Json)));
    }
}
