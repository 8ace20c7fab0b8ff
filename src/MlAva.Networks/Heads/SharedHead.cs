using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Relates each person's features to more than the person: <c>forward(features, map, rois, longTerm)</c>. Keys begin with
/// <c>roi_head.shared_head.</c>. Not thread-safe.
/// </summary>
public abstract class SharedHead : nn.Module<Tensor, Tensor, ReadOnlyMemory<float>, Tensor?, Tensor>
{
    private protected SharedHead(string name)
        : base(name)
    {
    }

    /// <summary>Starts all weights anew from torch's generator.</summary>
    public abstract void InitializeWeights();

    /// <inheritdoc/>
    public override (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
    {
        Convolution.DropPreparations(this);
        return base.load_state_dict(source, strict, skip);
    }

    /// <param name="features">RoI features [R, C, 1, P, P].</param>
    /// <param name="map">The map that they were taken from, without its time axis [N, C', H, W].</param>
    /// <param name="rois">R×5 numbers: image index, x1, y1, x2, y2.</param>
    /// <param name="longTerm">For a <see cref="FeatureBankHead"/>: long-term features of each person [R, C'', S]; otherwise null.</param>
    /// <returns>[R, C‴, 1, P', P'].</returns>
    public abstract override Tensor forward(Tensor features, Tensor map, ReadOnlyMemory<float> rois, Tensor? longTerm);
}
