namespace MlAva.Networks;

/// <summary>Shape of an <see cref="ActorRelationHead"/>; defaults are those of MMAction2's ACRN configurations (reference specification §1.6, §10.1).</summary>
public sealed record ActorRelationOptions : SharedHeadOptions
{
    /// <summary>Channels of the relation features.</summary>
    public int Channels { get; init; } = 2304;

    /// <summary>Number of 3×3 convolutions after the joining 1×1 one.</summary>
    public int Convolutions { get; init; } = 1;

    /// <summary>Spatial stride of the first 3×3 convolution.</summary>
    public int Stride { get; init; } = 1;

    /// <inheritdoc/>
    public override int OutputChannels(int featureChannels) => Channels;

    /// <inheritdoc/>
    public override SharedHead Create(int featureChannels, int mapChannels) => new ActorRelationHead(this, featureChannels, mapChannels);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Channels < 1) throw new ArgumentException($"{nameof(ActorRelationOptions)}.{nameof(Channels)} is {Channels}; expected at least 1.");
        if (Convolutions < 1) throw new ArgumentException($"{nameof(ActorRelationOptions)}.{nameof(Convolutions)} is {Convolutions}; expected at least 1.");
        if (Stride < 1) throw new ArgumentException($"{nameof(ActorRelationOptions)}.{nameof(Stride)} is {Stride}; expected at least 1.");
    }
}
