using MlAva.Configs;
using MlAva.TestSupport;

namespace MlAva.Tests.Configs;

/// <summary>Whatever is wrong with a configuration is told with file, line and place, what was found and what was expected.</summary>
public sealed class ConfigErrorTests : IDisposable
{
    const string SlowOnly = "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";
    const string NonLocal = "slowonly_nl_kinetics_pretrained_r50_4x16x1_10e_ava_rgb";
    const string SlowFast = "slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb";
    const string Bank = "lfb_nl_kinetics_pretrained_slowonly_r50_4x16x1_20e_ava_rgb";
    const string BankBuilder = "lfb_slowonly_r50_ava_infer";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    IReadOnlyList<ConfigProblem> Problems(string text, string name = "mine.json") =>
        Assert.Throws<ConfigException>(() => DetectionConfig.Load(_folder.Write(name, text))).Problems;

    /// <summary>A file that extends a shipped configuration on line 2 and says something of its own from line 3 on.</summary>
    ConfigProblem Problem(string extended, string own) => Assert.Single(Problems($"{{\n  \"extends\": \"{extended}\",\n{own}\n}}"));

    static void Says(ConfigProblem problem, int line, string path, string found, params string[] expected)
    {
        Assert.EndsWith("mine.json", problem.Origin.Source, StringComparison.Ordinal);
        Assert.Equal((line, path, found), (problem.Origin.Line, problem.Path, problem.Found));
        foreach (string word in expected) Assert.Contains(word, $"{problem.Expected} {problem.Mend}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"modle\": {}", "modle", "model, clip, training", "did you mean 'model'?")]
    [InlineData("\"training\": { \"epoch\": 3 }", "training.epoch", "epochs, batchSize", "did you mean 'epochs'?")]
    [InlineData("\"training\": { \"schedule\": { \"warm\": 3 } }", "training.schedule.warm", "warmup, warmupUnit")]
    [InlineData("\"model\": { \"head\": { \"inputChannels\": 2048 } }", "model.head.inputChannels", "one of numClasses")]
    [InlineData("\"model\": { \"backbone\": { \"pathwy\": {} } }", "model.backbone.pathwy", "one of type, pathway",
        "did you mean 'pathway'?")]
    [InlineData("\"model\": { \"backbone\": { \"pathway\": { \"deepth\": 50 } } }", "model.backbone.pathway.deepth",
        "did you mean 'depth'?")]
    [InlineData("\"a.b\": { \"c[0]\": 1 }", "a.b", "one of $schema, extends, model")]
    public void An_unknown_key(string own, string path, params string[] expected) =>
        Says(Problem(SlowOnly, own), 3, path, "an unknown key", expected);

    [Theory]
    [InlineData("\"training\": { \"epochs\": \"ten\" }", "training.epochs", "\"ten\"", "a whole number")]
    [InlineData("\"training\": { \"epochs\": 2.5 }", "training.epochs", "2.5", "a whole number")]
    [InlineData("\"training\": { \"epochs\": 12345678901 }", "training.epochs", "12345678901", "to 2147483647")]
    [InlineData("\"training\": { \"seed\": 123456789012345678901234567890 }", "training.seed", "123456789012345678901234567890",
        "18 digits")]
    [InlineData("\"training\": { \"optimizer\": { \"momentum\": true } }", "training.optimizer.momentum", "true", "a number")]
    [InlineData("\"training\": { \"optimizer\": { \"nesterov\": 1 } }", "training.optimizer.nesterov", "1", "true or false")]
    [InlineData("\"training\": []", "training", "[]", "an object")]
    [InlineData("\"model\": { \"backbone\": 50 }", "model.backbone", "50", "an object")]
    [InlineData("\"data\": { \"root\": 1 }", "data.root", "1", "text")]
    [InlineData("\"data\": { \"customClasses\": 3 }", "data.customClasses", "3", "a list, each entry a whole number")]
    [InlineData("\"clip\": { \"mean\": [1, \"2\", 3] }", "clip.mean.1", "\"2\"", "a number")]
    [InlineData("\"clip\": { \"mean\": [1, null, 3] }", "clip.mean.1", "null", "a number")]
    [InlineData("\"clip\": { \"frames\": { \"template\": \"img.jpg\" } }", "clip.frames.template", "\"img.jpg\"",
        "one place for the number")]
    [InlineData("\"model\": { \"head\": { \"spatialPooling\": \"max\" } }", "model.head.spatialPooling", "\"max\"", "\"Average\", \"Max\"",
        "'Max'")]
    [InlineData("\"model\": { \"head\": { \"spatialPooling\": 1 } }", "model.head.spatialPooling", "1", "\"Average\", \"Max\"")]
    [InlineData("\"model\": { \"backbone\": { \"type\": \"SlowFst\" } }", "model.backbone.type", "\"SlowFst\"", "did you mean 'SlowFast'?")]
    [InlineData("\"model\": { \"backbone\": { \"type\": null } }", "model.backbone.type", "null", "\"SlowOnly\", \"SlowFast\"")]
    [InlineData("\"model\": { \"sharedHead\": { \"layers\": 2 } }", "model.sharedHead.type", "no type",
        "\"ActorRelation\", \"FeatureBank\"")]
    public void A_value_of_the_wrong_type(string own, string path, string found, params string[] expected) =>
        Says(Problem(SlowOnly, own), 3, path, found, expected);

    [Theory]
    [InlineData(SlowOnly, "\"model\": { \"head\": { \"focalGamma\": -1 } }", "model.head.focalGamma", "-1", "0 or more")]
    [InlineData(SlowOnly, "\"model\": { \"head\": { \"topK\": [3, 81] } }", "model.head.topK", "81", "1 to 80")]
    [InlineData(SlowOnly, "\"model\": { \"backbone\": { \"pathway\": { \"depth\": 34 } } }", "model.backbone.pathway.depth", "34",
        "give stageBlocks")]
    [InlineData(SlowOnly, "\"model\": { \"roIExtractor\": { \"outputSize\": 0 } }", "model.roIExtractor.outputSize", "0", "at least 1")]
    [InlineData(SlowOnly, "\"clip\": { \"sampling\": { \"clipLength\": 0 } }", "clip.sampling.clipLength", "0", "at least 1")]
    [InlineData(SlowOnly, "\"clip\": { \"frames\": { \"fps\": -1 } }", "clip.frames.fps", "-1", "positive")]
    [InlineData(SlowOnly, "\"clip\": { \"mean\": [1, 2] }", "clip.mean", "2 values", "three")]
    [InlineData(SlowOnly, "\"training\": { \"epochs\": 0 }", "training.epochs", "0", "at least 1")]
    [InlineData(SlowOnly, "\"training\": { \"schedule\": { \"learningRate\": 1e400 } }", "training.schedule.learningRate", "Infinity",
        "above 0")]
    [InlineData(SlowOnly, "\"training\": { \"actionThreshold\": 1 }", "training.actionThreshold", "1", "0 to below 1")]
    [InlineData(SlowOnly, "\"data\": { \"personScoreThreshold\": 2 }", "data.personScoreThreshold", "2", "0 to 1")]
    [InlineData(SlowOnly, "\"data\": { \"maxProposals\": 0 }", "data.maxProposals", "0", "at least 1")]
    [InlineData(SlowOnly, "\"data\": { \"customClasses\": [] }", "data.customClasses", "an empty list", "at least one")]
    [InlineData(SlowOnly, "\"data\": { \"customClasses\": [0] }", "data.customClasses", "0", "at least 1")]
    [InlineData(SlowOnly, "\"data\": { \"customClasses\": [2, 2] }", "data.customClasses", "2 twice", "each action id once")]
    [InlineData(SlowOnly, "\"warmStart\": { \"url\": \" \" }", "warmStart.url", "\" \"", "an address or a file")]
    [InlineData(SlowOnly, "\"warmStart\": { \"sha256Prefix\": \"A69556C6\" }", "warmStart.sha256Prefix", "\"A69556C6\"", "lower case")]
    [InlineData(SlowOnly, "\"published\": { \"meanAveragePrecision\": 20.1 }", "published.meanAveragePrecision", "20.1", "0 to 1")]
    [InlineData(SlowOnly, "\"published\": { \"gpus\": 0 }", "published.gpus", "0", "at least 1")]
    [InlineData(SlowOnly, "\"published\": { \"parameters\": 0 }", "published.parameters", "0", "at least 1")]
    [InlineData(Bank, "\"data\": { \"featureBank\": { \"path\": \"\" } }", "data.featureBank.path", "\"\"", "a folder")]
    [InlineData(Bank, "\"data\": { \"featureBank\": { \"splits\": [] } }", "data.featureBank.splits", "()", "at least one split")]
    [InlineData(Bank, "\"model\": { \"sharedHead\": { \"windowSize\": 0 } }", "model.sharedHead.windowSize", "0", "at least 1")]
    public void An_impossible_value(string extended, string own, string path, string found, params string[] expected) =>
        Says(Problem(extended, own), 3, path, found, expected);

    [Theory]
    [InlineData(SlowFast, "\"clip\": { \"sampling\": { \"clipLength\": 30 } }", "clip.sampling.clipLength", "30",
        "resample rate, 8", "model.backbone.resampleRate at configs/detection/_base_/models/slowfast_r50_4x16.json:")]
    [InlineData(SlowFast, "\"model\": { \"backbone\": { \"resampleRate\": 24 } }", "clip.sampling.clipLength", "32",
        "resample rate, 24", $"clip.sampling.clipLength at configs/detection/ava/{SlowFast}.json:", "model.backbone.resampleRate at ",
        "mine.json:3")]
    [InlineData(SlowOnly, "\"data\": { \"customClasses\": [3, 6] }", "model.head.numClasses", "81",
        "3, one more", "model.head.numClasses at configs/detection/_base_/models/action_head.json:", "data.customClasses at ",
        "mine.json:3")]
    [InlineData(SlowOnly, "\"model\": { \"backbone\": { \"pathway\": { \"spatialStrides\": [1, 2, 2, 2] } } }",
        "model.roIExtractor.featureStride", "16",
        "spatial stride, 32")]
    [InlineData(SlowFast, "\"model\": { \"roIExtractor\": { \"featureStride\": 8 } }", "model.roIExtractor.featureStride", "8",
        "spatial stride, 16", "model.backbone.slow.spatialStrides at ")]
    [InlineData(SlowOnly, "\"model\": { \"sharedHead\": { \"type\": \"FeatureBank\" } }", "data.featureBank", "no feature bank",
        "lfb_half")]
    [InlineData(Bank, "\"data\": { \"featureBank\": { \"build\": \"Val\" } }", "data.featureBank.build", "\"Val\"", "reads a bank",
        "model.sharedHead at ")]
    [InlineData(BankBuilder, "\"training\": { \"epochs\": 1 }", "data.featureBank.build", "\"Train\"", "trained weights", "training at ")]
    public void Values_that_do_not_go_together_are_all_named_at_the_place_of_the_last(
        string extended, string own, string path, string found, params string[] expected) =>
            Says(Problem(extended, own), 3, path, found, expected);

    // The record that complains names one of its values, which may be an older one; the newer ones beside it are named too.
    [Theory]
    [InlineData(SlowFast, "\"model\": { \"backbone\": { \"fast\": { \"baseChannels\": 4 } } }", "model.backbone.channelRatio", "8",
        "64 over 4", "given later: model.backbone.fast.baseChannels at ")]
    [InlineData(SlowFast, "\"model\": { \"backbone\": { \"speedRatio\": 3 } }", "model.backbone.resampleRate", "8",
        "a multiple of speedRatio, 3", "given later: model.backbone.speedRatio at ")]
    [InlineData(NonLocal, "\"model\": { \"backbone\": { \"pathway\": { \"depth\": 101 } } }", "model.backbone.pathway.nonLocal.blocks",
        "(3, 4, 6, 3) entries", "(3, 4, 23, 3)", "given later: model.backbone.pathway.depth at ")]
    [InlineData(SlowOnly, "\"clip\": { \"augmentation\": { \"cropSize\": 400 } }", "clip.augmentation.shortEdgeMinimum", "256",
        "at least cropSize (400)", "given later: clip.augmentation.cropSize at ")]
    public void What_a_shipped_value_does_not_go_with_is_named_too(string extended, string own, string path, string found,
        params string[] expected)
    {
        ConfigProblem problem = Problem(extended, own);

        Assert.StartsWith("configs/detection/_base_/", problem.Origin.ToString(), StringComparison.Ordinal);
        Assert.Equal((path, found), (problem.Path, problem.Found));
        foreach (string word in (string[])[.. expected, "mine.json:3"]) Assert.Contains(word, problem.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void In_one_file_the_line_is_that_of_the_value_at_fault()
    {
        const string Text = """
            {
              "extends": "slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb",
              "model": {
                "backbone": {
                  "slow": { "baseChannels": 32 },
                  "fast": { "baseChannels": 8 },
                  "channelRatio": 8
                }
              }
            }
            """;

        Says(Assert.Single(Problems(Text)), 7, "model.backbone.channelRatio", "8", "32 over 8");
    }

    [Fact]
    public void Custom_classes_outside_the_label_map_where_it_lies_there()
    {
        _folder.Write("labels.pbtxt", "item { name: \"walk\" id: 1 }\nitem { name: \"talk\" id: 4 }\n");
        string own = $$"""
              "model": { "head": { "numClasses": 3, "topK": [1] } },
              "data": {
                "root": {{System.Text.Json.JsonSerializer.Serialize(_folder.Path)}},
                "labelMapPath": "labels.pbtxt",
                "customClasses": [4, 53]
              }
            """;

        Says(Problem(SlowOnly, own), 7, "data.customClasses", "53", "labels.pbtxt, which has 2 from 1 to 4", "data.labelMapPath at ",
            "mine.json:6");
        DetectionConfig fits = DetectionConfig.Load(_folder.Write("fits.json",
            $"{{\"extends\": \"{SlowOnly}\", {own.Replace("53", "1", StringComparison.Ordinal)}}}"));
        Assert.Equal([4, 1], fits.Data.CustomClasses);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_in_the_order_of_lines()
    {
        const string Text = """
            {
              "taining": {},
              "model": {
                "backbone": { "type": "SlowFst", "anything": 1 },
                "sharedHead": { "type": "ActorRelation", "convs": 1 },
                "head": { "dropoutRatio": "half" }
              }
            }
            """;

        IReadOnlyList<ConfigProblem> problems = Problems(Text);

        Assert.Equal([(2, "taining"), (4, "model.backbone.type"), (5, "model.sharedHead.convs"), (6, "model.head.dropoutRatio")],
            problems.Select(p => (p.Origin.Line, p.Path)));
        IReadOnlyList<ConfigProblem> impossible = Problems("""
            {
              "clip": { "shortSide": 0 },
              "training": { "epochs": 0 },
              "data": { "maxProposals": 0 }
            }
            """);
        Assert.Equal([(2, "clip.shortSide"), (3, "training.epochs"), (4, "data.maxProposals")],
            impossible.Select(p => (p.Origin.Line, p.Path)));
        ConfigException whole = Assert.Throws<ConfigException>(() => DetectionConfig.Load(_folder.File("mine.json")));
        Assert.Equal(impossible.Select(p => p.ToString()), whole.Message.Split('\n'));
    }

    [Theory]
    [InlineData("", 1, "no JSON")]
    [InlineData("{\n\"model\": {},\n}", 3, "trailing comma")]
    [InlineData("{\n\"model\": {}\n", 3, "no JSON")]
    [InlineData("{\n// remark\n}", 2, "no JSON")]
    [InlineData("{}\n{}", 2, "no JSON")]
    [InlineData("[1,\n2]", 1, "[1,2]")]
    [InlineData("null", 1, "null")]
    [InlineData("{\n\"data\": {},\n\"data\": {}\n}", 3, "a second value")]
    [InlineData("{\n\"data\": {\n\"root\": \"\\ud800\"}}", 3, "surrogate")]
    public void What_is_no_configuration_at_all(string text, int line, string found)
    {
        ConfigProblem problem = Assert.Single(Problems(text));

        Assert.Equal(line, problem.Origin.Line);
        Assert.Contains(found, problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8()
    {
        string path = _folder.File("latin.json");
        File.WriteAllBytes(path, [.. "{\n\"data\": {\"root\": \""u8, 0xe9, .. "\"}}"u8]);

        ConfigProblem problem = Assert.Single(Assert.Throws<ConfigException>(() => DetectionConfig.Load(path)).Problems);

        Assert.Equal(2, problem.Origin.Line);
        Assert.Contains("not UTF-8", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgbb",
        "did you mean slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb, ")]
    [InlineData("configs/detection/ava/slowfast_context_r50_4x16x1_20e_ava_rgb.py",
        "did you mean slowfast_context_kinetics_pretrained_r50_4x16x1_20e_ava_rgb, ")]
    [InlineData("nothing.json", "'mlava config list'")]
    public void A_name_that_is_not_there(string name, string mend)
    {
        ConfigException error = Assert.Throws<ConfigException>(() => DetectionConfig.Load(name));

        Assert.StartsWith($"{name}: found neither a file '{name}' nor a shipped configuration", error.Message, StringComparison.Ordinal);
        Assert.Contains(mend, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Python_configuration_of_ones_own()
    {
        string path = _folder.Write("my_slowonly.py", "model = dict()");

        ConfigProblem problem = Assert.Single(Assert.Throws<ConfigException>(() => DetectionConfig.Load(path)).Problems);

        Assert.Contains("Python configuration", problem.Found, StringComparison.Ordinal);
        Assert.Contains("extends a shipped configuration", problem.Mend, StringComparison.Ordinal);
    }
}
