using Microsoft.ML;
using MlAva.Networks;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva.Cli.Tests;

/// <summary>Banks from the command line: built, stopped and gone on with, joined, shown, refused.</summary>
public sealed class FeatureBankVerbTests(TrainedSet trained) : IClassFixture<TrainedSet>
{
    const string Infer = "lfb_slowonly_r50_ava_infer";

    // The published shape at the width of the small reference case, and the clips of the small set.
    static readonly string[] Small = [.. ((string[])
    [
        "model.backbone.pathway.baseChannels=4", "model.backbone.pathway.stageBlocks=[1,1,1,1]", "clip.sampling.clipLength=2",
        "clip.sampling.frameInterval=1", "clip.sampling.fps=4", "clip.sampling.timestampStart=0", "clip.sampling.timestampEnd=5", "clip.shortSide=48",
    ]).SelectMany(v => (string[])["--set", v])];

    readonly TinySet _set = trained.Set;

    static string Checkpoint => Path.Combine(AppContext.BaseDirectory, "Golden", "tiny_slowonly", "checkpoint.pth");

    [Fact]
    public void A_bank_is_built_joined_and_shown_in_both_forms()
    {
        string native = _set.In("banks/lfb_val.safetensors"), pickle = _set.In("banks/lfb_val.pkl"), joined = _set.In("banks/joined.safetensors");

        Tool build = Tool.Run(Build(native)).ExitsWith(0);
        Tool.Run(Build(pickle)).ExitsWith(0);

        Assert.Contains($"{native}: 2 videos, 8 seconds, 8 features of 128 channels, 1.00 a second", build.Output, StringComparison.Ordinal);
        Assert.Equal(["lfb_val.pkl", "lfb_val.safetensors"], Directory.GetFileSystemEntries(_set.In("banks")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        AssertSame(FeatureBank.Read(native), FeatureBank.Read(pickle));
        Tool info = Tool.Run("lfb", "info", "--videos", native, pickle).ExitsWith(0);
        Assert.Contains($"{pickle}: 2 videos, 8 seconds", info.Output, StringComparison.Ordinal);
        Assert.Matches(@"second +1 +4 +4 +4", info.Output);
        Tool.Run("lfb", "merge", pickle, native, "--out", joined).ExitsWith(0);
        AssertSame(FeatureBank.Read(native), FeatureBank.Read(joined));
        Assert.Equal(File.ReadAllBytes(native), File.ReadAllBytes(joined));
    }

    [Fact]
    public void A_configuration_and_a_checkpoint_build_the_bank_that_the_model_made_of_them_builds()
    {
        string model = _set.In("imported.zip"), ofModel = _set.In("of model.safetensors"), named = _set.In("named.pkl");
        string root = Directory.CreateDirectory(_set.In("set")).FullName;
        Tool.Run(["import", Infer, Checkpoint, "--out", model, .. Small]).ExitsWith(0);
        Tool.Run([.. Build(ofModel).Select(a => a == trained.Model ? model : a)]).ExitsWith(0);
        string[] files =
        [
            .. Set("root", root), .. Set("framesPath", _set.Frames), .. Set("labelMapPath", _set.Labels),
            .. Set("val.annotationPath", _set.Annotations), .. Set("val.proposalPath", _set.Proposals), .. Set("featureBank.build", "Val"),
        ];

        Tool run = Tool.Run(["lfb", "build", "--config", Infer, "--checkpoint", Checkpoint, .. Small, .. files]).ExitsWith(0);
        Tool.Run(["lfb", "build", "--config", Infer, "--checkpoint", Checkpoint, .. Small, .. Build(named).Skip(4)]).ExitsWith(0);

        string target = Path.Combine(root, "lfb_half", "lfb_val.safetensors");
        Assert.Contains($"{target}: 2 videos, 8 seconds, 8 features of 128 channels", run.Output, StringComparison.Ordinal);
        Assert.Equal([target], Directory.GetFileSystemEntries(Path.GetDirectoryName(target)!));
        AssertSame(FeatureBank.Read(ofModel), FeatureBank.Read(target));
        AssertSame(FeatureBank.Read(ofModel), FeatureBank.Read(named));

        static string[] Set(string key, string value) => ["--set", $"data.{key}={value}"];
    }

    [Fact]
    public void A_configuration_that_cannot_build_a_bank_is_refused()
    {
        string[] network = ["lfb", "build", "--config", Infer, "--checkpoint", Checkpoint, .. Small];

        Tool.Run([.. network, "--set", "data.featureBank.build=null"]).Refuses("--config", Infer, "builds no bank", "To mend: ");
        Tool.Run([.. network, "--set", "data.featureBank.halfPrecision=false"]).Refuses("data.featureBank.halfPrecision", "half precision");
        Tool.Run([.. network, "--set", "data.train.annotationPath=null"]).Refuses("Train", "data.train.annotationPath", "To mend: ");
        Tool.Run(["lfb", "build", "--config", Infer, "--checkpoint", _set.In("none.pth"), .. Build(_set.In("no.pkl")).Skip(4)])
            .Refuses("none.pth", "no such file");
        Tool.Run(["lfb", "build", "--config", Infer, "--checkpoint", Checkpoint, .. Build(_set.In("no.pkl")).Skip(4)])
            .Refuses("checkpoint.pth", "missing");
        Assert.False(File.Exists(_set.In("no.pkl")));
    }

    [Theory]
    [InlineData("'--checkpoint' is required with '--config'", "--config", Infer)]
    [InlineData("'--model' and '--config' are both given", "--config", Infer, "--model", "model.zip")]
    [InlineData("'--checkpoint' belongs to '--config'", "--model", "model.zip", "--checkpoint", "detector.pth")]
    [InlineData("'--set' belongs to '--config'", "--model", "model.zip", "--set", "clip.shortSide=48")]
    [InlineData("'--annotations' is required", "--model", "model.zip")]
    [InlineData("'--model' is required, or '--config'", "--out", "bank.pkl")]
    public void A_network_is_named_in_one_of_two_ways(string message, params string[] arguments) =>
        Assert.Contains(message, Tool.Run(["lfb", "build", .. arguments]).ExitsWith(2).Errors, StringComparison.Ordinal);

    [SignalTheory]
    [InlineData(PosixSignalNumber.Interrupt)]
    [InlineData(PosixSignalNumber.Terminate)]
    public void A_stopped_building_leaves_parts_and_goes_on_to_the_same_bank(PosixSignalNumber signal)
    {
        // Enough rows that the signal comes in time, at fractions of the set's seconds.
        string annotations = _set.Write($"many {signal}.csv", string.Join('\n', from video in (string[])["first", "second"]
            from second in Enumerable.Range(1, 3) from part in Enumerable.Range(0, 500)
            select FormattableString.Invariant($"{video},{second + part / 500.0:0.000},0.125,0.25,0.5,0.75,1,0")) + "\n");
        string stopped = _set.In($"stopped by {signal}.safetensors"), whole = _set.In($"whole {signal}.safetensors");

        Tool run = Tool.RunUntil("lfb build: ", signal, Build(stopped, annotations)).ExitsWith(130);

        Assert.False(File.Exists(stopped));
        Assert.NotEmpty(Directory.GetFiles(stopped + ".parts"));
        Assert.Contains("the same command goes on from there", run.Errors, StringComparison.Ordinal);
        Assert.Contains("keyframes to do, going on", Tool.Run(Build(stopped, annotations)).ExitsWith(0).Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(stopped + ".parts"));
        Tool.Run(Build(whole, annotations)).ExitsWith(0);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(stopped));
    }

    [Fact]
    public void What_is_no_bank_and_no_model_for_one_is_refused()
    {
        string output = _set.In("refused.pkl");

        Tool.Run(Build(_set.In("refused.npz"))).Refuses("--out is '", ".safetensors or .pkl");
        Tool.Run("lfb", "info", _set.In("none.pkl")).Refuses("none.pkl", "no such file");
        Tool.Run("lfb", "info", trained.Model).Refuses(trained.Model, "found ", "To mend: ");
        Tool.Run("lfb", "merge", _set.In("none.pkl"), "--out", output).Refuses("none.pkl", "no such file", "To mend: ");
        Tool.Run([.. Build(output).Select(a => a == trained.Model ? _set.Annotations : a)]).Refuses("expected a model.zip");
        Assert.False(File.Exists(output));
        Assert.Contains("See 'mlava lfb build --help'", Tool.Run("lfb", "build").ExitsWith(2).Errors, StringComparison.Ordinal);
        Assert.Contains("See 'mlava lfb --help'", Tool.Run("lfb").ExitsWith(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Banks_of_other_features_are_not_joined_and_the_file_is_named()
    {
        string wide = Bank("wide.safetensors", 8), narrow = Bank("narrow.pkl", 4), output = _set.In("unjoined.pkl");

        Tool.Run("lfb", "merge", wide, narrow, "--out", output).Refuses($"{narrow}: found features of 4 channels", $"8, as {wide} has", "To mend: ");

        Assert.False(File.Exists(output));

        string Bank(string name, int channels)
        {
            FeatureBank bank = new(channels);
            bank.Add("video", 902, new float[channels]);
            using FileStream stream = File.Create(_set.In(name));
            if (name.EndsWith(".pkl", StringComparison.Ordinal)) bank.WriteTorch(stream);
            else bank.Write(stream);
            return stream.Name;
        }
    }

    [Fact]
    public void A_model_that_looks_at_a_bank_says_before_scoring_what_is_wrong_with_it()
    {
        string bank = _set.In("looked at.safetensors"), model = _set.In("looking.zip"), results = _set.In("looking.csv");
        Tool.Run(Build(bank)).ExitsWith(0);
        MLContext context = new(1);
        AvaDataView data = context.ActionDetection().LoadAva(_set.Annotations, _set.Frames, _set.Labels, _set.Proposals);
        using ActionDetectorTransformer plain = (ActionDetectorTransformer)context.Model.Load(trained.Model, out _);
        ActionDetectorOptions options = new()
        {
            Network = plain.RoIFeatures.Options.Network with { SharedHead = new FeatureBankHeadOptions { Operator = FeatureBankOperator.Max, BankChannels = 128, WindowSize = 4 } },
            Clip = new()
            {
                Sampling = plain.SampleFrames.Options.Sampling, ShortSide = 48, Augmentation = new() { ShortEdgeMinimum = 48, ShortEdgeMaximum = 48, CropSize = 48 },
            },
            FeatureBank = new() { Files = [bank] },
            Epochs = 1,
            Seed = 1,
        };
        using (ActionDetectorTransformer looking = context.ActionDetection().Trainers.ActionDetector(options).Fit(data)) context.Model.Save(looking, data.Schema, model);

        Tool.Run(_set.Test(model, "--out", results)).ExitsWith(0);
        Assert.True(File.Exists(results));
        File.Delete(results);
        FeatureBank half = new(128);
        half.Add("first", 1, new float[128]);
        using (FileStream file = File.Create(bank)) half.Write(file);
        Tool.Run(_set.Test(model, "--out", results)).Refuses("looked at.safetensors", "1 of 2 videos (second)", "To mend: ");
        Tool.Run("score", "--model", model, "--source", Path.Combine(_set.Frames, "second"), "--timestamps", "1,2").Refuses("1 of 1 videos (second)");
        Tool.Run(Build(_set.In("from looking.pkl")).Select(a => a == trained.Model ? model : a).ToArray()).Refuses("shared head");
        File.Delete(bank);
        Tool.Run(_set.Test(model, "--out", results)).Refuses("looked at.safetensors", "no such file", "To mend: ");
        Assert.False(File.Exists(results));
    }

    string[] Build(string output, string? annotations = null) =>
    [
        "lfb", "build", "--model", trained.Model, "--annotations", annotations ?? _set.Annotations, "--frames", _set.Frames, "--label-map", _set.Labels,
        "--proposals", _set.Proposals, "--out", output,
    ];

    static void AssertSame(FeatureBank expected, FeatureBank actual)
    {
        Assert.Equal(expected.Videos.Order(), actual.Videos.Order());
        foreach (string video in expected.Videos)
        {
            Assert.Equal(expected.Seconds(video), actual.Seconds(video));
            foreach (int second in expected.Seconds(video)) Assert.Equal(expected.Features(video, second), actual.Features(video, second));
        }
    }
}
