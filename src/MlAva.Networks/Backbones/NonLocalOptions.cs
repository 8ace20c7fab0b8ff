namespace MlAva.Networks;

/// <summary>Shape of the non-local blocks; defaults are those of MMAction2's AVA configurations (reference specification §1.3, §2.4).</summary>
public sealed record NonLocalOptions
{
    /// <summary>For each stage, for each of its blocks, whether a non-local block follows it.</summary>
    public IReadOnlyList<IReadOnlyList<bool>> Blocks { get; init; } =
        [[false, false, false], [true, false, true, false], [true, false, true, false, true, false], [false, false, false]];

    /// <summary>How pairs of positions are weighed.</summary>
    public NonLocalMode Mode { get; init; } = NonLocalMode.EmbeddedGaussian;

    /// <summary>Whether positions are compared with the maxima of 2×2 positions rather than with each.</summary>
    public bool SubSample { get; init; } = true;

    /// <summary>Whether products are divided by the square root of the number of channels before the softmax of <see cref="NonLocalMode.EmbeddedGaussian"/>.</summary>
    public bool UseScale { get; init; } = true;

    /// <summary>Whether the result is batch-normalised before it is added.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Channels of the block's input for each channel inside.</summary>
    public int Reduction { get; init; } = 2;

    /// <param name="stageBlocks">Blocks in each stage of the network.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate(IReadOnlyList<int> stageBlocks)
    {
        ArgumentNullException.ThrowIfNull(stageBlocks);
        EnumOption.Check(Mode, $"{nameof(NonLocalOptions)}.{nameof(Mode)}");
        if (Reduction < 1) throw new ArgumentException($"{nameof(NonLocalOptions)}.{nameof(Reduction)} is {Reduction}; expected at least 1.");
        if (Blocks.Count < stageBlocks.Count || stageBlocks.Where((blocks, i) => Blocks[i].Count != blocks).Any())
            throw new ArgumentException($"{nameof(NonLocalOptions)}.{nameof(Blocks)} has ({string.Join(", ", Blocks.Select(b => b.Count))}) entries; expected one for each block of the stages: ({string.Join(", ", stageBlocks)}).");
    }
}
