namespace MlAva.Tests;

/// <summary>Tests that use torch's global generator run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests
{
    public const string Name = "torch";
}
