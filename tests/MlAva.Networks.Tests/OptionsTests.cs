using System.Globalization;

namespace MlAva.Networks.Tests;

/// <summary>An impossible option is refused at once, with its name, its value and what would do.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, Action, string> Impossible
    {
        get
        {
            TheoryData<string, Action, string> data = [];
            void Add(string option, Action validate, string expected) => data.Add(option, validate, expected);

            Add("ResNet3dOptions.StageBlocks has 0", () => new ResNet3dOptions { StageBlocks = [] }.Validate(), "1 to 4");
            Add("ResNet3dOptions.StageBlocks has 5", () => new ResNet3dOptions { StageBlocks = [1, 1, 1, 1, 1] }.Validate(), "1 to 4");
            Add("ResNet3dOptions.StageBlocks is (1, 0)", () => new ResNet3dOptions { StageBlocks = [1, 0] }.Validate(), "at least one block");
            Add("ResNet3dOptions.BaseChannels is 0", () => new ResNet3dOptions { BaseChannels = 0 }.Validate(), "at least 1");
            Add("ResNet3dOptions.InputChannels is 0", () => new ResNet3dOptions { InputChannels = 0 }.Validate(), "at least 1");
            Add("ResNet3dOptions.StemKernel is (1, 7)", () => new ResNet3dOptions { StemKernel = [1, 7] }.Validate(), "three odd numbers");
            Add("ResNet3dOptions.StemKernel is (1, 6, 7)", () => new ResNet3dOptions { StemKernel = [1, 6, 7] }.Validate(), "three odd numbers");
            Add("ResNet3dOptions.StemTemporalStride is 0", () => new ResNet3dOptions { StemTemporalStride = 0 }.Validate(), "at least 1");
            Add("ResNet3dOptions.PoolTemporalStride is -1", () => new ResNet3dOptions { PoolTemporalStride = -1 }.Validate(), "at least 1");
            Add("ResNet3dOptions.FrozenStages is 5", () => new ResNet3dOptions { FrozenStages = 5 }.Validate(), "-1 to 4");
            Add("ResNet3dOptions.FrozenStages is -2", () => new ResNet3dOptions { FrozenStages = -2 }.Validate(), "-1 to 4");
            Add("ResNet3dOptions.SpatialStrides is (1, 2)", () => new ResNet3dOptions { SpatialStrides = [1, 2] }.Validate(), "4 numbers of at least 1");
            Add("ResNet3dOptions.TemporalStrides is (1, 1, 0, 1)", () => new ResNet3dOptions { TemporalStrides = [1, 1, 0, 1] }.Validate(), "4 numbers of at least 1");
            Add("ResNet3dOptions.Dilations is (0, 1, 1, 1)", () => new ResNet3dOptions { Dilations = [0, 1, 1, 1] }.Validate(), "4 numbers of at least 1");
            Add("ResNet3dOptions.Inflate has 1", () => new ResNet3dOptions { Inflate = [true] }.Validate(), "each of the 4 stages");
            Add("ResNet3dOptions.Depth is 34", () => new ResNet3dOptions { Depth = 34 }.Validate(), "50, 101 or 152");

            Add("ResNet3dOptions.Style is 7", () => new ResNet3dOptions { Style = (BottleneckStyle)7 }.Validate(), "PyTorch or Caffe");
            Add("ResNet3dOptions.InflateStyle is -1", () => new ResNet3dOptions { InflateStyle = (InflateStyle)(-1) }.Validate(),
                "Kernel3x1x1 or Kernel3x3x3");
            Add("NonLocalOptions.Mode is 9", () => new ResNet3dOptions { NonLocal = new() { Mode = (NonLocalMode)9 } }.Validate(),
                "EmbeddedGaussian or Gaussian or DotProduct or Concatenation");
            Add("SlowOnlyOptions.Pathway is null", () => new SlowOnlyOptions { Pathway = null! }.Validate(), "ResNet3dOptions");
            Add("SlowOnlyOptions.Pathway is null", () => new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = null! } }.WithMatchingHead(),
                "ResNet3dOptions");
            Add("SlowFastOptions.Slow is null", () => new SlowFastOptions { Slow = null! }.Validate(), "ResNet3dOptions");
            Add("SlowFastOptions.Fast is null", () => new SlowFastOptions { Fast = null! }.Validate(), "ResNet3dOptions");
            Add("SlowFastOptions.Fast is null", () => new SlowFastOptions { Fast = null! }.OutputChannels(), "ResNet3dOptions");

            Add("FeatureBankHeadOptions.Operator is 3", () => new FeatureBankHeadOptions { Operator = (FeatureBankOperator)3 }.Validate(),
                "Average or Max or NonLocal");
            Add("FeatureBankHeadOptions.TemporalPooling is 2",
                () => new FeatureBankHeadOptions { TemporalPooling = (TemporalPooling)2 }.Validate(), "Average or Max");
            Add("FeatureBankHeadOptions.SpatialPooling is 2",
                () => new FeatureBankHeadOptions { SpatialPooling = (SpatialPooling)2 }.Validate(), "Average or Max");

            Add("RoIExtractorOptions.TemporalPooling is 2", () => new RoIExtractorOptions { TemporalPooling = (TemporalPooling)2 }.Validate(),
                "Average or Max");
            Add("RoIExtractorOptions.OutputSize is 0", () => new RoIExtractorOptions { OutputSize = 0 }.Validate(), "at least 1");
            Add("RoIExtractorOptions.FeatureStride is 0", () => new RoIExtractorOptions { FeatureStride = 0 }.Validate(), "at least 1");
            Add("RoIExtractorOptions.SamplingRatio is -1", () => new RoIExtractorOptions { SamplingRatio = -1 }.Validate(), "0 (adaptive) or more");

            Add("ActionHeadOptions.InputChannels is 0", () => new ActionHeadOptions { InputChannels = 0 }.Validate(), "at least 1");
            Add("ActionHeadOptions.NumClasses is 1", () => new ActionHeadOptions { NumClasses = 1 }.Validate(), "at least 2");
            Add("ActionHeadOptions.TemporalPooling is 5", () => new ActionHeadOptions { TemporalPooling = (TemporalPooling)5 }.Validate(), "Average or Max");
            Add("ActionHeadOptions.SpatialPooling is 5", () => new ActionHeadOptions { SpatialPooling = (SpatialPooling)5 }.Validate(), "Average or Max");
            Add("ActionHeadOptions.TopK is 81", () => new ActionHeadOptions { TopK = [3, 81] }.Validate(), "1 to 80");
            Add("ActionHeadOptions.TopK is 0", () => new ActionHeadOptions { TopK = [0] }.Validate(), "1 to 80");
            AddNumbers(v => new ActionHeadOptions { DropoutRatio = v }.Validate(), "ActionHeadOptions.DropoutRatio", "0 to below 1", -0.1, 1);
            AddNumbers(v => new ActionHeadOptions { FocalAlpha = v }.Validate(), "ActionHeadOptions.FocalAlpha", "above 0", 0, -1);
            AddNumbers(v => new ActionHeadOptions { FocalGamma = v }.Validate(), "ActionHeadOptions.FocalGamma", "0 or more", -1);

            AddNumbers(v => new BoxAssignerOptions { PositiveIoU = (float)v }.Validate(), "BoxAssignerOptions.PositiveIoU", "0 to 1", -0.5, 1.5);
            AddNumbers(v => new BoxAssignerOptions { NegativeIoU = (float)v }.Validate(), "BoxAssignerOptions.NegativeIoU", "0 to 1", -0.5, 1.5);
            AddNumbers(v => new BoxAssignerOptions { MinPositiveIoU = (float)v }.Validate(), "BoxAssignerOptions.MinPositiveIoU", "0 to 1", -0.5, 1.5);
            Add("BoxAssignerOptions.NegativeIoU is 0.6", () => new BoxAssignerOptions { PositiveIoU = 0.5f, NegativeIoU = 0.6f }.Validate(), "at most PositiveIoU, 0.5");
            Add("BoxSamplerOptions.Count is 0", () => new BoxSamplerOptions { Count = 0 }.Validate(), "at least 1");
            AddNumbers(v => new BoxSamplerOptions { PositiveFraction = v }.Validate(), "BoxSamplerOptions.PositiveFraction", "above 0, at most 1", 0, 1.5);
            Add("BoxSamplerOptions.NegativesPerPositive is NaN", () => new BoxSamplerOptions { NegativesPerPositive = double.NaN }.Validate(), "-1 (no limit), or 0 or more");
            Add("BoxSamplerOptions.NegativesPerPositive is -0.5", () => new BoxSamplerOptions { NegativesPerPositive = -0.5 }.Validate(), "-1 (no limit), or 0 or more");

            AddNumbers(v => new ScheduleOptions { LearningRate = v }.Validate(), "ScheduleOptions.LearningRate", "above 0", 0, -1);
            AddNumbers(v => new ScheduleOptions { Gamma = v }.Validate(), "ScheduleOptions.Gamma", "above 0, at most 1", 0, 2);
            AddNumbers(v => new ScheduleOptions { MinLearningRate = v }.Validate(), "ScheduleOptions.MinLearningRate", "0 to LearningRate", -0.1, 0.3);
            AddNumbers(v => new ScheduleOptions { WarmupRatio = v }.Validate(), "ScheduleOptions.WarmupRatio", "above 0, at most 1", 0, 2);
            Add("ScheduleOptions.Policy is 8", () => new ScheduleOptions { Policy = (SchedulePolicy)8 }.Validate(),
                string.Join(" or ", Enum.GetNames<SchedulePolicy>()));
            Add("ScheduleOptions.WarmupUnit is 8", () => new ScheduleOptions { WarmupUnit = (WarmupUnit)8 }.Validate(),
                string.Join(" or ", Enum.GetNames<WarmupUnit>()));
            Add("ScheduleOptions.Warmup is -1", () => new ScheduleOptions { Warmup = -1 }.Validate(), "0 or more");
            Add("ScheduleOptions.Steps is -3", () => new ScheduleOptions { Steps = [10, -3] }.Validate(), "0 or more");

            AddNumbers(v => new SgdOptions { Momentum = v }.Validate(), "SgdOptions.Momentum", "0 to below 1", -0.1, 1);
            AddNumbers(v => new SgdOptions { WeightDecay = v }.Validate(), "SgdOptions.WeightDecay", "0 or more", -1);
            AddNumbers(v => new SgdOptions { MaxGradientNorm = v }.Validate(), "SgdOptions.MaxGradientNorm", "0 (no clipping) or more", -1);
            Add("SgdOptions.Nesterov is true", () => new SgdOptions { Nesterov = true, Momentum = 0 }.Validate(), "momentum above 0");

            Add("Head.InputChannels is 2047", () => new DetectorOptions { Head = new() { InputChannels = 2047 } }.Validate(), "give 2048");
            Add("BaseChannels is 0", () => new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 0 } } }.Validate(), "at least 1");
            Add("OutputSize is 0", () => new DetectorOptions { RoIExtractor = new() { OutputSize = 0 } }.Validate(), "at least 1");
            Add("NumClasses is 0", () => new DetectorOptions { Head = new() { NumClasses = 0 } }.Validate(), "at least 2");
            return data;

            void AddNumbers(Action<double> validate, string option, string expected, params double[] values)
            {
                foreach (double value in values.Append(double.NaN).Append(double.PositiveInfinity))
                    Add(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}"), () => validate(value), expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void The_message_names_option_value_and_range(string option, Action validate, string expected)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(validate);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_possible()
    {
        new DetectorOptions().Validate();
        new BoxAssignerOptions().Validate();
        new BoxSamplerOptions().Validate();
        new ScheduleOptions().Validate();
        new SgdOptions().Validate();
    }

    [Fact]
    public void Extremes_that_mean_something_are_possible()
    {
        new SgdOptions { Momentum = 0, WeightDecay = 0, MaxGradientNorm = 0 }.Validate();
        new ScheduleOptions { Warmup = 0, Steps = [], WarmupRatio = 1, Gamma = 1 }.Validate();
        new BoxSamplerOptions { Count = 1, NegativesPerPositive = 0 }.Validate();
        new BoxAssignerOptions { PositiveIoU = 1, NegativeIoU = 0, MinPositiveIoU = 0 }.Validate();
        new ResNet3dOptions { FrozenStages = 4, StageBlocks = [1, 1, 1, 1] }.Validate();
        new ActionHeadOptions { DropoutRatio = 0, TopK = [80], FocalGamma = 0 }.Validate();
    }

    [Fact]
    public void A_matching_head_follows_backbone_and_extraction() =>
        Assert.Equal(8 * 8 * 4 * 2, new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 8 } }, RoIExtractor = new() { WithGlobal = true } }.WithMatchingHead().Head.InputChannels);
}
