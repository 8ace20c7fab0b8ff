using System.Text.Json.Serialization;

namespace MlAva.Networks;

/// <summary>What stands between the RoI features and the action head: <see cref="ActorRelationOptions"/> or <see cref="FeatureBankHeadOptions"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ActorRelationOptions), "ActorRelation")]
[JsonDerivedType(typeof(FeatureBankHeadOptions), "FeatureBank")]
public abstract record SharedHeadOptions
{
    private protected SharedHeadOptions()
    {
    }

    /// <summary>Channels of the result.</summary>
    /// <param name="featureChannels">Channels of the RoI features.</param>
    public abstract int OutputChannels(int featureChannels);

    /// <summary>Builds the head.</summary>
    /// <param name="featureChannels">Channels of the RoI features.</param>
    /// <param name="mapChannels">Channels of the feature map that they were taken from.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public abstract SharedHead Create(int featureChannels, int mapChannels);

    /// <exception cref="ArgumentException">An option has an impossible value; the message names the option, the value and the legal range.</exception>
    public abstract void Validate();
}
