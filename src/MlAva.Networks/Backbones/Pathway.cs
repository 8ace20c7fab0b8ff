using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Gives a pathway's modules the prefix that they have in checkpoints.</summary>
sealed class Pathway : nn.Module
{
    public Pathway(ResNet3d network)
        : base(nameof(Pathway))
    {
        foreach ((string key, nn.Module module) in network.Children) register_module(key, module);
    }
}
