using System.Text.Json.Serialization;

namespace MlAva.Networks;

/// <summary>Shape of a backbone: <see cref="SlowOnlyOptions"/> or <see cref="SlowFastOptions"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SlowOnlyOptions), "SlowOnly")]
[JsonDerivedType(typeof(SlowFastOptions), "SlowFast")]
public abstract record BackboneOptions
{
    // Backbones are what this assembly can build; a shape of another kind would have no network.
    private protected BackboneOptions()
    {
    }

    /// <summary>Channels of each feature map, in the order of the backbone's result: slow first.</summary>
    public abstract IReadOnlyList<int> OutputChannels();

    /// <summary>The length of clips, in frames, must be a multiple of this.</summary>
    public virtual int FrameMultiple() => 1;

    /// <summary>Builds the network, with the weights it has before any training or loading.</summary>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public abstract Backbone Create();

    /// <exception cref="ArgumentException">An option has an impossible value; the message names the option, the value and the legal range.</exception>
    public abstract void Validate();

    /// <summary>A pathway, unless there is none.</summary>
    private protected static ResNet3dOptions Given(ResNet3dOptions? pathway, string option) =>
        pathway ?? throw new ArgumentException($"{option} is null; expected the shape of a pathway, {nameof(ResNet3dOptions)}.");
}
