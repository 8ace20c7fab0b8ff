using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Frozen stages, statistics and the start of weights (reference specification §2.5).</summary>
[Collection(TorchTests.Name)]
public sealed class TrainingModeTests
{
    static readonly ResNet3dOptions Small = new() { BaseChannels = 4, StageBlocks = [1, 1, 1, 1] };

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "conv1.")]
    [InlineData(1, "conv1. layer1.")]
    [InlineData(4, "conv1. layer1. layer2. layer3. layer4.")]
    public void Frozen_stages_need_no_gradient_and_keep_their_statistics(int frozen, string prefixes)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        string[] still = prefixes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool IsFrozen(string name) => still.Any(p => name.StartsWith(p, StringComparison.Ordinal));
        using SlowOnly network = new(new SlowOnlyOptions { Pathway = Small with { FrozenStages = frozen } });
        Assert.All(network.named_parameters(), p => Assert.Equal(!IsFrozen(p.name), p.parameter.requires_grad));

        network.eval();
        network.train();
        Dictionary<string, Tensor> before = Copy(network);
        Tensor output = network.forward(randn([2, 3, 4, 32, 32])).Single();
        foreach ((string name, Tensor after) in network.state_dict())
        {
            bool statistic = name.Contains("running_", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
            Assert.True(after.bytes.SequenceEqual(before[name].bytes) == (!statistic || IsFrozen(name)), name);
        }
        Assert.Equal(frozen < 4, output.requires_grad);
        if (frozen == 4) return;
        output.sum().backward();
        foreach ((string name, Parameter parameter) in network.named_parameters()) Assert.Equal(IsFrozen(name), parameter.grad is null);
    }

    [Theory]
    [InlineData(-1, -1, "")]
    [InlineData(0, -1, "slow_path.conv1.")]
    [InlineData(1, -1, "slow_path.conv1. slow_path.layer1. slow_path.layer1_lateral.")]
    [InlineData(2, 0, "slow_path.conv1. slow_path.layer1. slow_path.layer1_lateral. slow_path.layer2. slow_path.layer2_lateral. fast_path.conv1.")]
    [InlineData(-1, 2, "fast_path.conv1. fast_path.layer1. fast_path.layer2.")]
    [InlineData(3, 3, "slow_path.conv1. slow_path.layer1. slow_path.layer1_lateral. slow_path.layer2. slow_path.layer2_lateral. slow_path.layer3. fast_path.conv1. fast_path.layer1. " +
        "fast_path.layer2. fast_path.layer3.")]
    public void Frozen_stages_take_their_laterals_along_but_never_the_one_behind_the_stem(int slow, int fast, string prefixes)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        string[] still = [.. prefixes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => "backbone." + p)];
        bool IsFrozen(string name) => still.Any(p => name.StartsWith(p, StringComparison.Ordinal));
        ResNet3dOptions three = Small with { StageBlocks = [1, 1, 1] };
        using Detector detector = new(new DetectorOptions
        {
            Backbone = new SlowFastOptions
            {
                Slow = three with { BaseChannels = 8, FrozenStages = slow }, Fast = three with { FrozenStages = fast }, ChannelRatio = 2, LateralNorm = true, ResampleRate = 4, SpeedRatio = 4,
            },
        }.WithMatchingHead());
        Assert.All(detector.named_parameters(), p => Assert.Equal(!IsFrozen(p.name), p.parameter.requires_grad));

        detector.eval();
        detector.train();
        Dictionary<string, Tensor> before = Copy(detector);
        detector.forward(randn([2, 3, 8, 32, 32]), new float[] { 0, 2, 2, 30, 30, 1, 4, 4, 20, 28 }).sum().backward();
        foreach ((string name, Tensor after) in detector.state_dict())
        {
            bool statistic = name.Contains("running_", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
            Assert.True(after.bytes.SequenceEqual(before[name].bytes) == (!statistic || IsFrozen(name)), name);
        }
        foreach ((string name, Parameter parameter) in detector.named_parameters()) Assert.Equal(IsFrozen(name), parameter.grad is null);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void NormEval_is_a_matter_of_one_pathway(bool slow, bool fast)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        using SlowFast network = new(new()
        {
            Slow = Small with { BaseChannels = 8, NormEval = slow }, Fast = Small with { NormEval = fast }, ChannelRatio = 2, LateralNorm = true, ResampleRate = 4, SpeedRatio = 4,
        });
        network.train();
        Dictionary<string, Tensor> before = Copy(network);
        network.forward(randn([2, 3, 8, 32, 32]));
        foreach ((string name, Tensor after) in network.state_dict())
        {
            if (!name.Contains("running_", StringComparison.Ordinal)) continue;
            bool stays = name.StartsWith("slow_path.", StringComparison.Ordinal) ? slow : fast;
            Assert.True(after.bytes.SequenceEqual(before[name].bytes) == stays, name);
        }
    }

    [Fact]
    public void Under_NormEval_no_statistic_moves_but_every_parameter_is_trained()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = Small with { NormEval = true } }, Head = new() { DropoutRatio = 0 } }.WithMatchingHead());
        detector.train();
        Dictionary<string, Tensor> before = Copy(detector);
        Tensor clips = randn([2, 3, 4, 32, 32]);
        Tensor logits = detector.forward(clips, new float[] { 0, 2, 2, 30, 30, 1, 0, 0, 20, 31 });
        foreach ((string name, Tensor after) in detector.state_dict()) Assert.True(after.bytes.SequenceEqual(before[name].bytes), name);
        logits.sum().backward();
        Assert.All(detector.named_parameters(), p => Assert.True(p.parameter.grad is not null, p.name));
        detector.eval();
        Near.Absolute(logits, detector.forward(clips, new float[] { 0, 2, 2, 30, 30, 1, 0, 0, 20, 31 }), 1e-6);
    }

    [Fact]
    public void Frozen_parameters_do_not_move_in_training()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = Small with { FrozenStages = 2 } } }.WithMatchingHead());
        detector.train();
        using Sgd optimizer = new(detector.named_parameters(), new());
        Dictionary<string, Tensor> before = Copy(detector);
        float[] labels = new float[81];
        labels[3] = 1;
        ActionLoss.Compute(detector.forward(randn([2, 3, 4, 32, 32]), new float[] { 0, 2, 2, 30, 30 }), labels, detector.Options.Head)!.Loss.backward();
        optimizer.Step(0.1);
        foreach ((string name, Parameter after) in detector.named_parameters())
        {
            bool frozen = name.StartsWith("backbone.conv1.", StringComparison.Ordinal) || name.StartsWith("backbone.layer1.", StringComparison.Ordinal) || name.StartsWith("backbone.layer2.", StringComparison.Ordinal);
            Assert.True(after.bytes.SequenceEqual(before[name].bytes) == frozen, name);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weights_start_with_the_reference_deviations(bool zeroResidual)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(11);
        using Detector detector = new(new DetectorOptions { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 16, ZeroInitResidual = zeroResidual } } }.WithMatchingHead());
        using (no_grad())
        {
            foreach ((_, Parameter parameter) in detector.named_parameters()) parameter.fill_(7);
        }
        detector.InitializeWeights();
        int convolutions = 0;
        foreach ((string name, Parameter parameter) in detector.named_parameters())
        {
            if (name.EndsWith("fc_cls.weight", StringComparison.Ordinal)) Normal(name, parameter, 0.01);
            else if (name.EndsWith("fc_cls.bias", StringComparison.Ordinal)) Constant(name, parameter, 0);
            else if (name.EndsWith("conv.weight", StringComparison.Ordinal))
            {
                long[] s = parameter.shape;
                Normal(name, parameter, Math.Sqrt(2.0 / (s[0] * s[2] * s[3] * s[4])));
                convolutions++;
            }
            else Constant(name, parameter, name.EndsWith("bias", StringComparison.Ordinal) || (zeroResidual && name.Contains("conv3.bn", StringComparison.Ordinal)) ? 0 : 1);
        }
        Assert.Equal(53, convolutions);
    }

    [Fact]
    public void The_same_seed_starts_the_same_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using SlowOnly first = new(new SlowOnlyOptions { Pathway = Small }), second = new(new SlowOnlyOptions { Pathway = Small });
        random.manual_seed(3);
        first.InitializeWeights();
        random.manual_seed(3);
        second.InitializeWeights();
        Dictionary<string, Tensor> other = second.state_dict();
        foreach ((string name, Tensor value) in first.state_dict()) Assert.True(value.bytes.SequenceEqual(other[name].bytes), name);
    }

    static Dictionary<string, Tensor> Copy(nn.Module module) => module.state_dict().ToDictionary(p => p.Key, p => p.Value.clone());

    static void Constant(string name, Tensor value, float expected) => Assert.True(value.data<float>().ToArray().All(v => v == expected), name);

    // Five standard errors: that of a mean is σ/√n, that of a deviation σ/√(2n).
    static void Normal(string name, Tensor value, double deviation)
    {
        double n = value.numel();
        Near.Value(0, value.mean().item<float>(), 5 * deviation / Math.Sqrt(n), $"mean of {name}");
        Near.Value(deviation, value.std().item<float>(), 5 * deviation / Math.Sqrt(2 * n), $"deviation of {name}");
    }
}
