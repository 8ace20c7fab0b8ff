using System.Runtime.CompilerServices;

namespace MlAva.Networks;

/// <summary>
/// Shape of one pathway, a 3-D ResNet. Defaults are those of MMAction2's AVA configurations for SlowOnly (reference specification §1.3, §2.1).
/// </summary>
public sealed record ResNet3dOptions
{
    /// <summary>50, 101 or 152: (3,4,6,3), (3,4,23,3) or (3,8,36,3) bottleneck blocks in the four stages.</summary>
    public int Depth { get; init; } = 50;

    /// <summary>Blocks per stage, instead of those of <see cref="Depth"/>; its length gives the number of stages.</summary>
    public IReadOnlyList<int>? StageBlocks { get; init; }

    /// <summary>Channels of the input clip.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>Width of the stem; stage i has 2^i times as many planes, and four times that many output channels.</summary>
    public int BaseChannels { get; init; } = 64;

    /// <summary>Spatial stride of each stage's first block. The last AVA stage keeps stride 1, so the total stride is 16.</summary>
    public IReadOnlyList<int> SpatialStrides { get; init; } = [1, 2, 2, 1];

    /// <summary>Temporal stride of each stage's first block.</summary>
    public IReadOnlyList<int> TemporalStrides { get; init; } = [1, 1, 1, 1];

    /// <summary>Spatial dilation of each stage's 3×3 convolutions.</summary>
    public IReadOnlyList<int> Dilations { get; init; } = [1, 1, 1, 1];

    /// <summary>Kernel of the stem convolution: time, height, width.</summary>
    public IReadOnlyList<int> StemKernel { get; init; } = [1, 7, 7];

    /// <summary>Temporal stride of the stem convolution.</summary>
    public int StemTemporalStride { get; init; } = 1;

    /// <summary>Spatial stride of the stem convolution.</summary>
    public int StemSpatialStride { get; init; } = 2;

    /// <summary>Whether the stem ends with a max-pooling over 3×3 places.</summary>
    public bool StemPooling { get; init; } = true;

    /// <summary>Temporal stride of the stem's max-pooling.</summary>
    public int PoolTemporalStride { get; init; } = 1;

    /// <summary>Spatial stride of the stem's max-pooling.</summary>
    public int PoolSpatialStride { get; init; } = 2;

    /// <summary>Whether the first stage's frames are halved in number by a max-pooling over two of them; not in a SlowFast network.</summary>
    public bool FramePooling { get; init; }

    /// <summary>Whether the blocks of each stage see their temporal neighbours.</summary>
    public IReadOnlyList<bool> Inflate { get; init; } = [false, false, true, true];

    /// <summary>Where inflated blocks have their temporal kernel.</summary>
    public InflateStyle InflateStyle { get; init; } = InflateStyle.Kernel3x1x1;

    /// <summary>Which convolution of a block has its stride.</summary>
    public BottleneckStyle Style { get; init; } = BottleneckStyle.PyTorch;

    /// <summary>The non-local blocks; null: none.</summary>
    public NonLocalOptions? NonLocal { get; init; }

    /// <summary>−1: nothing is frozen; 0: the stem; i: the stem and the first i stages.</summary>
    public int FrozenStages { get; init; } = -1;

    /// <summary>Whether batch normalisation keeps its running statistics in training.</summary>
    public bool NormEval { get; init; }

    /// <summary>Whether factors and offsets of batch normalisation stay as they are in training; non-local blocks have theirs trained.</summary>
    public bool FrozenNorm { get; init; }

    /// <summary>Whether <see cref="Backbone.InitializeWeights"/> zeroes the last normalisation of each block, so that blocks start as identity.</summary>
    public bool ZeroInitResidual { get; init; } = true;

    /// <summary>Blocks per stage, from <see cref="StageBlocks"/> or <see cref="Depth"/>.</summary>
    /// <exception cref="ArgumentException"><see cref="Depth"/> is not 50, 101 or 152 and <see cref="StageBlocks"/> is not given.</exception>
    public IReadOnlyList<int> Blocks() => StageBlocks ?? Depth switch
    {
        50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => throw new ArgumentException($"{nameof(ResNet3dOptions)}.{nameof(Depth)} is {Depth}; expected 50, 101 or 152 (18 and 34 have other blocks), or give {nameof(StageBlocks)}."),
    };

    /// <summary>Channels of the last stage's output.</summary>
    public int OutputChannels() => BaseChannels * (1 << (Blocks().Count - 1)) * 4;

    /// <exception cref="ArgumentException">An option has an impossible value; the message names the option, the value and the legal range.</exception>
    public void Validate()
    {
        int stages = Blocks().Count;
        Check(stages is >= 1 and <= 4, $"has {stages} stages", "1 to 4", nameof(StageBlocks));
        Check(Blocks().All(b => b >= 1), $"is ({string.Join(", ", Blocks())})", "at least one block a stage", nameof(StageBlocks));
        Check(BaseChannels >= 1, $"is {BaseChannels}", "at least 1", nameof(BaseChannels));
        Check(InputChannels >= 1, $"is {InputChannels}", "at least 1", nameof(InputChannels));
        Check(StemKernel.Count == 3 && StemKernel.All(k => k >= 1 && k % 2 == 1), $"is ({string.Join(", ", StemKernel)})", "three odd numbers: time, height, width", nameof(StemKernel));
        Check(StemTemporalStride >= 1, $"is {StemTemporalStride}", "at least 1", nameof(StemTemporalStride));
        Check(StemSpatialStride >= 1, $"is {StemSpatialStride}", "at least 1", nameof(StemSpatialStride));
        Check(PoolSpatialStride >= 1, $"is {PoolSpatialStride}", "at least 1", nameof(PoolSpatialStride));
        Check(PoolTemporalStride >= 1, $"is {PoolTemporalStride}", "at least 1", nameof(PoolTemporalStride));
        Check(FrozenStages >= -1 && FrozenStages <= stages, $"is {FrozenStages}", $"-1 to {stages}", nameof(FrozenStages));
        CheckPerStage(SpatialStrides, stages);
        CheckPerStage(TemporalStrides, stages);
        CheckPerStage(Dilations, stages);
        EnumOption.Check(InflateStyle, $"{nameof(ResNet3dOptions)}.{nameof(InflateStyle)}");
        EnumOption.Check(Style, $"{nameof(ResNet3dOptions)}.{nameof(Style)}");
        NonLocal?.Validate(Blocks());
        Check(Inflate.Count >= stages, $"has {Inflate.Count} entries", $"one for each of the {stages} stages", nameof(Inflate));
    }

    static void CheckPerStage(IReadOnlyList<int> values, int stages, [CallerArgumentExpression(nameof(values))] string name = "") =>
        Check(values.Count >= stages && values.All(v => v >= 1), $"is ({string.Join(", ", values)})", $"{stages} numbers of at least 1", name);

    static void Check(bool legal, string found, string expected, string option)
    {
        if (!legal) throw new ArgumentException($"{nameof(ResNet3dOptions)}.{option} {found}; expected {expected}.");
    }
}
