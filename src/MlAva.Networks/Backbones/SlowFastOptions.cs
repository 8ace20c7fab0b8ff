namespace MlAva.Networks;

/// <summary>
/// Shape of a <see cref="SlowFast"/> backbone; defaults are those of MMAction2's SlowFast R50 4×16 for AVA (reference specification §1.4, §2.3).
/// </summary>
public sealed record SlowFastOptions : BackboneOptions
{
    /// <summary>The pathway that sees few frames with many channels.</summary>
    public ResNet3dOptions Slow { get; init; } = new();

    /// <summary>The pathway that sees all frames with few channels.</summary>
    public ResNet3dOptions Fast { get; init; } = new() { BaseChannels = 8, StemKernel = [5, 7, 7], Inflate = [true, true, true, true] };

    /// <summary>Frames of the clip for one frame of the slow pathway; 8 for 4×16, 4 for 8×8.</summary>
    public int ResampleRate { get; init; } = 8;

    /// <summary>Frames of the fast pathway for one of the slow; a divisor of <see cref="ResampleRate"/>, and the temporal stride of the laterals.</summary>
    public int SpeedRatio { get; init; } = 8;

    /// <summary>How many times fewer channels the fast pathway has: the laterals double its channels into the slow one's.</summary>
    public int ChannelRatio { get; init; } = 8;

    /// <summary>Temporal kernel of the laterals, odd: 5, or 7 in the published 8×8 networks.</summary>
    public int FusionKernel { get; init; } = 5;

    /// <summary>Whether the fast pathway's features are handed to the slow one.</summary>
    public bool Lateral { get; init; } = true;

    /// <summary>Whether laterals are batch-normalised, and then rectified too.</summary>
    public bool LateralNorm { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="Slow"/> or <see cref="Fast"/> is null.</exception>
    public override IReadOnlyList<int> OutputChannels() =>
    [
        Given(Slow, $"{nameof(SlowFastOptions)}.{nameof(Slow)}").OutputChannels(),
        Given(Fast, $"{nameof(SlowFastOptions)}.{nameof(Fast)}").OutputChannels(),
    ];

    /// <inheritdoc/>
    public override int FrameMultiple() => ResampleRate;

    /// <inheritdoc/>
    public override Backbone Create() => new SlowFast(this);

    /// <inheritdoc/>
    public override void Validate()
    {
        Given(Slow, $"{nameof(SlowFastOptions)}.{nameof(Slow)}").Validate();
        Given(Fast, $"{nameof(SlowFastOptions)}.{nameof(Fast)}").Validate();
        Check(SpeedRatio >= 1, nameof(SpeedRatio), SpeedRatio, "at least 1");
        Check(ResampleRate >= SpeedRatio && ResampleRate % SpeedRatio == 0, nameof(ResampleRate), ResampleRate, $"a multiple of {nameof(SpeedRatio)}, {SpeedRatio}");
        Check(FusionKernel >= 1 && FusionKernel % 2 == 1, nameof(FusionKernel), FusionKernel, "an odd number");
        Check(ChannelRatio >= 1 && (!Lateral || Slow.BaseChannels == Fast.BaseChannels * ChannelRatio), nameof(ChannelRatio), ChannelRatio,
            $"the slow pathway's channels over the fast one's: {Slow.BaseChannels} over {Fast.BaseChannels}");
        Check(Slow.Blocks().Count == Fast.Blocks().Count, $"{nameof(Fast)}.{nameof(ResNet3dOptions.StageBlocks)}", Fast.Blocks().Count,
            $"as many stages as {nameof(Slow)} has, {Slow.Blocks().Count}");
        Check(Slow.InputChannels == Fast.InputChannels, $"{nameof(Fast)}.{nameof(Fast.InputChannels)}", Fast.InputChannels, $"those of {nameof(Slow)}, {Slow.InputChannels}");
        if (Slow.FramePooling || Fast.FramePooling)
            throw new ArgumentException($"{nameof(SlowFastOptions)}.{(Slow.FramePooling ? nameof(Slow) : nameof(Fast))}.{nameof(Slow.FramePooling)} is True; expected False: the pathways keep their frames.");
        if (!Slow.SpatialStrides.SequenceEqual(Fast.SpatialStrides))
            throw new ArgumentException($"{nameof(SlowFastOptions)}.{nameof(Fast)}.{nameof(Fast.SpatialStrides)} is ({string.Join(", ", Fast.SpatialStrides)}); expected those of {nameof(Slow)}: ({string.Join(", ", Slow.SpatialStrides)}).");
    }

    static void Check(bool legal, string option, int value, string expected)
    {
        if (!legal) throw new ArgumentException($"{nameof(SlowFastOptions)}.{option} is {value}; expected {expected}.");
    }
}
