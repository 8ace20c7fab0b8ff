using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A network from a clip [N, 3, T, H, W] (float32, normalised RGB) to one feature map for each of its pathways, each [N, C, T', H/16, W/16].
/// Not thread-safe.
/// </summary>
public abstract class Backbone : nn.Module<Tensor, IReadOnlyList<Tensor>>
{
    /// <param name="name">The module's name in messages.</param>
    protected Backbone(string name)
        : base(name)
    {
    }

    /// <summary>Channels of each feature map, in the order of <c>forward</c>'s result.</summary>
    public abstract IReadOnlyList<int> OutputChannels { get; }

    /// <summary>
    /// Starts all weights anew from torch's generator: He-normal convolutions over the fan-out, normalisation weight 1 and bias 0, and the
    /// last normalisation of each residual block 0 where the options say so (reference specification §2.5).
    /// </summary>
    public abstract void InitializeWeights();

    /// <summary>
    /// Takes over the weights of an image network (torchvision's names: <c>conv1.weight</c>, <c>bn1.*</c>, <c>layer1.0.conv1.weight</c>, …): kernels are repeated
    /// over time and divided by their length, and input channels that images do not have begin at zero (reference specification §2.8).
    /// </summary>
    /// <param name="weights">Names and tensors, on any device.</param>
    /// <returns>What did not fit: layers that the image network lacks, tensors that no layer took, and layers of another width, which were left alone.</returns>
    public abstract StateReport InflateImageWeights(IReadOnlyDictionary<string, Tensor> weights);

    /// <inheritdoc/>
    public override (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
    {
        Convolution.DropPreparations(this);
        return base.load_state_dict(source, strict, skip);
    }
}
