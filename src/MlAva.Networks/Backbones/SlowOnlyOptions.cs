namespace MlAva.Networks;

/// <summary>Shape of a <see cref="SlowOnly"/> backbone; defaults are those of MMAction2's AVA configurations (reference specification §1.3, §2.2).</summary>
public sealed record SlowOnlyOptions : BackboneOptions
{
    /// <summary>The pathway, which is the whole network.</summary>
    public ResNet3dOptions Pathway { get; init; } = new();

    /// <inheritdoc/>
    public override IReadOnlyList<int> OutputChannels() => [Pathway.OutputChannels()];

    /// <inheritdoc/>
    public override Backbone Create() => new SlowOnly(this);

    /// <inheritdoc/>
    public override void Validate() => Pathway.Validate();
}
