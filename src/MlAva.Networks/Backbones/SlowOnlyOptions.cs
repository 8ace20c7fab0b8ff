namespace MlAva.Networks;

/// <summary>Shape of a <see cref="SlowOnly"/> backbone; defaults are those of MMAction2's AVA configurations (reference specification §1.3, §2.2).</summary>
public sealed record SlowOnlyOptions : BackboneOptions
{
    /// <summary>The pathway, which is the whole network.</summary>
    public ResNet3dOptions Pathway { get; init; } = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="Pathway"/> is null.</exception>
    public override IReadOnlyList<int> OutputChannels() => [Given(Pathway, $"{nameof(SlowOnlyOptions)}.{nameof(Pathway)}").OutputChannels()];

    /// <inheritdoc/>
    public override Backbone Create() => new SlowOnly(this);

    /// <inheritdoc/>
    public override void Validate() => Given(Pathway, $"{nameof(SlowOnlyOptions)}.{nameof(Pathway)}").Validate();
}
