namespace MlAva.Networks.Tests;

/// <summary>Networks of every shape and the clips [N, C, T, H, W] to run them on, by name.</summary>
static class EagerCases
{
    static readonly ResNet3dOptions Narrow = new() { BaseChannels = 4, StageBlocks = [1, 2, 1, 1] };

    static readonly ResNet3dOptions Slow = Narrow with { BaseChannels = 8 };

    static readonly ResNet3dOptions Fast = new()
    {
        BaseChannels = 2, StageBlocks = [1, 1, 2, 1], StemKernel = [5, 7, 7], Inflate = [true, true, true, true],
    };

    static readonly SlowFastOptions TwoPathways = new() { Slow = Slow, Fast = Fast, ChannelRatio = 4, ResampleRate = 4, SpeedRatio = 4 };

    static readonly DetectorOptions ShortSlowOnly =
        new() { Backbone = new SlowOnlyOptions { Pathway = Narrow with { StageBlocks = [1, 1, 1] } } };

    static readonly DetectorOptions ShortSlowFast = new()
    {
        Backbone = TwoPathways with { Slow = Slow with { StageBlocks = [1, 1, 1] }, Fast = Fast with { StageBlocks = [1, 1, 1] } },
    };

    public static IReadOnlyDictionary<string, (DetectorOptions Options, long[] Clip)> All { get; } =
        new[]
        {
            Widths(), Blocks(), Time(), Stems(), NonLocal(), SlowFasts(), SlowFastTime(), RoIs(), Heads(), ActorRelations(), FeatureBanks(),
            Frozen(),
        }.SelectMany(cases => cases).ToDictionary(c => c.Name, c => (c.Options, c.Clip));

    static (string Name, DetectorOptions Options, long[] Clip) Single(string name, ResNet3dOptions pathway, params long[] clip) =>
        ("SlowOnly, " + name, new() { Backbone = new SlowOnlyOptions { Pathway = pathway } }, clip.Length > 0 ? clip : [2, 3, 4, 37, 52]);

    static (string Name, DetectorOptions Options, long[] Clip) Double(string name, SlowFastOptions network, params long[] clip) =>
        ("SlowFast, " + name, new() { Backbone = network }, clip.Length > 0 ? clip : [2, 3, 8, 37, 36]);

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Widths() =>
    [
        Single("as configured", Narrow),
        Single("one clip of one frame", Narrow, 1, 3, 1, 48, 33),
        Single("three clips", Narrow, 3, 3, 2, 32, 32),
        Single("a clip smaller than the stride", Narrow, 2, 3, 2, 9, 70),
        Single("five channels", Narrow with { BaseChannels = 5 }),
        Single("one channel", Narrow with { BaseChannels = 1 }),
        Single("two channels of input", Narrow with { InputChannels = 2 }, 2, 2, 3, 40, 41),
        Single("50 layers", new() { BaseChannels = 2 }, 1, 3, 2, 40, 32),
        Single("101 layers", new() { BaseChannels = 2, Depth = 101 }, 1, 3, 2, 40, 32),
        Single("one stage", Narrow with { StageBlocks = [2] }),
        Single("two stages", Narrow with { StageBlocks = [1, 2] }),
        Single("three stages", Narrow with { StageBlocks = [2, 1, 2] }),
        Single("stride in every stage", Narrow with { SpatialStrides = [2, 2, 2, 2] }, 1, 3, 2, 70, 66),
        Single("no stride but the stem's", Narrow with { SpatialStrides = [1, 1, 1, 1] }, 1, 3, 2, 20, 27),
        Single("a stride of three", Narrow with { SpatialStrides = [1, 3, 1, 2] }, 1, 3, 2, 50, 61),
    ];

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Blocks()
    {
        IReadOnlyList<bool> all = [true, true, true, true];
        ResNet3dOptions middle = Narrow with { InflateStyle = InflateStyle.Kernel3x3x3 };
        return
        [
            Single("nothing inflated", Narrow with { Inflate = [false, false, false, false] }),
            Single("all inflated", Narrow with { Inflate = all }),
            Single("every second stage inflated", Narrow with { Inflate = [true, false, true, false] }),
            Single("inflated in the middle", middle),
            Single("strided first", Narrow with { Style = BottleneckStyle.Caffe }),
            Single("strided first, inflated in the middle", middle with { Style = BottleneckStyle.Caffe }),
            Single("last stage dilated", Narrow with { Dilations = [1, 1, 1, 2] }),
            Single("dilated", Narrow with { Dilations = [1, 2, 1, 3] }),
            Single("dilated, inflated in the middle", middle with { Dilations = [2, 1, 1, 2], Inflate = all }),
            Single("dilated, strided first", Narrow with { Dilations = [1, 2, 3, 1], Style = BottleneckStyle.Caffe }),
        ];
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Time()
    {
        ResNet3dOptions strided = Narrow with { TemporalStrides = [2, 2, 2, 1], Inflate = [false, true, true, true] };
        return
        [
            Single("temporal strides", Narrow with { TemporalStrides = [1, 2, 2, 1] }, 2, 3, 7, 37, 36),
            Single("temporal strides of two and three", Narrow with { TemporalStrides = [2, 1, 3, 1] }, 2, 3, 10, 35, 36),
            Single("temporal strides, inflated", strided, 2, 3, 9, 37, 36),
            Single("temporal strides, strided first", strided with { Style = BottleneckStyle.Caffe }, 2, 3, 9, 37, 36),
            Single("temporal strides, inflated in the middle", strided with { InflateStyle = InflateStyle.Kernel3x3x3 }, 2, 3, 8, 37, 36),
        ];
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Stems() =>
    [
        Single("strided stem", Narrow with { StemTemporalStride = 2 }, 2, 3, 5, 37, 52),
        Single("strided stem over five frames", Narrow with { StemTemporalStride = 2, StemKernel = [5, 7, 7] }, 2, 3, 9, 37, 52),
        Single("strided pooling", Narrow with { PoolTemporalStride = 2 }, 2, 3, 5, 37, 52),
        Single("strided stem and pooling",
            Narrow with { StemTemporalStride = 3, PoolTemporalStride = 2, StemKernel = [3, 7, 7] }, 2, 3, 11, 37, 52),
        Single("stem of one point", Narrow with { StemKernel = [1, 1, 1] }),
        Single("stem of one place", Narrow with { StemKernel = [3, 1, 1] }),
        Single("stem without a stride", Narrow with { StemSpatialStride = 1 }, 2, 3, 2, 29, 36),
        Single("stem with a stride of three", Narrow with { StemSpatialStride = 3, PoolSpatialStride = 3 }, 1, 3, 2, 80, 75),
        Single("pooling without a stride", Narrow with { PoolSpatialStride = 1, PoolTemporalStride = 2 }, 2, 3, 4, 29, 36),
        Single("no pooling", Narrow with { StemPooling = false, PoolTemporalStride = 2 }, 2, 3, 2, 29, 36),
        Single("frames in pairs", Narrow with { FramePooling = true }, 2, 3, 5, 37, 36),
        Single("stem wider than high", Narrow with { StemKernel = [3, 3, 5] }),
        Single("stem over nine frames", Narrow with { StemKernel = [9, 5, 3] }),
    ];

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> NonLocal()
    {
        foreach (NonLocalMode mode in Enum.GetValues<NonLocalMode>())
        {
            foreach ((bool subSample, bool normalize) in ((bool, bool)[])[(true, true), (true, false), (false, true), (false, false)])
            {
                NonLocalOptions nonLocal = new()
                {
                    Blocks = [[true], [false, true], [true], [true]], Mode = mode, SubSample = subSample, Normalize = normalize,
                    UseScale = subSample != normalize,
                };
                yield return With($"{mode}, {(subSample ? "sub-sampled" : "whole")}, {(normalize ? "" : "not ")}normalised", nonLocal);
            }
            NonLocalOptions single = new() { Blocks = [[false], [true, false], [true], [false]], Mode = mode };
            yield return With($"{mode}, not reduced", single with { Reduction = 1 });
            yield return With($"{mode}, reduced by five", single with { Reduction = 5 });
            yield return With($"{mode}, reduced to one channel", single with { Reduction = 1000 });
        }

        static (string Name, DetectorOptions Options, long[] Clip) With(string name, NonLocalOptions nonLocal) =>
            Single("non-local: " + name, Narrow with { NonLocal = nonLocal }, 2, 3, 3, 37, 52);
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> SlowFasts() =>
    [
        Double("as configured", TwoPathways),
        Double("one clip of as many frames as the rate", TwoPathways, 1, 3, 4, 48, 33),
        Double("three clips of an odd multiple of the rate", TwoPathways, 3, 3, 12, 32, 32),
        Double("rate and speed of eight", TwoPathways with { ResampleRate = 8, SpeedRatio = 8 }, 2, 3, 24, 33, 36),
        Double("fast pathway with every second frame", TwoPathways with { ResampleRate = 8, SpeedRatio = 4 }, 2, 3, 16, 33, 36),
        Double("fast pathway with every fourth frame", TwoPathways with { ResampleRate = 8, SpeedRatio = 2 }, 2, 3, 24, 33, 36),
        Double("both at the same speed", TwoPathways with { ResampleRate = 3, SpeedRatio = 1 }, 2, 3, 9, 33, 36),
        Double("both with every frame", TwoPathways with { ResampleRate = 1, SpeedRatio = 1 }, 2, 3, 3, 33, 36),
        Double("a speed of three", TwoPathways with { ResampleRate = 6, SpeedRatio = 3, FusionKernel = 3 }, 2, 3, 18, 33, 36),
        Double("channel ratio 1", TwoPathways with { ChannelRatio = 1, Fast = Fast with { BaseChannels = 8 } }),
        // The laterals double what goes into the slow pathway's last stage, which then needs no convolution on its identity branch.
        Double("channel ratio 2", TwoPathways with { ChannelRatio = 2, Fast = Fast with { BaseChannels = 4 } }),
        Double("channel ratio 3", TwoPathways with { ChannelRatio = 3, Slow = Slow with { BaseChannels = 6 } }),
        Double("channel ratio 8", TwoPathways with { ChannelRatio = 8, Fast = Fast with { BaseChannels = 1 } }),
        Double("fusion kernel 1", TwoPathways with { FusionKernel = 1 }),
        Double("fusion kernel 7", TwoPathways with { FusionKernel = 7 }),
        Double("fusion kernel longer than the clip", TwoPathways with { FusionKernel = 11 }, 1, 3, 4, 33, 36),
        Double("normalised laterals", TwoPathways with { LateralNorm = true }),
        Double("no laterals", TwoPathways with { Lateral = false }),
        Double("no laterals, unrelated widths", TwoPathways with { Lateral = false, Fast = Fast with { BaseChannels = 3 } }),
        Double("one stage", TwoPathways with { Slow = Slow with { StageBlocks = [1] }, Fast = Fast with { StageBlocks = [2] } }),
        Double("two stages", TwoPathways with { Slow = Slow with { StageBlocks = [1, 2] }, Fast = Fast with { StageBlocks = [1, 1] } }),
        Double("three stages",
            TwoPathways with { Slow = Slow with { StageBlocks = [2, 1, 1] }, Fast = Fast with { StageBlocks = [1, 1, 2] } }),
        Double("50 layers",
            TwoPathways with { Slow = new() { BaseChannels = 4 }, Fast = Fast with { StageBlocks = null, BaseChannels = 1 } },
            1, 3, 8, 33, 36),
        Double("pathways of other styles", TwoPathways with
        {
            Slow = Slow with { Style = BottleneckStyle.Caffe, Dilations = [1, 1, 2, 1], StemKernel = [3, 5, 7] },
            Fast = Fast with { InflateStyle = InflateStyle.Kernel3x3x3, Dilations = [1, 2, 1, 2], StemKernel = [1, 3, 3] },
        }),
        Double("non-local blocks in both", TwoPathways with
        {
            Slow = Slow with { NonLocal = new() { Blocks = [[false], [true, true], [true], [false]] } },
            Fast = Fast with
            {
                NonLocal = new() { Blocks = [[false], [true], [false, true], [true]], SubSample = false, Mode = NonLocalMode.DotProduct },
            },
        }),
    ];

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> SlowFastTime()
    {
        return
        [
            Double("temporal strides", Strided([1, 2, 1, 2]), 2, 3, 16, 33, 36),
            // Three slow frames beside ten fast ones: repeated to the fast length, the first slow frame weighs more than the others.
            Double("temporal strides and frames that they do not divide", Strided([1, 2, 1, 1]), 2, 3, 20, 33, 36),
            Double("temporal strides twice and frames that they do not divide", Strided([2, 2, 1, 1]), 1, 3, 28, 33, 36),
            Double("slow temporal strides only", Strided([1, 2, 1, 1]) with { Fast = Fast, Lateral = false }, 2, 3, 20, 33, 36),
            Double("fast temporal strides only", Strided([2, 2, 2, 2]) with { Slow = Slow, Lateral = false }, 2, 3, 20, 33, 36),
            Double("strided stems", Both(p => p with { StemTemporalStride = 2 }), 2, 3, 16, 33, 36),
            Double("strided poolings", Both(p => p with { PoolTemporalStride = 2 }), 2, 3, 20, 33, 36),
        ];

        static SlowFastOptions Strided(IReadOnlyList<int> strides) => Both(p => p with { TemporalStrides = strides });

        static SlowFastOptions Both(Func<ResNet3dOptions, ResNet3dOptions> change) =>
            TwoPathways with { Slow = change(Slow), Fast = change(Fast) };
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> RoIs()
    {
        return
        [
            Over("one bin", new() { OutputSize = 1 }),
            Over("three bins", new() { OutputSize = 3 }),
            Over("seven bins", new() { OutputSize = 7 }),
            Over("a stride of one", new() { FeatureStride = 1, OutputSize = 2 }),
            Over("a stride of eight", new() { FeatureStride = 8 }),
            Over("a stride of 13", new() { FeatureStride = 13 }),
            Over("two points a bin", new() { SamplingRatio = 2 }),
            Over("not aligned", new() { Aligned = false }),
            Over("not aligned, three points a bin", new() { Aligned = false, SamplingRatio = 3, FeatureStride = 4 }),
            Over("maximum over time", new() { TemporalPooling = TemporalPooling.Max }),
            Over("context", new() { WithGlobal = true }),
            Over("context, five bins, maximum over time",
                new() { WithGlobal = true, OutputSize = 5, TemporalPooling = TemporalPooling.Max }),
            ("RoIs of two pathways, maximum over time",
                ShortSlowFast with { RoIExtractor = new() { TemporalPooling = TemporalPooling.Max } }, [2, 3, 8, 45, 52]),
            Over("every frame", new() { WithTemporalPooling = false }),
            Over("every frame, context, maximum over time", new() { WithTemporalPooling = false, WithGlobal = true, OutputSize = 5, TemporalPooling = TemporalPooling.Max }),
            ("RoIs of two pathways, every frame", ShortSlowFast with { RoIExtractor = new() { WithTemporalPooling = false } }, [2, 3, 8, 45, 52]),
            ("RoIs of two pathways, every frame, context, maximum behind", ShortSlowFast with
            {
                RoIExtractor = new() { WithTemporalPooling = false, WithGlobal = true }, Head = new() { TemporalPooling = TemporalPooling.Max },
            }, [2, 3, 8, 45, 52]),
            ("RoIs of two pathways, context", ShortSlowFast with { RoIExtractor = new() { WithGlobal = true } }, [2, 3, 8, 45, 52]),
        ];

        static (string Name, DetectorOptions Options, long[] Clip) Over(string name, RoIExtractorOptions extractor) =>
            ("RoIs, " + name, ShortSlowOnly with { RoIExtractor = extractor }, [3, 3, 4, 45, 52]);
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Heads()
    {
        foreach (TemporalPooling time in Enum.GetValues<TemporalPooling>())
        {
            foreach (SpatialPooling space in Enum.GetValues<SpatialPooling>())
                yield return With($"{time} over time, {space} over the grid",
                    new() { TemporalPooling = time, SpatialPooling = space, NumClasses = 7 });
        }
        yield return With("two classes", new() { NumClasses = 2, TopK = [1] });
        yield return With("dropout behind the pooling", new() { DropoutBeforePooling = false });

        static (string Name, DetectorOptions Options, long[] Clip) With(string name, ActionHeadOptions head) =>
            ("head, " + name, ShortSlowOnly with { Head = head }, [3, 3, 2, 45, 52]);
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> ActorRelations()
    {
        foreach ((int convolutions, int stride) in ((int, int)[])[(1, 1), (1, 2), (2, 1), (3, 2), (2, 3)])
        {
            ActorRelationOptions relation = new() { Channels = 6, Convolutions = convolutions, Stride = stride };
            yield return ($"actor relations, {convolutions} convolutions, stride {stride}", ShortSlowOnly with { SharedHead = relation },
                [3, 3, 2, 45, 52]);
        }
        DetectorOptions related = ShortSlowFast with { SharedHead = new ActorRelationOptions { Channels = 5, Convolutions = 2 } };
        yield return ("actor relations of two pathways", related, [2, 3, 8, 45, 52]);
        yield return ("actor relations with context", related with { RoIExtractor = new() { WithGlobal = true } }, [2, 3, 8, 45, 52]);
        RoIExtractorOptions maxima = new() { TemporalPooling = TemporalPooling.Max, OutputSize = 3 };
        yield return ("actor relations over maxima",
            related with { RoIExtractor = maxima, Head = new() { SpatialPooling = SpatialPooling.Average } }, [2, 3, 8, 45, 52]);
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> FeatureBanks()
    {
        FeatureBankHeadOptions bank = new() { BankChannels = 10, WindowSize = 4, FeaturesPerSecond = 3, LatentChannels = 6 };
        foreach (FeatureBankOperator kind in Enum.GetValues<FeatureBankOperator>())
        {
            FeatureBankHeadOptions head = bank with { Operator = kind };
            yield return With($"{kind}", head);
            yield return With($"{kind}, other poolings",
                head with { TemporalPooling = TemporalPooling.Max, SpatialPooling = SpatialPooling.Average });
            yield return ($"feature bank, {kind}, every frame", ShortSlowOnly with
            {
                RoIExtractor = new() { WithTemporalPooling = false }, SharedHead = head with { WindowSize = 3, TemporalPooling = TemporalPooling.Max },
            }, [2, 3, 3, 45, 52]);
            DetectorOptions context = ShortSlowFast with { RoIExtractor = new() { WithGlobal = true }, SharedHead = head };
            yield return ($"feature bank, {kind}, two pathways with context", context, [2, 3, 8, 45, 52]);
        }
        foreach (int layers in (int[])[1, 3])
        {
            yield return With($"{layers} layers", bank with { Layers = layers, LatentChannels = 4 });
            yield return With($"{layers} layers, activated behind", bank with { Layers = layers, PreActivate = false });
        }

        static (string Name, DetectorOptions Options, long[] Clip) With(string name, FeatureBankHeadOptions bank) =>
            ("feature bank, " + name, ShortSlowOnly with { SharedHead = bank }, [3, 3, 2, 45, 52]);
    }

    static IEnumerable<(string Name, DetectorOptions Options, long[] Clip)> Frozen()
    {
        SlowFastOptions normalised = TwoPathways with { LateralNorm = true };
        return
        [
            Single("frozen stem", Narrow with { FrozenStages = 0 }),
            Single("two frozen stages",
                Narrow with { FrozenStages = 2, NonLocal = new() { Blocks = [[false], [true, true], [true], [false]] } }),
            Single("frozen as a whole", Narrow with { FrozenStages = 4 }),
            Single("normalisation frozen",
                Narrow with { FrozenNorm = true, NonLocal = new() { Blocks = [[false], [true, false], [false], [false]] } }),
            Single("normalisation and statistics frozen, and two stages", Narrow with { FrozenNorm = true, NormEval = true, FrozenStages = 2 }),
            Double("normalisation of the slow pathway frozen", normalised with { Slow = Slow with { FrozenNorm = true } }),
            Single("fixed statistics",
                Narrow with { NormEval = true, NonLocal = new() { Blocks = [[false], [true, false], [false], [false]] } }),
            Double("two frozen stages of the slow pathway", normalised with { Slow = Slow with { FrozenStages = 2 } }),
            Double("frozen slow stem", normalised with { Slow = Slow with { FrozenStages = 0 } }),
            Double("frozen slow pathway", normalised with { Slow = Slow with { FrozenStages = 4 } }),
            Double("two frozen stages of the fast pathway", normalised with { Fast = Fast with { FrozenStages = 2 } }),
            Double("other frozen stages of both",
                normalised with { Slow = Slow with { FrozenStages = 1 }, Fast = Fast with { FrozenStages = 3 } }),
            Double("fixed statistics of the slow pathway", normalised with { Slow = Slow with { NormEval = true } }),
            Double("fixed statistics of the fast pathway", normalised with { Fast = Fast with { NormEval = true } }),
            Double("fixed statistics of one, frozen stages of the other",
                normalised with { Slow = Slow with { NormEval = true }, Fast = Fast with { FrozenStages = 1 } }),
        ];
    }
}
