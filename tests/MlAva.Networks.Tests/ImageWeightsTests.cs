using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>An image network's weights become a clip network's (reference specification §2.8).</summary>
[Collection(TorchTests.Name)]
public sealed class ImageWeightsTests
{
    static readonly ResNet3dOptions Small = new() { BaseChannels = 4, StageBlocks = [1, 1, 1, 1], Inflate = [false, true, true, true] };

    [Fact]
    public void Kernels_are_spread_over_time_and_a_still_clip_keeps_its_features()
    {
        using DisposeScope scope = NewDisposeScope();
        using SlowOnly image = new(new SlowOnlyOptions { Pathway = Small with { Inflate = [false, false, false, false] } });
        using SlowOnly clip = new(new SlowOnlyOptions { Pathway = Small });
        Randomise(image);
        Dictionary<string, Tensor> weights = ToImageNames(image.state_dict());
        weights["fc.weight"] = zeros(10, 8);

        StateReport report = clip.InflateImageWeights(weights);

        Assert.Empty(report.Missing);
        Assert.Empty(report.Misshapen);
        Assert.Equal(["fc.weight"], report.Unexpected);
        Tensor inflated = clip.state_dict()["layer3.0.conv1.conv.weight"], plain = weights["layer3.0.conv1.weight"];
        using Scalar third = 1.0 / 3;
        for (int t = 0; t < 3; t++) Near.Absolute(plain.mul(third), inflated.select(2, t).clone(), 1e-7);
        // In the middle of a clip whose frames are all alike, a kernel spread over time sees what the image kernel sees.
        image.eval();
        clip.eval();
        Tensor still = randn([1, 3, 1, 33, 40]).expand(-1, -1, 9, -1, -1).contiguous();
        Near.Absolute(image.forward(still)[0].select(2, 4).clone(), clip.forward(still)[0].select(2, 4).clone(), 1e-4);
    }

    [Fact]
    public void Channels_from_laterals_begin_at_zero_and_layers_of_another_width_are_left_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        SlowFastOptions options = new()
        {
            Slow = new() { BaseChannels = 16, StageBlocks = [1, 1, 1, 1] },
            Fast = new() { BaseChannels = 2, StageBlocks = [1, 1, 1, 1], StemKernel = [5, 7, 7], Inflate = [true, true, true, true] },
        };
        using SlowFast network = new(options);
        using SlowOnly image = new(new SlowOnlyOptions { Pathway = options.Slow with { Inflate = [false, false, false, false] } });
        Randomise(image);
        Dictionary<string, Tensor> before = network.state_dict().ToDictionary(p => p.Key, p => p.Value.clone());
        Dictionary<string, Tensor> weights = ToImageNames(image.state_dict());

        StateReport report = network.InflateImageWeights(weights);

        Tensor first = network.state_dict()["slow_path.layer1.0.conv1.conv.weight"];
        Assert.Equal([16L, 20, 1, 1, 1], first.shape);
        Near.Absolute(weights["layer1.0.conv1.weight"], first.narrow(1, 0, 16).squeeze(2).clone(), 0);
        Assert.Equal(0f, first.narrow(1, 16, 4).abs().max().item<float>());
        Assert.Contains(report.Misshapen, m => m.StartsWith("fast_path.conv1:", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Misshapen, m => m.StartsWith("slow_path.", StringComparison.Ordinal));
        Near.Absolute(before["fast_path.layer2.0.conv2.conv.weight"], network.state_dict()["fast_path.layer2.0.conv2.conv.weight"], 0);
        Near.Absolute(before["slow_path.layer1_lateral.conv.weight"], network.state_dict()["slow_path.layer1_lateral.conv.weight"], 0);
    }

    [Fact]
    public void What_the_image_network_lacks_is_reported()
    {
        using DisposeScope scope = NewDisposeScope();
        using SlowOnly clip = new(new SlowOnlyOptions { Pathway = Small });
        Dictionary<string, Tensor> weights = ToImageNames(clip.state_dict());
        weights = weights.Where(p => !p.Key.StartsWith("layer4", StringComparison.Ordinal) && p.Value.dim() != 5).ToDictionary();
        weights["conv1.weight"] = ones(4, 3, 7, 7);
        StateReport report = clip.InflateImageWeights(weights);
        Assert.Contains("layer4.0.downsample", report.Missing);
        Assert.Contains("layer2.0.conv1", report.Missing);
        Assert.Equal(1f, clip.state_dict()["conv1.conv.weight"].min().item<float>());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void The_kernel_of_the_laterals_is_taken_from_the_checkpoint(int kernel)
    {
        SlowFastOptions backbone = new()
        {
            Slow = new() { BaseChannels = 16, StageBlocks = [1, 1, 1, 1] },
            Fast = new() { BaseChannels = 2, StageBlocks = [1, 1, 1, 1], StemKernel = [5, 7, 7], Inflate = [true, true, true, true] },
        };
        using Detector published = new(new DetectorOptions { Backbone = backbone with { FusionKernel = kernel } }.WithMatchingHead());
        Dictionary<string, Tensor> state = published.state_dict().ToDictionary(p => "module." + p.Key, p => p.Value);
        DetectorOptions fitted = new DetectorOptions { Backbone = backbone }.WithMatchingHead().WithFusionKernelOf(state);
        using Detector detector = new(fitted);
        Assert.True(ModuleState.Load(detector, state).IsComplete);
        Assert.Equal(kernel, ((SlowFastOptions)fitted.Backbone).FusionKernel);
    }

    static void Randomise(nn.Module network)
    {
        using var _ = no_grad();
        random.manual_seed(5);
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (value.dtype == ScalarType.Float32 && value.dim() == 1) value.uniform_(0.5, 1.5);
        }
    }

    /// <summary>torchvision's names, and kernels without a time axis.</summary>
    static Dictionary<string, Tensor> ToImageNames(Dictionary<string, Tensor> state) => state.ToDictionary(
        p => p.Key.Contains("downsample", StringComparison.Ordinal)
            ? p.Key.Replace("downsample.conv", "downsample.0", StringComparison.Ordinal).Replace("downsample.bn", "downsample.1", StringComparison.Ordinal)
            : p.Key.Replace(".conv.weight", ".weight", StringComparison.Ordinal) is var name && name.Contains(".bn.", StringComparison.Ordinal)
                ? BatchNormName(name) : name,
        p => p.Value.dim() == 5 && p.Value.shape[2] == 1 ? p.Value.squeeze(2) : p.Value);

    static string BatchNormName(string name)
    {
        int at = name.LastIndexOf("conv", StringComparison.Ordinal);
        return string.Concat(name.AsSpan(0, at), "bn", name.AsSpan(at + "conv".Length)).Replace(".bn.", ".", StringComparison.Ordinal);
    }
}
