using MlAva.Configs;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Video;

namespace MlAva.Tests.Configs;

/// <summary>
/// The configurations of MMAction2 0.x for AVA, with ACRN and feature banks, say what the reference specification's tables say.
/// </summary>
public sealed class ShippedConfigTests
{
    const string Site = "https://download.openmmlab.com/mmaction/";

    public static TheoryData<string> Ids => PublishedConfig.Ids;

    [Fact]
    public void All_fourteen_of_AVA_two_of_ACRN_and_four_of_feature_banks_are_there()
    {
        Assert.Equal(20, DetectionConfig.Names.Count);
        Assert.Equal(PublishedConfig.All.Select(c => c.Name).Order(StringComparer.Ordinal),
            DetectionConfig.Names.Order(StringComparer.Ordinal));
        Assert.Equal((14, 2, 4), (Count("ava"), Count("acrn"), Count("lfb")));

        static int Count(string folder) => PublishedConfig.All.Count(c => c.Folder == folder
            && DetectionConfig.Load(c.Name).Path == $"configs/detection/{folder}/{c.Name}.json");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_network_is_that_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        DetectorOptions model = expected.Load().Model;

        Assert.Equal(expected.HeadChannels, model.Head.InputChannels);
        Assert.Equal(expected.Classes, model.Head.NumClasses);
        Assert.Equal((expected.FocalAlpha, expected.FocalGamma), (model.Head.FocalAlpha, model.Head.FocalGamma));
        Assert.Equal((true, 0.5, true), (model.Head.MultiLabel, model.Head.DropoutRatio, model.Head.DropoutBeforePooling));
        Assert.Equal((TemporalPooling.Average, SpatialPooling.Max), (model.Head.TemporalPooling, model.Head.SpatialPooling));
        Assert.Equal([3, 5], model.Head.TopK);
        Assert.Equal((8, 16, 0, true), (model.RoIExtractor.OutputSize, model.RoIExtractor.FeatureStride, model.RoIExtractor.SamplingRatio,
            model.RoIExtractor.Aligned));
        Assert.Equal((expected.TemporalPooling, expected.WithGlobal),
            (model.RoIExtractor.TemporalPooling.ToString(), model.RoIExtractor.WithGlobal));

        if (expected.Backbone == "SlowFast")
        {
            SlowFastOptions both = Assert.IsType<SlowFastOptions>(model.Backbone);
            Assert.Equal((expected.ResampleRate, expected.ResampleRate, 8, expected.FusionKernel),
                (both.ResampleRate, both.SpeedRatio, both.ChannelRatio, both.FusionKernel));
            Assert.Equal((true, false), (both.Lateral, both.LateralNorm));
            AssertPathway(both.Slow, expected, 64, [1, 7, 7], [false, false, true, true]);
            AssertPathway(both.Fast, expected, 8, [5, 7, 7], [true, true, true, true]);
        }
        else AssertPathway(Assert.IsType<SlowOnlyOptions>(model.Backbone).Pathway, expected, 64, [1, 7, 7], [false, false, true, true]);
    }

    static void AssertPathway(ResNet3dOptions pathway, PublishedConfig expected, int channels, int[] stem, bool[] inflate)
    {
        Assert.Equal((expected.Depth, channels, 3), (pathway.Depth, pathway.BaseChannels, pathway.InputChannels));
        Assert.Null(pathway.StageBlocks);
        Assert.Equal(stem, pathway.StemKernel);
        Assert.Equal((1, 1), (pathway.StemTemporalStride, pathway.PoolTemporalStride));
        Assert.Equal([1, 2, 2, 1], pathway.SpatialStrides);
        Assert.Equal([1, 1, 1, 1], pathway.TemporalStrides);
        Assert.Equal([1, 1, 1, 1], pathway.Dilations);
        Assert.Equal(inflate, pathway.Inflate);
        Assert.Equal((InflateStyle.Kernel3x1x1, BottleneckStyle.PyTorch, -1, false, true),
            (pathway.InflateStyle, pathway.Style, pathway.FrozenStages, pathway.NormEval, pathway.ZeroInitResidual));
        Assert.Equal(expected.NonLocal, pathway.NonLocal is not null);
        if (pathway.NonLocal is not { } blocks) return;
        Assert.Equal(["", "0,2", "0,2,4", ""], blocks.Blocks.Select(s =>
            string.Join(',', s.Index().Where(b => b.Item).Select(b => b.Index))));
        Assert.Equal((NonLocalMode.EmbeddedGaussian, true, true, true), (blocks.Mode, blocks.SubSample, blocks.UseScale, blocks.Normalize));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_shared_head_is_that_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        DetectionConfig config = expected.Load();

        if (expected.SharedHead == "ActorRelation")
        {
            ActorRelationOptions relation = Assert.IsType<ActorRelationOptions>(config.Model.SharedHead);
            Assert.Equal((2304, 1, 1), (relation.Channels, relation.Convolutions, relation.Stride));
        }
        else if (expected.SharedHead is not null)
        {
            FeatureBankHeadOptions bank = Assert.IsType<FeatureBankHeadOptions>(config.Model.SharedHead);
            Assert.Equal(expected.SharedHead, bank.Operator.ToString());
            Assert.Equal((2048, 60, 5, 512, 2), (bank.BankChannels, bank.WindowSize, bank.FeaturesPerSecond, bank.LatentChannels,
                bank.Layers));
            Assert.Equal((0.2, 0.2, 0.2, true), (bank.PersonDropout, bank.BankDropout, bank.LayerDropout, bank.PreActivate));
            Assert.Equal(("lfb_half", null), (config.Data.FeatureBank!.Path, config.Data.FeatureBank.Build));
            Assert.Equal([DataSplit.Train, DataSplit.Val], config.Data.FeatureBank.Splits);
        }
        else Assert.Null(config.Model.SharedHead);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Clips_are_those_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        ClipOptions clip = expected.Load().Clip;

        Assert.Equal((expected.ClipLength, expected.FrameInterval), (clip.Sampling.ClipLength, clip.Sampling.FrameInterval));
        Assert.Equal((30, 900, 1800, 0), (clip.Sampling.Fps, clip.Sampling.TimestampStart, clip.Sampling.TimestampEnd,
            clip.Sampling.StartIndex));
        Assert.Equal(FrameTemplate.Parse("img_{:05}.jpg"), clip.Frames.Template);
        Assert.Equal(256, clip.ShortSide);
        Assert.Equal((256, 320, 256, 0.5),
            (clip.Augmentation.ShortEdgeMinimum, clip.Augmentation.ShortEdgeMaximum, clip.Augmentation.CropSize,
                clip.Augmentation.FlipProbability));
        Assert.Equal([123.675f, 116.28f, 103.53f], clip.Mean);
        Assert.Equal([58.395f, 57.12f, 57.375f], clip.StandardDeviation);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_training_is_that_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        DetectionConfig config = expected.Load();
        if (expected.Schedule.Length == 0)
        {
            Assert.Null(config.Training);
            Assert.Contains("has no training", Assert.Throws<InvalidOperationException>(() => config.ToTrainerOptions()).Message,
                StringComparison.Ordinal);
            return;
        }

        ActionDetectorOptions training = config.ToTrainerOptions();

        Assert.Equal((expected.Batch, expected.Epochs), (training.BatchSize, training.Epochs));
        Assert.Equal((0.9, expected.WeightDecay, expected.Nesterov, 40),
            (training.Optimizer.Momentum, training.Optimizer.WeightDecay, training.Optimizer.Nesterov, training.Optimizer.MaxGradientNorm));
        ScheduleOptions schedule = training.Schedule;
        Assert.Equal((expected.LearningRate, expected.Schedule), (schedule.LearningRate, schedule.Policy.ToString()));
        Assert.Equal((expected.Warmup, expected.WarmupUnit, expected.WarmupRatio),
            (schedule.Warmup, schedule.WarmupUnit.ToString(), schedule.WarmupRatio));
        if (schedule.Policy == SchedulePolicy.Step) Assert.Equal(expected.Steps, schedule.Steps);
        Assert.Equal((0.1, 0), (schedule.Gamma, schedule.MinLearningRate));
        Assert.Equal((0.9f, 0.9f, 0.9f), (training.Assigner.PositiveIoU, training.Assigner.NegativeIoU, training.Assigner.MinPositiveIoU));
        Assert.Equal((32, 1, -1, true),
            (training.Sampler.Count, training.Sampler.PositiveFraction, training.Sampler.NegativesPerPositive,
                training.Sampler.AddTruthsAsProposals));
        Assert.Equal(0.002f, training.ActionThreshold);
        Assert.Equal((config.Model, config.Clip), (training.Network, training.Clip));
        Assert.Equal($"work_dirs/{expected.Name}", config.WorkDirectory);
        training.Validate();
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_files_are_those_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        DetectionConfig config = expected.Load();

        foreach ((DataSplit split, string word) in new[] { (DataSplit.Train, "train"), (DataSplit.Val, "val"), (DataSplit.Test, "val") })
        {
            AvaDataViewOptions view = config.ToDataViewOptions(split);
            string annotations = Path.Combine("data/ava", "annotations/");
            Assert.Equal(Path.Combine("data/ava", "rawframes"), view.Frames);
            Assert.Equal($"{annotations}ava_{word}_v{expected.Version}.csv", view.Dataset.AnnotationPath);
            Assert.Equal($"{annotations}ava_{word}_excluded_timestamps_v{expected.Version}.csv", view.Dataset.ExcludePath);
            Assert.Equal($"{annotations}ava_dense_proposals_{word}.FAIR.recall_93.9.pkl", view.Dataset.ProposalPath);
            Assert.Equal(annotations + expected.LabelMap, view.Dataset.LabelMapPath);
            Assert.Equal((0.9, 1000), (view.Dataset.PersonScoreThreshold, view.Dataset.MaxProposals));
            Assert.Equal((expected.Classes, split != DataSplit.Train), (view.Dataset.NumClasses, view.Dataset.TestMode));
            Assert.Equal(expected.Classes == 17 ? [3, 6, 10, 27, 29, 38, 41, 48, 51, 53, 54, 59, 61, 64, 70, 72] : null,
                view.Dataset.CustomClasses);
            view.Dataset.Validate();
        }
        Assert.Equal(expected.Version, config.Data.Version);
        Assert.Equal(id == "LFB-infer" ? DataSplit.Train : null, config.Data.FeatureBank?.Build);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_was_published_is_that_of_the_table(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        DetectionConfig config = expected.Load();

        Assert.Equal((double?)(expected.Map / 100), config.Published!.MeanAveragePrecision);
        Assert.Equal(expected.Gpus, config.Published.Gpus);
        Assert.Equal(expected.Parameters, config.Published.Parameters);
        Assert.Equal(expected.Suffix is null ? null
            : $"{Site}detection/{expected.Folder}/{expected.Name}/{expected.Name}{expected.Suffix}.pth", config.Published.Url);
        Assert.Equal(expected.Suffix?[^8..], config.Published.Sha256Prefix);
        Assert.Equal(expected.WarmStart is null ? null : $"{Site}recognition/{expected.WarmStart}", config.WarmStart?.Url);
        Assert.Equal(expected.WarmStart?[^12..^4], config.WarmStart?.Sha256Prefix);
    }

    [Fact]
    public void Slips_of_the_originals_are_mended_and_told()
    {
        Assert.Contains("20200704", PublishedConfig.Of("SF8").Load().WarmStart!.Remark, StringComparison.Ordinal);
        Assert.Contains("work folder", PublishedConfig.Of("ACRN-21").Load().Published!.Remark, StringComparison.Ordinal);
        Assert.Contains("not to be compared", PublishedConfig.Of("SO50-cc").Load().Published!.Remark, StringComparison.Ordinal);
        Assert.Contains("not known", PublishedConfig.Of("SF4").Load().Published!.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_is_shown_reads_back_as_the_same(string id)
    {
        DetectionConfig config = PublishedConfig.Of(id).Load();
        using TemporaryFolder folder = new();

        DetectionConfig again = DetectionConfig.Load(folder.Write("again.json", config.ToJson()));

        Assert.Empty(DetectionConfig.Compare(config, again));
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Equal(config.Model.Head.InputChannels, again.Model.Head.InputChannels);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}.json")]
    [InlineData("{0}.py")]
    [InlineData("configs/detection/ava/{0}.py")]
    [InlineData("configs/detection/ava/{0}.json")]
    [InlineData("mmaction2/configs/detection/ava/{0}.py")]
    [InlineData(@"configs\detection\ava\{0}.py")]
    public void A_name_may_be_spelt_as_in_MMAction2(string form)
    {
        string name = PublishedConfig.Of("SO50").Name;

        Assert.Equal(name, DetectionConfig.Load(string.Format(null, form, name)).Name);
    }

    [Theory]
    [InlineData("SO50", "SlowOnly R50", "4x16")]
    [InlineData("SO50-NL8", "SlowOnly R50, non-local", "8x8")]
    [InlineData("SF4-ctx", "SlowFast R50 4x16, context", "32x2")]
    [InlineData("SF8-22-focal", "SlowFast R50 8x8, temporal max, focal", "32x2")]
    [InlineData("SF4-cc", "SlowFast R50 4x16, 16 classes", "32x2")]
    [InlineData("ACRN-22", "SlowFast R50 8x8, temporal max, actor relation", "32x2")]
    [InlineData("LFB-nl", "SlowOnly R50, feature bank NonLocal", "4x16")]
    [InlineData("LFB-infer", "SlowOnly R50, builds a feature bank", "4x16")]
    public void The_network_is_told_in_a_few_words(string id, string network, string clip)
    {
        DetectionConfig config = PublishedConfig.Of(id).Load();

        Assert.Equal((network, clip), (config.Summary, config.ClipForm));
    }
}
