namespace MlAva.Networks.Tests;

/// <summary>Tests that use torch's global generator, or count live tensors, run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests
{
    public const string Name = "torch";
}
