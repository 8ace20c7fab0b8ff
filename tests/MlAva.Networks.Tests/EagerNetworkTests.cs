using CsCheck;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Networks of every shape agree with their eager form in maps, features, logits, gradients and statistics.</summary>
[Collection(TorchTests.Name)]
public sealed class EagerNetworkTests : IDisposable
{
    // Threads cost so small a network more than they give, most of all on a busy machine.
    readonly int _threads = get_num_threads();

    public EagerNetworkTests() => set_num_threads(1);

    public static TheoryData<string> Names => [.. EagerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scoring_and_training_agree(string name)
    {
        (DetectorOptions options, long[] clip) = EagerCases.All[name];
        EagerComparison.Agrees(options, clip);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_shape_agrees(uint stream)
    {
        PCG random = new(stream, 20210301);
        for (int i = 0; i < 50; i++)
        {
            (DetectorOptions options, long[] clip) = EagerGenerators.Detectors.Generate(random, null, out _);
            EagerComparison.Agrees(options, clip, seed: i);
        }
    }

    public void Dispose() => set_num_threads(_threads);
}
