using CsCheck;

namespace MlAva.Networks.Tests;

/// <summary>Detectors of any shape that the options allow, small, and clips to run them on.</summary>
static class EagerGenerators
{
    static readonly Gen<TemporalPooling> TemporalPoolings = Gen.Enum<TemporalPooling>();

    static readonly Gen<SpatialPooling> SpatialPoolings = Gen.Enum<SpatialPooling>();

    /// <summary>What both pathways of a network must have in common.</summary>
    sealed record Strides(int[] Space, int[] Time, int Stem, int Pool, int Stages);

    // Small strides, so that the last map has two cells a side at least and a non-local block can halve it.
    static readonly Gen<Strides> AllStrides =
        from space in Gen.Shuffle((int[])[1, 1, 2, 2])
        from time in OneOf(1, 1, 1, 2).Array[4]
        from stem in OneOf(1, 1, 2)
        from pool in OneOf(1, 1, 2)
        from stages in Gen.Int[1, 4]
        select new Strides(space, time, stem, pool, stages);

    public static Gen<int> OneOf(params int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<NonLocalOptions?> NonLocal(int[] blocks) =>
        from any in Gen.Bool
        from flags in Gen.Bool.Array[blocks.Sum()]
        from mode in Gen.Enum<NonLocalMode>()
        from switches in Gen.Bool.Array[3]
        from reduction in Gen.Int[1, 4]
        select !any ? null : new NonLocalOptions
        {
            Blocks = [.. blocks.Select((count, i) => flags[blocks[..i].Sum()..(blocks[..i].Sum() + count)])],
            Mode = mode, SubSample = switches[0], UseScale = switches[1], Normalize = switches[2], Reduction = reduction,
        };

    static Gen<ResNet3dOptions> Pathway(Strides strides, int channels) =>
        from blocks in Gen.Int[1, 2].Array[strides.Stages]
        from inflate in Gen.Bool.Array[4]
        from inflateStyle in Gen.Enum<InflateStyle>()
        from style in Gen.Enum<BottleneckStyle>()
        from dilations in Gen.Int[1, 3].Array[4]
        from kernel in OneOf(1, 3, 5, 7).Array[3]
        from nonLocal in NonLocal(blocks)
        select new ResNet3dOptions
        {
            BaseChannels = channels, StageBlocks = blocks, Inflate = inflate, InflateStyle = inflateStyle, Style = style,
            Dilations = dilations, StemKernel = kernel, NonLocal = nonLocal, SpatialStrides = strides.Space,
            TemporalStrides = strides.Time, StemTemporalStride = strides.Stem, PoolTemporalStride = strides.Pool,
        };

    static readonly Gen<BackboneOptions> SlowOnly =
        from strides in AllStrides
        from channels in Gen.Int[1, 6]
        from pathway in Pathway(strides, channels)
        select (BackboneOptions)new SlowOnlyOptions { Pathway = pathway };

    static readonly Gen<BackboneOptions> SlowFast =
        from strides in AllStrides
        from channels in Gen.Int[1, 3]
        from ratio in Gen.Int[1, 4]
        // Doubled by laterals, a stage's input may have as many channels as its output; without a convolution on its identity branch it can
        // have no temporal stride.
        let possible = ratio == 2 ? strides with { Time = [1, 1, 1, 1] } : strides
        from slow in Pathway(possible, channels * ratio)
        from fast in Pathway(possible, channels)
        from speed in Gen.Int[1, 4]
        from rate in Gen.Int[1, 2]
        from kernel in OneOf(1, 3, 5, 7)
        from switches in Gen.Bool.Array[2]
        select (BackboneOptions)new SlowFastOptions
        {
            Slow = slow, Fast = fast, ChannelRatio = ratio, SpeedRatio = speed, ResampleRate = speed * rate, FusionKernel = kernel,
            Lateral = switches[0], LateralNorm = switches[1],
        };

    static readonly Gen<RoIExtractorOptions> Extractors =
        from size in Gen.Int[1, 8]
        from stride in Gen.Int[3, 20]
        from ratio in Gen.Int[0, 2]
        from switches in Gen.Bool.Array[2]
        from time in TemporalPoolings
        select new RoIExtractorOptions
        {
            OutputSize = size, FeatureStride = stride, SamplingRatio = ratio, Aligned = switches[0], WithGlobal = switches[1],
            TemporalPooling = time,
        };

    static readonly Gen<SharedHeadOptions?> ActorRelations =
        from channels in Gen.Int[1, 7]
        from convolutions in Gen.Int[1, 3]
        from stride in Gen.Int[1, 3]
        select (SharedHeadOptions?)new ActorRelationOptions { Channels = channels, Convolutions = convolutions, Stride = stride };

    static readonly Gen<SharedHeadOptions?> FeatureBanks =
        from kind in Gen.Enum<FeatureBankOperator>()
        from numbers in Gen.Int[1, 4].Array[5]
        from preActivate in Gen.Bool
        from time in TemporalPoolings
        from space in SpatialPoolings
        select (SharedHeadOptions?)new FeatureBankHeadOptions
        {
            Operator = kind, BankChannels = numbers[0] * 3, WindowSize = numbers[1] * 2, FeaturesPerSecond = numbers[2],
            LatentChannels = numbers[3] + 1,
            Layers = numbers[4], PreActivate = preActivate, TemporalPooling = time, SpatialPooling = space,
        };

    static readonly Gen<ActionHeadOptions> Heads =
        from time in TemporalPoolings
        from space in SpatialPoolings
        from classes in Gen.Int[6, 20]
        select new ActionHeadOptions { TemporalPooling = time, SpatialPooling = space, NumClasses = classes };

    /// <summary>A detector and the shape of its clips: 1 to 3 of them, any length that the network takes, sides odd and even.</summary>
    public static Gen<(DetectorOptions Options, long[] Clip)> Detectors { get; } = (
        from backbone in Gen.OneOf(SlowOnly, SlowFast)
        from extractor in Extractors
        from shared in Gen.OneOf(Gen.Const((SharedHeadOptions?)null), ActorRelations, FeatureBanks)
        from head in Heads
        from clips in Gen.Int[1, 3]
        from multiple in Gen.Int[1, backbone is SlowOnlyOptions ? 7 : 4]
        from height in Gen.Int[33, 60]
        from width in Gen.Int[33, 60]
        select (
            Options: new DetectorOptions { Backbone = backbone, RoIExtractor = extractor, SharedHead = shared, Head = head },
            Clip: new long[] { clips, 3, multiple * backbone.FrameMultiple(), height, width }))
        .Where(d => Pairs(d.Options.Backbone, d.Clip) < 5e6);

    // The eager network lays out every pair of places; a few non-local blocks on large maps would take all memory.
    static double Pairs(BackboneOptions backbone, long[] clip) => backbone switch
    {
        SlowOnlyOptions single => Pairs(single.Pathway, clip, 1),
        SlowFastOptions two => Pairs(two.Slow, clip, two.ResampleRate) + Pairs(two.Fast, clip, two.ResampleRate / two.SpeedRatio),
        _ => 0,
    };

    static double Pairs(ResNet3dOptions pathway, long[] clip, int rate)
    {
        double places = clip[2] / rate * clip[3] * clip[4] / 16.0, pairs = 0;
        for (int stage = 0; stage < pathway.Blocks().Count; stage++)
        {
            places /= pathway.SpatialStrides[stage] * pathway.SpatialStrides[stage];
            double channels = pathway.NonLocal?.Mode == NonLocalMode.Concatenation ? pathway.BaseChannels << (stage + 3) : 1;
            pairs += clip[0] * places * places * channels * (pathway.NonLocal?.Blocks[stage].Count(b => b) ?? 0);
        }
        return pairs;
    }
}
